"""The officers' queue: dossiers whose party waits for an answer, the most urgent one first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.conversations.handling import COLUMNS, SUPPLY, TABLES, Handled, Supply
from storage.officers.authority import reached
from storage.officers.roles import Role
from storage.unit_of_work import Reading

MOST_COUNTED = 1000
"""Nobody needs to know it more exactly, and counting takes time."""
MOST_AGENCIES = 100

# Beside working days, which no query knows: for which comes first that is near enough.
_MOVED_DUE: LiteralString = """
  CASE WHEN d.ended_at IS NULL AND (jsonb_array_length(d.waits) = 0 OR d.waits -> -1 ->> 1 IS NOT NULL) THEN
    d.due_at + (
      SELECT coalesce(sum((w ->> 1)::timestamptz - greatest((w ->> 0)::timestamptz, d.due_set_at)), '0')
      FROM jsonb_array_elements(d.waits) w WHERE coalesce((w ->> 1)::timestamptz > d.due_set_at, true))
  END
"""
_URGENT_AT: LiteralString = f"least(d.waiting_since + interval '3 days', {_MOVED_DUE})"
_UNREAD: LiteralString = """EXISTS (
  SELECT FROM message m WHERE m.dossier_id = d.id AND m.created_at >= d.waiting_since
    AND m.author = 'party' AND m.read_by_agency_at IS NULL)"""
_WAITING: LiteralString = f"d.waiting_since IS NOT NULL AND d.agency_id = ANY({reached()})"
_PAGE = f"""
SELECT q.*, w.messages FROM (
  SELECT {COLUMNS}, {_URGENT_AT} AS urgent_at, {_UNREAD} AS unread {TABLES}
  WHERE {_WAITING}
    AND (%(agency)s::text IS NULL OR (SELECT id FROM agency WHERE code = %(agency)s) = ANY(a.lineage))
    AND (NOT %(unread)s OR {_UNREAD})
    AND coalesce({SUPPLY} = %(supply)s::text, %(supply)s::text IS NULL)
    AND ({_URGENT_AT}, d.id) > (coalesce(%(at)s::timestamptz, '-infinity'),
      coalesce(%(id)s::uuid, '00000000-0000-0000-0000-000000000000'))
  ORDER BY urgent_at, d.id LIMIT %(limit)s
) q
CROSS JOIN LATERAL (
  SELECT count(*) AS messages FROM message m
  WHERE m.dossier_id = q.id AND m.created_at >= q.waiting_since AND m.author = 'party'
) w
ORDER BY q.urgent_at, q.id
"""
_COUNTS = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE unread) AS unread,
  count(*) FILTER (WHERE supply = 'supplied') AS supplied
FROM (SELECT {_UNREAD} AS unread, {SUPPLY} AS supply {TABLES} WHERE {_WAITING} LIMIT {MOST_COUNTED}) q
"""
_AGENCIES = f"""
SELECT DISTINCT a.code, a.name {TABLES} WHERE {_WAITING} ORDER BY a.code LIMIT {MOST_AGENCIES}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which dossiers are asked for: all, unless a field says otherwise.

    Attributes:
        agency: those of an agency, by its code, and of all below it.
        unread: those with a message that nobody at the agency has read.
        supply: those whose supplement stands so.
    """

    agency: str | None = None
    unread: bool = False
    supply: Supply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A dossier whose party waits for an answer.

    Attributes:
        messages: how many it has written since then.
        unread: whether nobody at the agency has read all of them.
        urgent_at: what the queue is sorted by: three days after the party began to wait, or when the dossier
            is due, if that is earlier and its clock runs.
    """

    dossier: Handled
    messages: int
    unread: bool
    urgent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much waits, each up to `MOST_COUNTED`; `supplied` are those whose supplement has come."""

    waiting: int
    unread: int
    supplied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An agency by its code and name."""

    code: str
    name: str


async def page(
    reading: Reading,
    officer_id: UUID,
    roles: Collection[Role],
    sieve: Sieve,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Waiting]:
    """Return up to `limit` dossiers of the agencies for which an officer holds one of some roles.

    `after` is `urgent_at` and id of the last one of the page before.
    """
    at, last_id = after or (None, None)
    given = _officer(officer_id, roles) | {
        "agency": sieve.agency,
        "unread": sieve.unread,
        "supply": sieve.supply,
        "at": at,
        "id": last_id,
        "limit": limit,
    }
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_PAGE, given)).fetchall()
    return [
        Waiting(
            dossier=Handled.of_row(row),
            messages=row["messages"],
            unread=row["unread"],
            urgent_at=row["urgent_at"],
        )
        for row in rows
    ]


async def counts(reading: Reading, officer_id: UUID, roles: Collection[Role]) -> Counts:
    """Return how much waits in those agencies."""
    async with (await reading.driver()).cursor(row_factory=class_row(Counts)) as cursor:
        found = await (await cursor.execute(_COUNTS, _officer(officer_id, roles))).fetchone()
    return found or Counts(waiting=0, unread=0, supplied=0)


async def agencies(reading: Reading, officer_id: UUID, roles: Collection[Role]) -> Sequence[Office]:
    """Return those of the agencies that have something waiting, up to `MOST_AGENCIES`, by code."""
    async with (await reading.driver()).cursor(row_factory=class_row(Office)) as cursor:
        return await (await cursor.execute(_AGENCIES, _officer(officer_id, roles))).fetchall()


def _officer(officer_id: UUID, roles: Collection[Role]) -> dict[str, Any]:
    return {"officer": officer_id, "roles": [role.value for role in roles]}
