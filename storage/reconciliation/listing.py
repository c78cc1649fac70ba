"""Differences as those see them who are to settle them: operators all, officers those of their agencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row

from storage.errors import NotFoundError
from storage.officers.desk import Desk
from storage.reconciliation.kinds import DifferenceKind, DifferenceState
from storage.reconciliation.reach import within_reach
from storage.unit_of_work import Reading, UnitOfWork

NOTE = "portal_difference.note"
MOST_LISTED = 200
_COLUMNS = """
SELECT f.id, f.deployment, f.agency_id, a.code AS agency_code, a.name AS agency_name, f.code, f.kind, f.field,
  f.ours, f.theirs, f.action, f.rule, f.state, f.found_at, f.last_seen_at, f.repair_at, f.closed_at,
  f.settled_by, f.note_sealed
FROM portal_difference f LEFT JOIN agency a ON a.id = f.agency_id
"""
# What is not asked for is not said: a condition that may be none uses no index.
_FILTERS: Mapping[str, LiteralString] = {
    "states": "f.state = ANY(%(states)s::text[])",
    "deployment": "f.deployment = %(deployment)s::text",
    "kind": "f.kind = %(kind)s::text",
    "code": "f.code = %(code)s::text",
    "before_at": "(f.found_at, f.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)",
}
_ORDER = "ORDER BY f.found_at DESC, f.id DESC LIMIT %(limit)s"
_SEEN: LiteralString = within_reach("f.agency_id")
_SETTLE = """
UPDATE portal_difference f SET state = 'settled', closed_at = now(), settled_by = %(by)s,
  note_sealed = %(note)s
WHERE f.id = %(id)s AND f.state IN ('open', 'left')
"""
# What differs no more but for what is settled is not asked for again until it changes.
_AGREE = """
UPDATE portal_standing s SET agrees = true FROM portal_difference f
WHERE f.id = %(id)s AND s.deployment = f.deployment AND s.code = f.code AND NOT EXISTS (
  SELECT FROM portal_difference o
  WHERE o.deployment = f.deployment AND o.code = f.code AND o.state IN ('open', 'left'))
"""
_STANDING = """
SELECT deployment, count(*) FROM portal_difference WHERE state IN ('open', 'left') GROUP BY deployment
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A difference: see `storage.reconciliation.models.PortalDifference`."""

    id: UUID
    deployment: str
    agency_id: UUID
    agency_code: str | None
    agency_name: str | None
    code: str
    kind: str
    field: str
    ours: str | None
    theirs: str | None
    action: str
    rule: str
    state: str
    found_at: datetime
    last_seen_at: datetime
    repair_at: datetime | None
    closed_at: datetime | None
    settled_by: str | None
    note_sealed: bytes | None

    def note(self, reading: Reading) -> str | None:
        """Return why it was settled so."""
        return None if self.note_sealed is None else reading.cipher.unseal(self.note_sealed, NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which differences are asked for; what is none is not asked for.

    Attributes:
        before: of a page, when the last one of the page before it was found, and its id.
    """

    states: Sequence[DifferenceState] | None = None
    deployment: str | None = None
    kind: DifferenceKind | None = None
    code: str | None = None
    before: tuple[datetime, UUID] | None = None
    limit: int = MOST_LISTED

    @property
    def given(self) -> Mapping[str, object]:
        """What the query asks for."""
        at, difference_id = self.before or (None, None)
        return {
            "states": None if self.states is None else [str(one) for one in self.states],
            "deployment": self.deployment,
            "kind": self.kind,
            "code": self.code,
            "before_at": at,
            "before_id": difference_id,
            "limit": self.limit,
        }


async def listed(reading: Reading, wish: Wish) -> list[Listed]:
    """Return differences as an operator's command sees them, those found last first."""
    return await _found(reading, _asked(wish), wish.given)


async def seen(reading: Reading, desk: Desk, wish: Wish) -> list[Listed]:
    """Return differences as an officer sees them: an operator all, others those of their agencies."""
    return await _found(reading, _asked(wish, _SEEN), {**wish.given, **desk.given})


async def one(reading: Reading, difference_id: UUID, desk: Desk | None = None) -> Listed:
    """Return a difference. Raises NotFoundError, also where an officer's desk does not reach it."""
    given = {"id": difference_id, **(desk.given if desk else {})}
    reach: LiteralString = f"AND {_SEEN}" if desk else ""
    found = await _found(reading, f"{_COLUMNS} WHERE f.id = %(id)s {reach}", given)
    if not found:
        raise NotFoundError("portal_difference")
    return found[0]


async def settle(
    uow: UnitOfWork, difference_id: UUID, *, by: str, note: str, desk: Desk | None = None
) -> bool:
    """Say that a difference may stay, and why; return whether it was live.

    Args:
        uow: the transaction.
        difference_id: which.
        by: who says so: an officer's id, or the name of an operator's account.
        note: why.
        desk: an officer's; none for an operator's command.
    """
    reach: LiteralString = f"AND {_SEEN}" if desk else ""
    given = {
        "id": difference_id,
        "by": by,
        "note": uow.cipher.seal(note, NOTE),
        **(desk.given if desk else {}),
    }
    driver = await uow.driver()
    changed = (await driver.execute(f"{_SETTLE} {reach}", given)).rowcount == 1
    if changed:
        await driver.execute(_AGREE, given)
    return changed


async def count_left(reading: Reading, desk: Desk) -> int:
    """Return how many differences are left for an officer."""
    statement = f"SELECT count(*) FROM portal_difference f WHERE f.state = 'left' AND {_SEEN}"
    row: Any = await (await (await reading.driver()).execute(statement, desk.given)).fetchone()
    count: int = row[0]
    return count


async def standing(reading: Reading) -> Mapping[str, int]:
    """Return how many differences are live, by deployment."""
    rows: list[Any] = await (await (await reading.driver()).execute(_STANDING)).fetchall()
    return dict(rows)


async def _found(reading: Reading, statement: LiteralString, given: Mapping[str, object]) -> list[Listed]:
    async with (await reading.driver()).cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(statement, given)
        return await cursor.fetchall()


def _asked(wish: Wish, reach: LiteralString = "true") -> LiteralString:
    given = wish.given
    told = " AND ".join([reach, *(said for name, said in _FILTERS.items() if given[name] is not None)])
    return f"{_COLUMNS} WHERE {told} {_ORDER}"
