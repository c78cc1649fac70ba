"""What is counted of an agency and a day: how much came in, how late, and what does not fit together.

No row is locked for it, and nothing of it is personal.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.dossiers.working_days import VIETNAM
from storage.reconciliation import slices
from storage.reconciliation.spread import Spread
from storage.unit_of_work import Reading

USUAL_FROM = timedelta(days=30)
"""What is usual at an agency is measured of its dossiers that ended within so long a time."""
USUAL_UNIT = timedelta(hours=6)
"""In which that is measured."""
USUAL_OF = 20
"""Of fewer than so many, nothing can be called usual."""
UNKNOWN_USUAL, LEAST_USUAL = timedelta(days=30), timedelta(days=7)
HOLES_WITHIN = 1000
"""Numbers that are farther apart are no counter of a dossier's steps."""

_DIFFERENCES = """
SELECT agency_id, count(*) AS differences, count(*) FILTER (WHERE state = 'left') AS differences_left
FROM portal_difference WHERE state IN ('open', 'left') GROUP BY agency_id
"""
_STRAYS = """
SELECT split_part(code, '-', 1), count(*) FROM portal_stray
WHERE settled_at IS NULL AND code IS NOT NULL GROUP BY 1
"""
Count = Annotated[int, Field(ge=0)]


class Figures(BaseModel):
    """What is told of an agency and a day.

    Attributes:
        pushed: facts that were new, told by the agency's own systems; `filed` those in its files, and
            `pulled` those that portals told.
        reported: dossiers of which a portal took something in.
        lag_median: seconds from when those facts occurred until we knew them, to three digits, of one half at
            most, and `lag_p95` of 95 in 100; none where no fact came.
        silent: dossiers that are open, wait for no citizen, and of which nothing was heard for longer than 95
            in 100 of the agency's took in all that ended within 30 days. Where fewer than 20 ended, that is
            30 days; it is never less than 7.
        holes: dossiers that changed, and whose source's own counting leaves numbers out.
        contradictions: dossiers that changed, and hold a fact that may not follow the one before it.
        differences: things of which a portal and we say something else, `differences_left` of them left for
            a person.
        strays: records of portals with codes of the agency's that could not be kept.
    """

    model_config = ConfigDict(frozen=True)

    pushed: Count = 0
    filed: Count = 0
    pulled: Count = 0
    reported: Count = 0
    lag_median: Count | None = None
    lag_p95: Count | None = None
    silent: Count = 0
    holes: Count = 0
    contradictions: Count = 0
    differences: Count = 0
    differences_left: Count = 0
    strays: Count = 0


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins in Vietnam, and when it ends."""
    return (
        datetime.combine(day, time.min, VIETNAM),
        datetime.combine(day + timedelta(days=1), time.min, VIETNAM),
    )


async def gather(open_reading: Callable[[], Reading], day: date) -> Mapping[UUID, Figures]:
    """Count a day for each agency of which there is anything to say.

    What is open, silent, or left is as at this moment: the report is made as soon as the day is over. All is
    read in slices (`storage.reconciliation.slices`), each a transaction of its own.
    """
    start, end = bounds(day)
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    lags = await _facts(open_reading, start, end, found)
    async for agency_id, holes, contradictions in slices.changed(open_reading, start, HOLES_WITHIN):
        found[agency_id] += Counter(holes=holes, contradictions=contradictions)
    async for agency_id, count in slices.reported(open_reading, start, end):
        found[agency_id]["reported"] += count
    usual = await _usual(open_reading, end)
    async for agency_id, count in slices.silent(open_reading, usual, end - UNKNOWN_USUAL):
        found[agency_id]["silent"] += count
    async with open_reading() as reading:
        rows: list[Any] = await (await (await reading.driver()).execute(_DIFFERENCES)).fetchall()
        for agency_id, live, left in rows:
            found[agency_id] += Counter(differences=live, differences_left=left)
        for agency_id, count in (await _strays(reading)).items():
            found[agency_id]["strays"] += count
    return {
        agency_id: Figures(**told, **_lag(lags.get(agency_id)))
        for agency_id, told in found.items()
        if told.total()
    }


async def _facts(
    open_reading: Callable[[], Reading], start: datetime, end: datetime, found: Mapping[UUID, Counter[str]]
) -> Mapping[UUID, Spread]:
    """Count facts by how they came, and return how late they did."""
    lags: dict[UUID, Spread] = defaultdict(Spread)
    async for agency_id, way, late, count in slices.told(open_reading, start, end):
        found[agency_id][way] += count
        lags[agency_id].add(late, count)
    return lags


def _lag(lags: Spread | None) -> Mapping[str, int]:
    if lags is None:
        return {}
    return {"lag_median": round(lags.within(0.5)), "lag_p95": round(lags.within(0.95))}


async def _usual(open_reading: Callable[[], Reading], end: datetime) -> Mapping[UUID, datetime]:
    """Return since when silence is longer than what is usual, by agency at which enough dossiers ended."""
    took: dict[UUID, Spread] = defaultdict(Spread)
    async for agency_id, units, count in slices.ended(open_reading, end - USUAL_FROM, end, USUAL_UNIT):
        took[agency_id].add(units, count)
    return {
        agency_id: end - max(spread.within(0.95) * USUAL_UNIT, LEAST_USUAL)
        for agency_id, spread in took.items()
        if len(spread) >= USUAL_OF
    }


async def _strays(reading: Reading) -> Mapping[UUID, int]:
    """Count strays by the agency that their codes name; one whose code names nobody is nobody's."""
    rows: list[Any] = await (await (await reading.driver()).execute(_STRAYS)).fetchall()
    named: dict[str, int] = defaultdict(int)
    for part, count in rows:
        try:
            named[normalise_agency_code(part)] += count
        except InvalidCode:
            continue
    counts: dict[UUID, int] = defaultdict(int)
    for code, agency in (await agencies.resolve(reading, named)).items():
        counts[agency.id] += named[code]
    return counts
