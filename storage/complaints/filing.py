"""A party files a complaint or suggestion, adds to it, takes it back, and says who may read it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from storage.cipher import PartyKey
from storage.complaints import entries, publishing
from storage.complaints.deadlines import next_due, publish_by, terms
from storage.complaints.entries import NewEntry
from storage.complaints.errors import Decided
from storage.complaints.holding import Held, hold_own, save
from storage.complaints.kinds import OPEN, ComplaintKind, ComplaintState, ComplaintStep, Topic
from storage.complaints.sealed import COMPLAINT
from storage.dossiers.working_days import WorkingCalendar
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.questions.kinds import Publication
from storage.unit_of_work import Reading, UnitOfWork

_FILE = """
INSERT INTO complaint (id, code, party_id, author_ref, agency_id, dossier_id, kind, topic, text_sealed, state,
  publication, received_at, accept_by, ask_by, process_by, next_due_at)
VALUES (%(id)s, %(code)s, %(party)s, %(author)s, %(agency)s, %(dossier)s, %(kind)s, %(topic)s, %(text)s,
  %(state)s, %(publication)s, %(at)s, %(accept_by)s, %(ask_by)s, %(process_by)s, %(next_due)s)
"""
_RECEIVED = """
INSERT INTO complaint_entry (id, complaint_id, kind, from_agency_id, at)
VALUES (%(entry)s, %(id)s, 'received', %(agency)s, %(at)s)
"""
_DOSSIER = "SELECT id, agency_id FROM dossier WHERE code = %s AND party_id = %s"
_UNDECIDED = frozenset({Publication.WANTED, Publication.PENDING})
_MODERATED = frozenset({Publication.REFUSED, Publication.TAKEN_DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """A complaint or suggestion to be kept; see `models.Complaint`.

    Attributes:
        public: whoever files it agrees that others read it, once it is answered and a moderator has looked.
    """

    id: UUID
    code: str
    author_ref: str
    agency_id: UUID
    dossier_id: UUID | None
    kind: ComplaintKind
    topic: Topic
    text: str
    public: bool
    received_at: datetime

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("a complaint says something")
        if self.received_at.tzinfo is None:
            raise ValueError("a complaint is received at a time with a timezone")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDossier:
    """A dossier of the party's, and whose it is to handle."""

    id: UUID
    agency_id: UUID


async def dossier(reading: Reading, party_id: UUID, code: str) -> OwnDossier:
    """Return a dossier of a party's. Raises NotFoundError, also where it is another's."""
    row = await (await (await reading.driver()).execute(_DOSSIER, (code, party_id))).fetchone()
    if row is None:
        raise NotFoundError("dossier")
    dossier_id, agency_id = row
    return OwnDossier(id=dossier_id, agency_id=agency_id)  # type: ignore[arg-type] # as the columns are


async def file(uow: UnitOfWork, key: PartyKey, new: NewComplaint, calendar: WorkingCalendar) -> None:
    """Keep a complaint under the key of the party that files it.

    Raises psycopg's UniqueViolation where another has the code: with a new one it may be done again.
    """
    state, limits = ComplaintState.RECEIVED, terms(new.received_at, calendar)
    given = {
        "id": new.id,
        "code": new.code,
        "party": key.party_id,
        "author": new.author_ref,
        "agency": new.agency_id,
        "dossier": new.dossier_id,
        "kind": new.kind.value,
        "topic": new.topic.value,
        "text": key.encrypt(new.text, COMPLAINT),
        "state": state.value,
        "publication": (Publication.WANTED if new.public else Publication.PRIVATE).value,
        "at": new.received_at,
        "accept_by": limits.accept_by,
        "ask_by": limits.ask_by,
        "process_by": limits.process_by,
        "next_due": next_due(state, limits),
        "entry": new_id(),
    }
    driver = await uow.driver()
    await driver.execute(_FILE, given)
    await driver.execute(_RECEIVED, given)


async def supply(
    uow: UnitOfWork,
    party_id: UUID,
    complaint_id: UUID,
    text: str,
    *,
    now: datetime,
    calendar: WorkingCalendar,
) -> None:
    """Add what an agency asked for; it goes on where it was, and its terms are later by the time that took.

    Raises:
        NotFoundError: there is none, or it is another's.
        NotNow: nobody asks for more.
    """
    held = await hold_own(uow, party_id, complaint_id)
    held.require({ComplaintState.MORE_ASKED})
    new = NewEntry(id=new_id(), kind=ComplaintStep.SUPPLIED, text=text)
    await entries.add(uow, held, new, at=held.next_moment(now), due_at=None)
    await save(uow, held.going_on(now, calendar))


async def withdraw(uow: UnitOfWork, party_id: UUID, complaint_id: UUID, *, now: datetime) -> None:
    """Take a complaint back before it is answered. A second time changes nothing.

    Raises:
        NotFoundError: there is none, or it is another's.
        NotNow: it was answered or declined.
    """
    held = await hold_own(uow, party_id, complaint_id)
    if held.state is ComplaintState.WITHDRAWN:
        return
    held.require(OPEN)
    new = NewEntry(id=new_id(), kind=ComplaintStep.WITHDRAWN)
    await entries.add(uow, held, new, at=held.next_moment(now), due_at=None)
    ended = replace(held, state=ComplaintState.WITHDRAWN, awaited_since=None, resumes=None, closed_at=now)
    await save(uow, replace(ended, publication=Publication.PRIVATE))


async def agree(
    uow: UnitOfWork, party_id: UUID, complaint_id: UUID, *, now: datetime, calendar: WorkingCalendar
) -> None:
    """Agree that others read a complaint and its answer. A second time changes nothing.

    Raises:
        NotFoundError: there is none, or it is another's.
        NotNow: it was declined or withdrawn, and nobody will answer it.
        Decided: a moderator has not let it be read, or took it down.
    """
    held = await hold_own(uow, party_id, complaint_id)
    if held.publication in _MODERATED:
        raise Decided
    if held.publication is not Publication.PRIVATE:
        return
    held.require(OPEN | {ComplaintState.ANSWERED})
    if held.state is ComplaintState.ANSWERED:
        pending = replace(held, publication=Publication.PENDING, publish_by=publish_by(now, calendar))
        await save(uow, pending)
    else:
        await save(uow, replace(held, publication=Publication.WANTED))


async def disagree(uow: UnitOfWork, party_id: UUID, complaint_id: UUID, *, now: datetime) -> None:
    """Take that back: what is published is there no more, at once. A second time changes nothing.

    Raises NotFoundError where there is none, or it is another's.
    """
    held = await hold_own(uow, party_id, complaint_id)
    if held.publication is Publication.PUBLISHED:
        await _take_back(uow, held, now)
    if held.publication is Publication.PUBLISHED or held.publication in _UNDECIDED:
        await save(uow, replace(held, publication=Publication.PRIVATE, publish_by=None))


async def _take_back(uow: UnitOfWork, held: Held, now: datetime) -> None:
    new = NewEntry(id=new_id(), kind=ComplaintStep.TAKEN_DOWN)
    await entries.add(uow, held, new, at=held.next_moment(now), due_at=None)
    await publishing.take_back(uow, held.id, now=now)
