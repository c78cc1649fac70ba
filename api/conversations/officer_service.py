"""Officers read what parties wrote about their agencies' dossiers, and answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import AwareDatetime

from api.accesses import note_officer
from api.conversations import answering
from api.conversations.agency_schemas import AgencyMessage
from api.conversations.answering import Signer
from api.conversations.schemas import MessageShown
from api.conversations.service import known_code
from api.conversations.wording import for_officer
from api.paging import Mark, cut
from auth.principals import Officer
from storage.access_log.kinds import ObjectKind, Purpose
from storage.conversations import handling, queue, receipts, waiting
from storage.conversations import reading as messages
from storage.conversations.attachments import Attached, open_one
from storage.conversations.handling import Handled
from storage.conversations.kinds import Author
from storage.conversations.queue import Counts, Office, Sieve, Waiting
from storage.conversations.writing import NewAttachment
from storage.dossiers import repository as locking
from storage.errors import NotFoundError
from storage.officers.desk import READERS, WORKERS
from storage.officers.roles import Role
from storage.unit_of_work import Reading, UnitOfWork

QUEUE_PAGE, THREAD_PAGE = 25, 50


class Place(Mark):
    """The entry with which a page ended: of the queue how urgent it was, of a thread when it was written."""

    at: AwareDatetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue, the most urgent dossier first."""

    items: Sequence[Waiting]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A page of what was written about a dossier, the oldest message first.

    Attributes:
        may_write: whether the officer may answer.
        newest: whether it is the page with what was written last.
        older_cursor: for what was written before these, where there is more.
        seen: on that page, the newest message of all, which whoever answers has seen.
    """

    dossier: Handled
    items: Sequence[MessageShown]
    may_write: bool
    newest: bool
    older_cursor: str | None
    seen: UUID | None


async def list_waiting(uow: UnitOfWork, officer: Officer, sieve: Sieve, cursor: str | None) -> QueuePage:
    """Return who waits for an answer at the officer's agencies, and note that their dossiers were read.

    Raises Problem for a cursor that is none.
    """
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await queue.page(uow, officer.officer_id, READERS, sieve, after=after, limit=QUEUE_PAGE + 1)
    shown, more = cut(found, QUEUE_PAGE)
    for_whom = sorted({one.dossier.party_id for one in shown})
    await _note(uow, officer, [(party_id, ObjectKind.DOSSIERS, None) for party_id in for_whom])
    mark = Place(at=shown[-1].urgent_at, id=shown[-1].dossier.id) if more else None
    return QueuePage(items=shown, next_cursor=mark.encode() if mark else None)


async def count(reading: Reading, officer: Officer) -> Counts:
    """Return how much waits at the officer's agencies."""
    return await queue.counts(reading, officer.officer_id, READERS)


async def agencies(reading: Reading, officer: Officer) -> Sequence[Office]:
    """Return those of the officer's agencies at which something waits."""
    return await queue.agencies(reading, officer.officer_id, READERS)


async def readable(reading: Reading, officer: Officer, code: str) -> Handled:
    """Return a dossier that the officer may read. Raises NotFoundError, also where it is foreign."""
    return await _handled(reading, officer, code, READERS)


async def writable(reading: Reading, officer: Officer, code: str) -> Handled:
    """Return a dossier about which the officer may write. Raises NotFoundError, also where it is foreign."""
    return await _handled(reading, officer, code, WORKERS)


async def open_dossier(uow: UnitOfWork, officer: Officer, code: str) -> Handled:
    """Return what `writable` does to be shown, and note that it was read. Raises NotFoundError."""
    dossier = await writable(uow, officer, code)
    await _note(uow, officer, [(dossier.party_id, ObjectKind.DOSSIER, dossier.id)])
    return dossier


async def _handled(reading: Reading, officer: Officer, code: str, roles: frozenset[Role]) -> Handled:
    found = await handling.dossier(reading, officer.officer_id, roles, known_code(code))
    if found is None:
        raise NotFoundError("dossier")
    return found


async def read_thread(uow: UnitOfWork, officer: Officer, code: str, cursor: str | None = None) -> Thread:
    """Return what was written about a dossier; from now on it counts as read, and the reading is noted.

    Raises:
        NotFoundError: there is no such dossier, or it is not the officer's to read.
        Problem: the cursor is none.
    """
    dossier = await readable(uow, officer, code)
    who, place = officer.officer_id, Place.decode(cursor, parameter="cursor") if cursor else None
    before = (place.at, place.id) if place else None
    found = await messages.newest_for_officer(
        uow, who, READERS, dossier.id, before=before, limit=THREAD_PAGE + 1
    )
    shown, more = cut(found, THREAD_PAGE)
    newest = shown[0].id if shown and place is None else None
    if newest:
        await receipts.read_by_agency(uow, dossier.id, up_to=newest)
    await _note(uow, officer, [(dossier.party_id, ObjectKind.MESSAGES, dossier.id)])
    mark = Place(at=shown[-1].created_at, id=shown[-1].id) if more else None
    return Thread(
        dossier=dossier,
        items=[for_officer(one) for one in reversed(shown)],
        may_write=await handling.dossier(uow, who, WORKERS, dossier.code) is not None,
        newest=place is None,
        older_cursor=mark.encode() if mark else None,
        seen=newest,
    )


async def write(
    uow: UnitOfWork,
    officer: Officer,
    code: str,
    given: AgencyMessage,
    *,
    files: Sequence[NewAttachment] = (),
    seen: UUID | None = None,
) -> MessageShown:
    """Keep what an officer writes, and tell the party; what was written before, by its `source_id`, is once.

    `seen` is as for `answering.write`.

    Raises:
        NotFoundError: there is no such dossier, or the officer may not write about it.
        Problem: as `answering.write`.
    """
    dossier = await writable(uow, officer, code)
    who = str(officer.officer_id)
    signer = Signer(author=Author.OFFICER, ref=who, source=f"officer:{who}")
    kept, _ = await answering.write(uow, signer, dossier.code, given, files=files, seen=seen)
    return for_officer(kept)


async def needs_no_answer(uow: UnitOfWork, officer: Officer, code: str, *, seen: UUID) -> bool:
    """Take a dossier out of the queue, unless the party has written since; return whether anything waited.

    Raises NotFoundError, as `write`.
    """
    dossier = await writable(uow, officer, code)
    await locking.lock(uow, [dossier.code])
    return await waiting.settle(uow, dossier.id, up_to=seen)


async def open_attachment(
    reading: Reading, officer: Officer, code: str, message_id: UUID, attachment_id: UUID
) -> tuple[Handled, Attached]:
    """Return what came with a message. Raises NotFoundError and NotIntact."""
    dossier = await readable(reading, officer, code)
    return dossier, await open_one(reading, dossier.id, message_id, attachment_id)


async def note_attachment(uow: UnitOfWork, officer: Officer, dossier: Handled, attached: Attached) -> None:
    """Note that what came with a message was read: a document of the store is named as such."""
    document_id = attached.document_id
    kind = ObjectKind.DOCUMENT if document_id else ObjectKind.MESSAGES
    await _note(uow, officer, [(attached.party_id, kind, document_id or dossier.id)])


async def _note(
    uow: UnitOfWork, officer: Officer, seen: Sequence[tuple[UUID, ObjectKind, UUID | None]]
) -> None:
    await note_officer(uow, officer, Purpose.DOSSIER, seen)
