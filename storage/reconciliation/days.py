"""Reports of days, as they are kept and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.agencies.authority import spoken_for
from storage.officers.desk import Desk
from storage.reconciliation.figures import Figures
from storage.reconciliation.reach import within_reach
from storage.unit_of_work import Reading, UnitOfWork

KEPT = timedelta(days=400)
"""A year, and time to look at it."""
_MISSING = """
SELECT g.day::date FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS g(day)
WHERE NOT EXISTS (SELECT FROM portal_day known WHERE known.day = g.day::date) ORDER BY 1
"""
_ADD_DAY = "INSERT INTO portal_day (day, made_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_ADD = """
INSERT INTO portal_day_agency (day, agency_id, figures)
SELECT %s, g.* FROM unnest(%s::uuid[], %s::jsonb[]) AS g(agency_id, figures)
"""
SWEPT_AT_ONCE = 5000
_DAYS_AT_ONCE = 5
"""Each has a row for each agency."""
_SWEEP: Sequence[tuple[LiteralString, int]] = (
    (
        """
DELETE FROM portal_day WHERE day IN (
  SELECT day FROM portal_day WHERE day < %(before)s::date ORDER BY day LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
""",
        _DAYS_AT_ONCE,
    ),
    (
        """
DELETE FROM portal_comparison WHERE id IN (
  SELECT id FROM portal_comparison WHERE finished_at < %(before)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
""",
        SWEPT_AT_ONCE,
    ),
    (
        """
DELETE FROM portal_difference WHERE id IN (
  SELECT id FROM portal_difference
  WHERE found_at < %(before)s AND closed_at < %(before)s AND state <> 'settled'
  ORDER BY found_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
""",
        SWEPT_AT_ONCE,
    ),
)
_DAY = "SELECT day, made_at FROM portal_day WHERE day = coalesce(%s::date, (SELECT max(day) FROM portal_day))"
_ROWS = """
SELECT a.code, a.name, f.figures FROM portal_day_agency f JOIN agency a ON a.id = f.agency_id
WHERE f.day = %(day)s AND a.code > coalesce(%(after)s, '')
"""
_PAGE = "ORDER BY a.code LIMIT %(limit)s"
_OF_ALL = f"{_ROWS} AND coalesce(a.code = %(code)s::text, true) {_PAGE}"
_OF_CALLER = f"{_ROWS} AND f.agency_id = ANY({spoken_for('%(caller_id)s')}) {_PAGE}"
_OF_DESK = f"{_ROWS} AND {within_reach('f.agency_id')} {_PAGE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of which the report was made, and when."""

    day: date
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDay:
    """What is told of an agency and a day."""

    code: str
    name: str
    figures: Figures


async def missing(reading: Reading, first: date, last: date) -> Sequence[date]:
    """Return the days, from the first to the last of these, of which no report was made, oldest first."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_MISSING, {"first": first, "last": last})).fetchall()
    return [day for (day,) in rows]


async def keep(uow: UnitOfWork, day: date, told: Mapping[UUID, Figures], now: datetime) -> bool:
    """Keep the report of a day; return whether nobody else has meanwhile."""
    driver = await uow.driver()
    if (await driver.execute(_ADD_DAY, (day, now))).rowcount != 1:
        return False
    figures = [Jsonb(one.model_dump(exclude_defaults=True)) for one in told.values()]
    await driver.execute(_ADD, (day, list(told), figures))
    return True


async def sweep(uow: UnitOfWork, now: datetime) -> bool:
    """Clear away some of the reports, comparisons and differences that are older than they are kept.

    What a person settled stays: it is why a difference is not brought up again.

    Returns:
        whether there may be more: so many are cleared away in one transaction, and no more.
    """
    driver, more = await uow.driver(), False
    for statement, limit in _SWEEP:
        swept = await driver.execute(statement, {"before": now - KEPT, "limit": limit})
        more = more or swept.rowcount == limit
    return more


async def made(reading: Reading, day: date | None = None) -> Day | None:
    """Return a day, the last one unless given; none of which no report was made."""
    row: Any = await (await (await reading.driver()).execute(_DAY, (day,))).fetchone()
    return None if row is None else Day(day=row[0], made_at=row[1])


async def listed(
    reading: Reading,
    day: date,
    *,
    code: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Sequence[AgencyDay]:
    """Return what is told of all agencies, or of one, by their codes, after one of them."""
    return await _found(reading, _OF_ALL, {"day": day, "code": code, "after": after, "limit": limit})


async def of_caller(
    reading: Reading, caller_id: UUID, day: date, *, after: str | None = None, limit: int | None = None
) -> Sequence[AgencyDay]:
    """Return what is told of the agencies for which one may speak, by their codes, after one of them."""
    given = {"day": day, "caller_id": caller_id, "after": after, "limit": limit}
    return await _found(reading, _OF_CALLER, given)


async def of_desk(
    reading: Reading, desk: Desk, day: date, *, after: str | None = None, limit: int | None = None
) -> Sequence[AgencyDay]:
    """Return what is told of the agencies that an officer sees, by their codes, after one of them."""
    return await _found(reading, _OF_DESK, {"day": day, "after": after, "limit": limit, **desk.given})


async def _found(
    reading: Reading, statement: LiteralString, given: Mapping[str, object]
) -> Sequence[AgencyDay]:
    rows: list[Any] = await (await (await reading.driver()).execute(statement, given)).fetchall()
    return [
        AgencyDay(code=code, name=name, figures=Figures.model_validate(told)) for code, name, told in rows
    ]
