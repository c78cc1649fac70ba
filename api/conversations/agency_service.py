"""Agencies write, ask for supplements, and read what parties wrote about their dossiers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api.conversations.agency_schemas import (
    AgencyMessage,
    AgencyMessagePage,
    AgencyMessageShown,
    SupplementAsked,
)
from api.conversations.service import invalid, known_code
from api.conversations.wording import for_agency
from api.paging import SyncedMark, SyncMark, SyncQuery, cut, is_known, sync_of
from api.problems import FieldError, Problem
from auth.principals import AgencyCaller
from notify.announce import Notice, announce
from notify.categories import Category
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.agencies import speaking
from storage.agencies.speaking import SpokenFor
from storage.conversations import reading as messages
from storage.conversations import writing
from storage.conversations.attachments import Attached
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.supplements import RequestItem, Supplement
from storage.conversations.writing import MessageIdReused, NewAttachment
from storage.dossiers import repository as locking
from storage.dossiers import supplementing
from storage.dossiers.repository import LockedDossier
from storage.dossiers.timeline import Fact
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading, UnitOfWork

CONTENT = "message.content.1"
"""Purpose of the hash of what was said; the number changes with the normal form."""


async def spoken_for(reading: Reading, caller: AgencyCaller, code: str) -> SpokenFor:
    """Return a dossier for which the caller may speak. Raises NotFoundError, also where there is another."""
    found = await speaking.dossier(reading, caller.agency_id, known_code(code))
    if found is None or not found.allowed:
        raise NotFoundError("dossier")
    return found


async def write(
    uow: UnitOfWork,
    caller: AgencyCaller,
    code: str,
    given: AgencyMessage,
    *,
    files: Sequence[NewAttachment] = (),
) -> tuple[AgencyMessageShown, bool]:
    """Keep what an agency writes, and tell the party; return it, and whether it is a repeat.

    Asking for a supplement makes the dossier await one, unless it does already.

    Raises:
        NotFoundError: there is no such dossier, or it is another agency's.
        Problem: 409 where the id was used for another content, 422 where nothing is said.
    """
    if not (given.text or given.request or files):
        raise invalid("says-nothing", "text")
    dossier_id = (await spoken_for(uow, caller, code)).id
    dossier = (await locking.lock(uow, [known_code(code)]))[known_code(code)]
    # Keyed, as the content is personal: a plain hash could be tried out.
    said = "\n".join((str(dossier_id), given.content(), *(file.sha256.hex() for file in files)))
    hashed = uow.cipher.blind_index(CONTENT, said)
    try:
        repeats = await writing.find_repeat(uow, caller.client_id, given.source_id, hashed)
    except MessageIdReused as error:
        raise _reused(given.source_id) from error
    if repeats is not None:
        return for_agency(await messages.one(uow, dossier_id, repeats), caller.client_id), True
    now = datetime.now(UTC)
    new = writing.NewMessage(
        id=new_id(),
        dossier_id=dossier_id,
        author=Author.AGENCY,
        author_ref=caller.client_id,
        kind=MessageKind.SUPPLEMENT_REQUEST if given.request else MessageKind.TEXT,
        text=given.text,
        request=_supplement(given.request) if given.request else None,
        source_id=given.source_id,
        content_hash=hashed,
        attachments=files,
    )
    await writing.add(uow, dossier.party, new, now=now)
    asked = None
    if given.request:
        asked = await supplementing.ask(uow, dossier, client_id=caller.client_id, note=given.text, now=now)
    await announce(uow, [_notice(dossier, asked, now)], now)
    return for_agency(await messages.one(uow, dossier_id, new.id), caller.client_id), False


def _supplement(asked: SupplementAsked) -> Supplement:
    items = (
        RequestItem(number=number, name=item.name, form_code=item.form_code, note=item.note)
        for number, item in enumerate(asked.items, start=1)
    )
    return Supplement(items=tuple(items), due_on=asked.due_on)


def _notice(dossier: LockedDossier, asked: Fact | None, now: datetime) -> Notice:
    """Tell of a new status where there is one, as a pushed event would; else that somebody wrote."""
    params = {"occurred_at": now.isoformat()}
    return Notice(
        party_id=dossier.party.party_id,
        agency_id=dossier.agency_id,
        category=Category.SUPPLEMENT_REQUIRED if asked else Category.MESSAGE,
        dossier_id=dossier.id,
        event_id=asked.id if asked else None,
        params=params | ({"status": int(asked.status)} if asked else {}),
    )


def _reused(source_id: str) -> Problem:
    errors = [FieldError(pointer="/source_id", code="message-id-reused")]
    return Problem("message-id-reused", 409, errors=errors, source_id=source_id)


async def pull(uow: UnitOfWork, caller: AgencyCaller, asked: SyncQuery) -> AgencyMessagePage:
    """Return what was written about the caller's dossiers, and note that it was read.

    Raises Problem for a mark that is none.
    """
    moment = await messages.moment(uow)
    sync, after, reset = sync_of(moment), (0, BEFORE_ALL_IDS), False
    if asked.cursor:
        mark = SyncedMark.decode(asked.cursor, parameter="cursor")
        known, place = mark.sync, (mark.xid or 0, mark.id)
    elif asked.since:
        known = SyncMark.decode(asked.since, parameter="since")
        place = (known.xid, BEFORE_ALL_IDS)
    else:
        known, place = sync, after
    if is_known(known, moment):
        after = place
        sync = known if asked.cursor else sync
    else:
        reset = True
    found = await messages.changed_for_agency(uow, caller.agency_id, after=after, limit=asked.limit + 1)
    shown, more = cut(found, asked.limit)
    await note(uow, caller, {one.dossier_id: one.party_id for one in shown})
    next_mark = SyncedMark(sync=sync, id=shown[-1].id, xid=shown[-1].xid) if more else None
    return AgencyMessagePage(
        items=[for_agency(one, caller.client_id) for one in shown],
        next_cursor=next_mark.encode() if next_mark else None,
        sync_token=sync.encode(),
        reset=reset,
    )


async def note(uow: UnitOfWork, caller: AgencyCaller, dossiers_of: dict[UUID, UUID]) -> None:
    """Note that an agency's system reads what was written about dossiers, given with whose they are."""
    now = datetime.now(UTC)
    entries = [
        _access(caller, now, party_id, ObjectKind.MESSAGES, one) for one, party_id in dossiers_of.items()
    ]
    await access_log.add(uow, entries)


async def note_attachment(
    uow: UnitOfWork, caller: AgencyCaller, dossier_id: UUID, attached: Attached
) -> None:
    """Note that it reads what came with a message: a document of the store is named as such."""
    document_id = attached.document_id
    kind = ObjectKind.DOCUMENT if document_id else ObjectKind.MESSAGES
    entry = _access(caller, datetime.now(UTC), attached.party_id, kind, document_id or dossier_id)
    await access_log.add(uow, [entry])


def _access(
    caller: AgencyCaller, now: datetime, party_id: UUID, kind: ObjectKind, object_id: UUID
) -> NewAccess:
    return NewAccess(
        at=now,
        party_id=party_id,
        reader_kind=ReaderKind.CLIENT,
        reader=caller.client_id,
        purpose=Purpose.DOSSIER,
        object_kind=kind,
        object_id=object_id,
    )
