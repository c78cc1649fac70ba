"""What is counted of an agency and a day: how much came in, how late, and what does not fit together.

Of the dossiers that changed since the day began, and those that are open, few columns are read: no row of
theirs is locked, and nothing is personal.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, LiteralString
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.dossiers.statuses import AWAITING_CITIZEN
from storage.dossiers.working_days import VIETNAM
from storage.unit_of_work import Reading

USUAL_FROM = timedelta(days=30)
"""What is usual at an agency is measured of its dossiers that ended within so long a time."""
USUAL_OF = 20
"""Of fewer than so many, nothing can be called usual."""
UNKNOWN_USUAL, LEAST_USUAL = timedelta(days=30), timedelta(days=7)
HOLES_WITHIN = 1000
"""Numbers that are farther apart are no counter of a dossier's steps."""

# Whatever was kept of a dossier changed it, so those that changed since the day began are all there are.
_EVENTS = """
SELECT d.agency_id,
  count(*) FILTER (WHERE e.client_id NOT LIKE 'portal:%%' AND e.client_id NOT LIKE 'console:%%') AS pushed,
  count(*) FILTER (WHERE e.client_id LIKE 'console:%%') AS filed,
  count(*) FILTER (WHERE e.client_id LIKE 'portal:%%') AS pulled,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY late.seconds))::bigint AS lag_median,
  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY late.seconds))::bigint AS lag_p95
FROM dossier d JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
CROSS JOIN LATERAL (SELECT greatest(extract(epoch FROM e.recorded_at - e.occurred_at), 0) AS seconds) late
WHERE d.updated_at >= %(start)s AND e.recorded_at >= %(start)s AND e.recorded_at < %(end)s
GROUP BY d.agency_id
"""
_REPORTED = """
SELECT d.agency_id, count(*) AS reported FROM portal_report r JOIN dossier d ON d.id = r.dossier_id
WHERE r.told_at >= %(start)s AND r.told_at < %(end)s GROUP BY d.agency_id
"""
_SILENT = """
WITH usual AS (
  SELECT agency_id, percentile_cont(0.95) WITHIN GROUP (ORDER BY ended_at - first_at) AS took
  FROM dossier WHERE ended_at >= %(end)s - %(usual_from)s::interval AND ended_at < %(end)s
  GROUP BY agency_id HAVING count(*) >= %(usual_of)s
)
SELECT d.agency_id, count(*) AS silent FROM dossier d LEFT JOIN usual u ON u.agency_id = d.agency_id
CROSS JOIN LATERAL (
  SELECT %(end)s - greatest(coalesce(u.took, %(unknown)s::interval), %(least)s::interval) AS since) quiet
WHERE d.ended_at IS NULL AND d.status <> ALL(%(awaiting)s)
  AND d.status_since < quiet.since AND d.heard_at < quiet.since
GROUP BY d.agency_id
"""
_HOLES = """
SELECT agency_id, count(*) AS holes FROM (
  SELECT d.agency_id FROM dossier d
  JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
  WHERE d.updated_at >= %(start)s AND e.sequence IS NOT NULL
  GROUP BY d.agency_id, d.id
  HAVING max(e.sequence) - min(e.sequence) >= count(DISTINCT e.sequence)
    AND max(e.sequence) - min(e.sequence) < %(within)s) dossiers
GROUP BY agency_id
"""
_CONTRADICTIONS = """
SELECT agency_id, count(*) AS contradictions FROM dossier
WHERE updated_at >= %(start)s AND contradictions > 0 GROUP BY agency_id
"""
_DIFFERENCES = """
SELECT agency_id, count(*) AS differences, count(*) FILTER (WHERE state = 'left') AS differences_left
FROM portal_difference WHERE state IN ('open', 'left') GROUP BY agency_id
"""
_STRAYS = """
SELECT split_part(code, '-', 1), count(*) FROM portal_stray
WHERE settled_at IS NULL AND code IS NOT NULL GROUP BY 1
"""
STATEMENTS: Sequence[LiteralString] = (_EVENTS, _REPORTED, _SILENT, _HOLES, _CONTRADICTIONS, _DIFFERENCES)

Count = Annotated[int, Field(ge=0)]


class Figures(BaseModel):
    """What is told of an agency and a day.

    Attributes:
        pushed: facts that were new, told by the agency's own systems; `filed` those in its files, and
            `pulled` those that portals told.
        reported: dossiers of which a portal took something in.
        lag_median: seconds from when those facts occurred until we knew them, of one half at most, and
            `lag_p95` of 95 in 100; none where no fact came.
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

    What is open, silent, or left is as at this moment: the report is made as soon as the day is over. Each
    count is a transaction of its own, as a country's may take a while.
    """
    start, end = bounds(day)
    given: Mapping[str, object] = {
        "start": start,
        "end": end,
        "usual_from": USUAL_FROM,
        "usual_of": USUAL_OF,
        "unknown": UNKNOWN_USUAL,
        "least": LEAST_USUAL,
        "awaiting": [int(status) for status in AWAITING_CITIZEN],
        "within": HOLES_WITHIN,
    }
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for statement in STATEMENTS:
        async with open_reading() as reading:
            cursor = await (await reading.driver()).execute(statement, given)
            names = [column.name for column in cursor.description or ()]
            rows: list[Any] = await cursor.fetchall()
        for agency_id, *counts in rows:
            found[agency_id] |= dict(zip(names[1:], counts, strict=True))
    async with open_reading() as reading:
        for agency_id, count in (await _strays(reading)).items():
            found[agency_id]["strays"] = count
    return {agency_id: Figures(**told) for agency_id, told in found.items()}


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
