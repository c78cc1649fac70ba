"""Agencies write, ask for supplements, and read what parties wrote about their dossiers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api.conversations import answering
from api.conversations.agency_schemas import AgencyMessage, AgencyMessagePage, AgencyMessageShown
from api.conversations.answering import Signer
from api.conversations.service import known_code
from api.conversations.wording import for_agency
from api.paging import SyncedMark, SyncMark, SyncQuery, cut, is_known, sync_of
from auth.principals import AgencyCaller
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.agencies import speaking
from storage.agencies.speaking import SpokenFor
from storage.conversations import reading as messages
from storage.conversations.attachments import Attached
from storage.conversations.kinds import Author
from storage.conversations.writing import NewAttachment
from storage.errors import NotFoundError
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading, UnitOfWork


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
    """Keep what an agency's system writes, and tell the party; return it, and whether it is a repeat.

    Raises:
        NotFoundError: there is no such dossier, or it is another agency's.
        Problem: as `answering.write`.
    """
    await spoken_for(uow, caller, code)
    signer = Signer(author=Author.AGENCY, ref=caller.client_id, source=caller.client_id)
    kept, repeated = await answering.write(uow, signer, known_code(code), given, files=files)
    return for_agency(kept, caller.client_id), repeated


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
