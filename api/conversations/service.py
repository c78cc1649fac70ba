"""The party writes, and answers what was asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api.conversations.schemas import MessageShown, NewMessage
from api.conversations.wording import for_party
from api.problems import invalid
from auth.principals import Citizen
from storage.agencies.codes import InvalidCode
from storage.cipher import PartyKey
from storage.conversations import reading as messages
from storage.conversations import writing
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.writing import NewAttachment
from storage.dossiers import reading as dossiers
from storage.dossiers import repository as locking
from storage.dossiers import supplementing
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.repository import LockedDossier
from storage.dossiers.timeline import fold
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.kinds import FileRole
from storage.vault.rows import Opened, open_rows


def known_code(code: str) -> str:
    """Normalise a code. Raises NotFoundError where it is none: then nobody has such a dossier."""
    try:
        return normalise_dossier_code(code)
    except InvalidCode as error:
        raise NotFoundError("dossier") from error


async def own_dossier(reading: Reading, citizen: Citizen, code: str) -> UUID:
    """Return the id of a dossier of the citizen's. Raises NotFoundError, as well where it is another's."""
    found = await dossiers.id_of(reading, citizen.party_id, known_code(code))
    if found is None:
        raise NotFoundError("dossier")
    return found


async def write(
    uow: UnitOfWork, citizen: Citizen, code: str, given: NewMessage, *, files: Sequence[NewAttachment] = ()
) -> MessageShown:
    """Keep what the party writes about its dossier; where it completes what was asked, the clock runs on.

    Args:
        uow: the unit of work.
        citizen: whose dossier it is, and who acts.
        code: of the dossier, which was found to be the citizen's.
        given: what is written.
        files: what comes with it beside documents of the store, in the blob store already.

    Raises:
        Problem: 422 naming what does not fit.
        NotFoundError: the party is no more.
    """
    locked = await locking.lock(uow, [known_code(code)])
    dossier = locked.get(known_code(code))
    if dossier is None or dossier.party.party_id != citizen.party_id:
        raise NotFoundError("dossier")
    if not (given.text or given.document_ids or files):
        raise invalid("says-nothing", "text")
    if given.reply_to:
        await _require_request(uow, dossier, given)
    if given.supplies:
        await _require_wait(uow, dossier)
    answers = given.supplies or given.reply_to is not None
    documents = await _documents(uow, dossier.party, given.document_ids)
    now = datetime.now(UTC)
    new = writing.NewMessage(
        id=new_id(),
        dossier_id=dossier.id,
        author=Author.PARTY,
        author_ref=str(citizen.signed_in_as),
        kind=MessageKind.SUPPLEMENT_ANSWER if answers else MessageKind.TEXT,
        text=given.text,
        reply_to_id=given.reply_to,
        answers=tuple(given.items),
        attachments=[*documents, *files],
    )
    await writing.add(uow, dossier.party, new, now=now)
    if answers:
        await _resume(uow, dossier, new.id, given.reply_to, now)
    return for_party(await messages.one(uow, dossier.id, new.id))


async def _require_request(uow: UnitOfWork, dossier: LockedDossier, given: NewMessage) -> None:
    """Refuse an answer to what was not asked. Raises Problem."""
    try:
        found = await messages.one(uow, dossier.id, given.reply_to or new_id())
    except NotFoundError as error:
        raise invalid("no-such-request", "reply_to") from error
    if found.request is None:
        raise invalid("no-such-request", "reply_to")
    asked = {item.number for item in found.request.items}
    for place, number in enumerate(given.items):
        if number not in asked:
            raise invalid("no-such-item", "items", place)


async def _require_wait(uow: UnitOfWork, dossier: LockedDossier) -> None:
    """Refuse what was not asked for, or was in a message, where it is to be answered. Raises Problem."""
    since = _waits_since(dossier)
    if since is None:
        raise invalid("nothing-awaited", "supplies")
    if not await writing.is_complete(uow, dossier.id, None, since=since):
        raise invalid("answer-the-request", "supplies")


async def _documents(uow: UnitOfWork, key: PartyKey, ids: Sequence[UUID]) -> list[NewAttachment]:
    """Return originals of the party's store; what is another's, gone or damaged is none. Raises Problem."""
    opened = await open_rows(uow, key, ids) if ids else Opened(own={}, damaged=frozenset())
    found = []
    for place, document_id in enumerate(ids):
        own = opened.own.get(document_id)
        files = own.document.files if own else ()
        original = next((file for file in files if file.role is FileRole.ORIGINAL), None)
        if own is None or original is None:
            raise invalid("no-such-document", "document_ids", place)
        found.append(
            NewAttachment(
                id=new_id(),
                name=own.document.particulars.title,
                media_type=original.media_type,
                size=original.size,
                sha256=original.sha256,
                document_id=document_id,
            )
        )
    return found


def _waits_since(dossier: LockedDossier) -> datetime | None:
    return supplementing.waits_for_supplement(fold(dossier.facts, dossier.supplied))


async def _resume(
    uow: UnitOfWork, dossier: LockedDossier, message_id: UUID, request_id: UUID | None, now: datetime
) -> None:
    """Let the clock run on, if it stands and nothing that was asked since is open."""
    since = _waits_since(dossier)
    if since and await writing.is_complete(uow, dossier.id, request_id, since=since):
        await supplementing.supply(uow, dossier, message_id=message_id, now=now)
