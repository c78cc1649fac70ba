"""A complaint that one transaction holds, as it then is, for whoever does something with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.complaints.deadlines import Terms, next_due
from storage.complaints.errors import NotNow, Overtaken
from storage.complaints.kinds import ComplaintState, ComplaintStep, DeclineGround
from storage.dossiers.working_days import WorkingCalendar
from storage.errors import NotFoundError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.questions.kinds import Publication
from storage.unit_of_work import UnitOfWork

# Locked first, and asked for once more then: where a row is sent on while a statement waits, PostgreSQL
# joins it as it then is with roles that fitted it as it was.
_LOCK = f"SELECT FROM complaint c WHERE c.id = %(id)s AND {holds('c.agency_id')} FOR UPDATE OF c"
_LOCK_OWN = "SELECT FROM complaint WHERE id = %(id)s AND party_id = %(party_id)s FOR UPDATE"
_COLUMNS: LiteralString = """
SELECT c.id, c.code, c.party_id, c.author_ref, c.agency_id, c.kind, c.topic, c.state, c.publication,
  c.accept_by, c.ask_by, c.process_by, c.publish_by, c.awaited_since, c.resumes, c.closed_at,
  c.decline_reason, a.name AS agency_name
FROM complaint c JOIN agency a ON a.id = c.agency_id
"""
_HELD = f"{_COLUMNS} WHERE c.id = %(id)s AND {holds('c.agency_id')}"
_HELD_OWN = f"{_COLUMNS} WHERE c.id = %(id)s AND c.party_id = %(party_id)s"
_LAST = "SELECT id, kind, at FROM complaint_entry WHERE complaint_id = %s ORDER BY at DESC, id DESC LIMIT 1"
_SAVE = """
UPDATE complaint SET agency_id = %(agency_id)s, state = %(state)s, publication = %(publication)s,
  accept_by = %(accept_by)s, ask_by = %(ask_by)s, process_by = %(process_by)s, publish_by = %(publish_by)s,
  next_due_at = %(next_due_at)s, awaited_since = %(awaited_since)s, resumes = %(resumes)s,
  closed_at = %(closed_at)s, decline_reason = %(decline_reason)s, changed_xid = pg_current_xact_id()
WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A complaint that this transaction holds: nobody else changes it until the commit.

    Attributes:
        last_id: the last entry, its kind `last_kind`, and when it was made, `last_at`.
    """

    id: UUID
    code: str
    party_id: UUID
    author_ref: str
    agency_id: UUID
    agency_name: str
    kind: str
    topic: str
    state: ComplaintState
    publication: Publication
    terms: Terms
    publish_by: datetime | None
    awaited_since: datetime | None
    resumes: ComplaintState | None
    closed_at: datetime | None
    decline_reason: DeclineGround | None
    last_id: UUID
    last_kind: ComplaintStep
    last_at: datetime

    def require_seen(self, seen: UUID) -> None:
        """Raise Overtaken where something has happened since an entry that was the last one seen."""
        if seen != self.last_id:
            raise Overtaken(self.last_kind)

    def require(self, states: Collection[ComplaintState]) -> None:
        """Raise NotNow where it stands in none of some states."""
        if self.state not in states:
            raise NotNow

    def next_moment(self, now: datetime) -> datetime:
        """Return when something happens now: after the last entry, whoever's clock that was by."""
        return max(now, self.last_at + timedelta(microseconds=1))

    def going_on(self, now: datetime, calendar: WorkingCalendar) -> "Held":
        """Return it as it goes on when the citizen is awaited no more: its terms have moved meanwhile."""
        if self.awaited_since is None or self.resumes is None:
            return self
        terms = self.terms.moved(self.awaited_since, now, calendar)
        return replace(self, state=self.resumes, terms=terms, awaited_since=None, resumes=None)

    @property
    def next_due_at(self) -> datetime | None:
        """What is to be done first; see `models.Complaint`."""
        return next_due(self.state, self.terms, self.publish_by)


async def hold(uow: UnitOfWork, desk: Desk, complaint_id: UUID) -> Held:
    """Return a complaint to an agency that a desk reaches, held. Raises NotFoundError."""
    return await _held(uow, _LOCK, _HELD, {**desk.given, "id": complaint_id})


async def hold_own(uow: UnitOfWork, party_id: UUID, complaint_id: UUID) -> Held:
    """Return a complaint of a party's, held. Raises NotFoundError, also where it is another's."""
    return await _held(uow, _LOCK_OWN, _HELD_OWN, {"id": complaint_id, "party_id": party_id})


async def save(uow: UnitOfWork, held: Held) -> None:
    """Keep a complaint that is held as it is to be from now on."""
    given = {
        "id": held.id,
        "agency_id": held.agency_id,
        "state": held.state.value,
        "publication": held.publication.value,
        "accept_by": held.terms.accept_by,
        "ask_by": held.terms.ask_by,
        "process_by": held.terms.process_by,
        "publish_by": held.publish_by,
        "next_due_at": held.next_due_at,
        "awaited_since": held.awaited_since,
        "resumes": held.resumes and held.resumes.value,
        "closed_at": held.closed_at,
        "decline_reason": held.decline_reason and held.decline_reason.value,
    }
    await (await uow.driver()).execute(_SAVE, given)


async def _held(
    uow: UnitOfWork, lock: LiteralString, query: LiteralString, given: Mapping[str, object]
) -> Held:
    driver = await uow.driver()
    await driver.execute(lock, given)
    async with driver.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(query, given, binary=True)).fetchone()
    if row is None:
        raise NotFoundError("complaint")
    last: Any = await (await driver.execute(_LAST, (row["id"],), binary=True)).fetchone()
    last_id, kind, at = last
    terms = Terms(**{name: row.pop(name) for name in ("accept_by", "ask_by", "process_by")})
    resumes, reason = row["resumes"], row["decline_reason"]
    words = {
        "state": ComplaintState(row["state"]),
        "publication": Publication(row["publication"]),
        "resumes": resumes and ComplaintState(resumes),
        "decline_reason": reason and DeclineGround(reason),
    }
    return Held(**row | words, terms=terms, last_id=last_id, last_kind=ComplaintStep(kind), last_at=at)
