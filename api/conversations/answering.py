"""The agency's side of a conversation is written, by its system or by one of its officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.conversations.agency_schemas import AgencyMessage, SupplementAsked
from api.problems import FieldError, Problem, invalid
from notify.announce import Notice, announce
from notify.categories import Category
from storage.conversations import reading as messages
from storage.conversations import waiting, writing
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.reading import KeptMessage
from storage.conversations.supplements import RequestItem, Supplement
from storage.conversations.writing import MessageIdReused, NewAttachment
from storage.dossiers import repository as locking
from storage.dossiers import supplementing
from storage.dossiers.repository import LockedDossier
from storage.dossiers.timeline import Fact
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

CONTENT = "message.content.1"
"""Purpose of the hash of what was said; the number changes with the normal form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who writes for an agency.

    Attributes:
        ref: the client's id, or the officer's.
        source: what the timeline names as the source, where a supplement is asked for.
    """

    author: Author
    ref: str
    source: str


async def write(
    uow: UnitOfWork,
    signer: Signer,
    code: str,
    given: AgencyMessage,
    *,
    files: Sequence[NewAttachment] = (),
    seen: UUID | None = None,
) -> tuple[KeptMessage, bool]:
    """Keep what an agency's side writes, and tell the party; return it, and whether it is a repeat.

    Asking for a supplement makes the dossier await one, unless it does already.

    Args:
        uow: the unit of work.
        signer: who writes.
        code: of a dossier, normalised, for which they were found to have a right.
        given: what is written.
        files: what comes with it, in the blob store already.
        seen: the last message that they have seen: what came after it goes on waiting for an answer. With
            none, nothing does.

    Raises:
        NotFoundError: the party is no more.
        Problem: 409 where the id was used for another content, 422 where nothing is said.
    """
    if not (given.text or given.request or files):
        raise invalid("says-nothing", "text")
    dossier = (await locking.lock(uow, [code])).get(code)
    if dossier is None:
        raise NotFoundError("dossier")
    # Keyed, as the content is personal: a plain hash could be tried out.
    said = "\n".join((str(dossier.id), given.content(), *(file.sha256.hex() for file in files)))
    hashed = uow.cipher.blind_index(CONTENT, said)
    try:
        repeats = await writing.find_repeat(uow, signer.ref, given.source_id, hashed)
    except MessageIdReused as error:
        raise _reused(given.source_id) from error
    if repeats is not None:
        return await messages.one(uow, dossier.id, repeats), True
    now = datetime.now(UTC)
    new = writing.NewMessage(
        id=new_id(),
        dossier_id=dossier.id,
        author=signer.author,
        author_ref=signer.ref,
        kind=MessageKind.SUPPLEMENT_REQUEST if given.request else MessageKind.TEXT,
        text=given.text,
        request=_supplement(given.request) if given.request else None,
        source_id=given.source_id,
        content_hash=hashed,
        attachments=files,
    )
    await writing.add(uow, dossier.party, new, now=now)
    await waiting.settle(uow, dossier.id, up_to=seen)
    asked = None
    if given.request:
        asked = await supplementing.ask(uow, dossier, client_id=signer.source, note=given.text, now=now)
    await announce(uow, [_notice(dossier, asked, now)], now)
    return await messages.one(uow, dossier.id, new.id), False


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
    return Problem(
        "message-id-reused", 409, errors=errors, members={"existing_id": source_id}, source_id=source_id
    )
