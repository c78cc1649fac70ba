"""Complaints as those at an agency have them before them: what waits, what is overdue, and all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from storage.cipher import PartyKey
from storage.complaints.deadlines import Terms, clocks
from storage.complaints.kinds import ComplaintKind, ComplaintState, Stage, Topic
from storage.complaints.sealed import COMPLAINT
from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.parties.sealed_rows import sealed_rows
from storage.questions.kinds import Publication
from storage.unit_of_work import Reading

# A party that was erased has no key: its complaints are shown to nobody.
ROWS: LiteralString = """
SELECT c.id, c.code, c.party_id, c.author_ref, c.agency_id, a.code AS agency_code, a.name AS agency_name,
  c.kind, c.topic, c.text_sealed, k.wrapped, c.state, c.publication, c.received_at, c.accept_by, c.ask_by,
  c.process_by, c.publish_by, c.awaited_since, c.closed_at, d.code AS dossier_code
FROM complaint c
JOIN agency a ON a.id = c.agency_id
JOIN party_key k ON k.party_id = c.party_id
LEFT JOIN dossier d ON d.id = c.dossier_id
"""
_CHOSEN: LiteralString = (
    "(%(agency)s::text IS NULL OR (SELECT id FROM agency WHERE code = %(agency)s) = ANY(a.lineage))"
)
_THEIRS = f"WHERE c.agency_id = ANY({reached()}) AND {_CHOSEN}"
_WITH_THEM = "c.state IN ('received', 'accepted')"
_DUE_FIRST = """
  AND (c.next_due_at, c.id) > (coalesce(%(at)s::timestamptz, '-infinity'),
    coalesce(%(id)s::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY c.next_due_at, c.id LIMIT %(limit)s
"""
# The last of each agency, by its index: else all that they ever had would be read, and sorted.
_LATEST = f"""
SELECT latest.id FROM agency a CROSS JOIN LATERAL (
  SELECT c.id, c.received_at FROM complaint c JOIN party_key USING (party_id)
  WHERE c.agency_id = a.id AND (c.received_at, c.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  ORDER BY c.received_at DESC, c.id DESC LIMIT %(limit)s) latest
WHERE a.id = ANY({reached()}) AND {_CHOSEN}
ORDER BY latest.received_at DESC, latest.id DESC LIMIT %(limit)s
"""
_COUNTS = f"""
SELECT count(*) AS waiting,
  count(*) FILTER (WHERE c.next_due_at < now()) AS overdue,
  count(*) FILTER (WHERE c.next_due_at >= now() AND c.next_due_at <= %(soon)s) AS soon
FROM complaint c JOIN party_key USING (party_id)
WHERE c.agency_id = ANY({reached()}) AND {_WITH_THEM}
"""
# In an order, for the first to be found by its index: without one, all rows are gone through up to it.
_AGENCIES = f"""
SELECT a.code, a.name FROM agency a CROSS JOIN LATERAL (
  SELECT FROM complaint c JOIN party_key USING (party_id) WHERE c.agency_id = a.id
  ORDER BY c.received_at, c.id LIMIT 1) had
WHERE a.id = ANY({reached()})
ORDER BY a.name, a.code LIMIT %(limit)s
"""


class Pile(StrEnum):
    """Which complaints are looked at."""

    WAITING = "waiting"
    """Those with which the agency has something to do: whatever is due first comes first."""
    OVERDUE = "overdue"
    """Those of them of which a time limit has passed."""
    ALL = "all"
    """The last received first."""


_QUERIES: Mapping[Pile, LiteralString] = {
    Pile.WAITING: f"{ROWS} {_THEIRS} AND {_WITH_THEM} {_DUE_FIRST}",
    Pile.OVERDUE: f"{ROWS} {_THEIRS} AND {_WITH_THEM} AND c.next_due_at < now() {_DUE_FIRST}",
    Pile.ALL: f"{ROWS} WHERE c.id = ANY(ARRAY({_LATEST})) ORDER BY c.received_at DESC, c.id DESC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A complaint in a list; `text` is what was written, whole. See `models.Complaint`."""

    id: UUID
    code: str
    party_id: UUID
    author_ref: str
    agency_id: UUID
    agency_code: str
    agency_name: str
    dossier_code: str | None
    kind: ComplaintKind
    topic: Topic
    text: str
    state: ComplaintState
    publication: Publication
    received_at: datetime
    terms: Terms
    publish_by: datetime | None
    awaited_since: datetime | None
    closed_at: datetime | None

    @property
    def between(self) -> tuple[UUID, UUID, str]:
        """Whom it is to and by: the agency, the party, and who acted for it."""
        return self.agency_id, self.party_id, self.author_ref

    @property
    def clocks(self) -> Mapping[Stage, datetime]:
        """What is to be done, and by when: see `deadlines.clocks`."""
        return clocks(self.state, self.terms, self.publish_by)

    @property
    def next_due_at(self) -> datetime | None:
        """The first of them."""
        return min(self.clocks.values(), default=None)

    def place(self, pile: Pile) -> tuple[datetime, UUID]:
        """Return where in a list it stands, to go on from there."""
        return (self.received_at if pile is Pile.ALL else self.next_due_at or self.received_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many wait for an agency to do something, how many of them too long, and how many are due soon."""

    waiting: int
    overdue: int
    soon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressedAgency:
    """An agency that has, or had, a complaint to deal with."""

    code: str
    name: str


async def complaints(
    reading: Reading,
    desk: Desk,
    pile: Pile,
    *,
    agency: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Queued]:
    """Return up to `limit` complaints to agencies that a desk reaches.

    Args:
        reading: where to look.
        desk: who looks.
        pile: which ones.
        agency: only those to this one, by its own code, and to those below it.
        after: `Queued.place` of the last one of the page before.
        limit: how many at most.
    """
    at, last_id = after or (None, None)
    given = {**desk.given, "agency": agency, "at": at, "id": last_id, "limit": limit}
    return await opened_rows(reading, _QUERIES[pile], given)


async def opened_rows(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> Sequence[Queued]:
    """Return the complaints that a query over `ROWS` finds, opened."""
    return [Queued(**told(key, row)) for key, row in await sealed_rows(reading, query, given)]


def told(key: PartyKey, row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a row of `ROWS` but `wrapped`, opened and in their own words."""
    text = key.decrypt(row.pop("text_sealed"), COMPLAINT)
    terms = Terms(**{name: row.pop(name) for name in ("accept_by", "ask_by", "process_by")})
    words = {
        "kind": ComplaintKind(row["kind"]),
        "topic": Topic(row["topic"]),
        "state": ComplaintState(row["state"]),
        "publication": Publication(row["publication"]),
    }
    return row | words | {"text": text, "terms": terms}


async def counts(reading: Reading, desk: Desk, *, soon: datetime) -> Counts:
    """Return how much there is to do over all agencies that a desk reaches; `soon` is until when."""
    async with (await reading.driver()).cursor(row_factory=class_row(Counts)) as cursor:
        (found,) = await (await cursor.execute(_COUNTS, {**desk.given, "soon": soon})).fetchall()
    return found


async def agencies(reading: Reading, desk: Desk, *, limit: int) -> Sequence[AddressedAgency]:
    """Return the agencies that a desk reaches and that have had complaints, by name."""
    async with (await reading.driver()).cursor(row_factory=class_row(AddressedAgency)) as cursor:
        return await (await cursor.execute(_AGENCIES, {**desk.given, "limit": limit})).fetchall()
