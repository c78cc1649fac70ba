"""What a day is counted from, read slice by slice: each is a short transaction, however large the country is.

No statement reads a table from end to end. What is looked up row by row is held back by OFFSET 0: for numbers
that the planner guesses wrongly it would join whole tables.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from storage.dossiers.statuses import AWAITING_CITIZEN
from storage.ids import least_id
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading

OpenReading = Callable[[], Reading]
Rows = AsyncIterator[tuple[Any, ...]]

CLOCKS_DIFFER = timedelta(hours=1)
"""At the most, between who draws ids and the database."""
HOURS = timedelta(hours=6)
"""Of what ended in so long a time is read at once, and of what was reported."""
AGENCIES = 100
"""Whose silent dossiers are counted at once."""

# Ids ascend with time, so what was recorded on a day is found by the primary key, and never changes place.
_TOLD = """
WITH slice AS MATERIALIZED (
  SELECT id, dossier_id, client_id, occurred_at, recorded_at FROM dossier_event
  WHERE id > %(after)s AND id < %(before)s ORDER BY id LIMIT 10000
), counted AS (
  SELECT d.agency_id,
    CASE WHEN client_id LIKE 'portal:%%' THEN 'pulled' WHEN client_id LIKE 'console:%%' THEN 'filed'
      ELSE 'pushed' END AS way,
    greatest(round(extract(epoch FROM recorded_at - occurred_at)), 0)::bigint AS late, count(*) AS facts
  FROM slice JOIN LATERAL (SELECT agency_id FROM dossier WHERE id = slice.dossier_id OFFSET 0) d ON true
  WHERE recorded_at >= %(start)s AND recorded_at < %(end)s
  GROUP BY 1, 2, 3
)
SELECT (SELECT id FROM slice ORDER BY id DESC LIMIT 1), c.agency_id, c.way, c.late, c.facts
FROM (SELECT) AS once LEFT JOIN counted c ON true
"""
# Whatever was kept of a dossier changed it. One that changes meanwhile is left for the day on which it does.
_CHANGED = """
WITH slice AS MATERIALIZED (
  SELECT id, updated_at, agency_id, first_at, contradictions FROM dossier
  WHERE (updated_at, id) > (%(at)s, %(id)s) AND updated_at < %(until)s ORDER BY updated_at, id LIMIT 5000
), counted AS (
  SELECT agency_id, count(*) FILTER (WHERE left_out) AS holes,
    count(*) FILTER (WHERE contradictions > 0) AS contradictions
  FROM slice CROSS JOIN LATERAL (
    SELECT max(sequence) - min(sequence) >= count(DISTINCT sequence)
      AND max(sequence) - min(sequence) < %(within)s AS left_out
    FROM dossier_event WHERE dossier_id = slice.id AND occurred_at >= slice.first_at AND sequence IS NOT NULL
  ) numbers
  GROUP BY agency_id
), last AS (SELECT updated_at, id FROM slice ORDER BY updated_at DESC, id DESC LIMIT 1)
SELECT last.updated_at, last.id, c.* FROM last LEFT JOIN counted c ON true
"""
_REPORTED = """
SELECT d.agency_id, count(*) FROM portal_report r
JOIN LATERAL (SELECT agency_id FROM dossier WHERE id = r.dossier_id OFFSET 0) d ON true
WHERE r.told_at >= %(start)s AND r.told_at < %(end)s GROUP BY d.agency_id
"""
_ENDED = """
SELECT agency_id, ceil(greatest(extract(epoch FROM ended_at - first_at), 0) / %(unit)s)::bigint, count(*)
FROM dossier WHERE ended_at >= %(start)s AND ended_at < %(end)s GROUP BY 1, 2
"""
_AGENCIES = "SELECT id FROM agency WHERE id > %s ORDER BY id LIMIT %s"
_SILENT = """
SELECT g.agency_id, count(*)
FROM unnest(%(agencies)s::uuid[], %(since)s::timestamptz[]) AS g(agency_id, since)
JOIN LATERAL (
  SELECT FROM dossier WHERE agency_id = g.agency_id AND ended_at IS NULL AND status_since < g.since
    AND status <> ALL(%(awaiting)s) AND heard_at < g.since OFFSET 0) d ON true
GROUP BY g.agency_id
"""


async def told(open_reading: OpenReading, start: datetime, end: datetime) -> Rows:
    """Yield how many facts were recorded: agency, way (pushed, filed, pulled), seconds of lag, count."""
    after, before = least_id(start - CLOCKS_DIFFER), least_id(end + CLOCKS_DIFFER)
    while True:
        given = {"after": after, "before": before, "start": start, "end": end}
        rows = await _rows(open_reading, _TOLD, given)
        if rows[0][0] is None:
            return
        after = rows[0][0]
        for _, *row in rows:
            if row[0] is not None:
                yield tuple(row)


async def changed(open_reading: OpenReading, since: datetime, within: int) -> Rows:
    """Yield of dossiers that changed: agency, how many with numbers left out, and with contradictions.

    Args:
        open_reading: opens a transaction that reads.
        since: when they changed, at the earliest.
        within: numbers of a source that are farther apart are no counter.
    """
    ((until,),) = await _rows(open_reading, "SELECT now()", {})
    place: tuple[datetime, UUID] = (since, BEFORE_ALL_IDS)
    while True:
        given = {"at": place[0], "id": place[1], "until": until, "within": within}
        rows = await _rows(open_reading, _CHANGED, given)
        if not rows:
            return
        place = rows[0][:2]
        for _, _, *row in rows:
            yield tuple(row)


async def reported(open_reading: OpenReading, start: datetime, end: datetime) -> Rows:
    """Yield of how many dossiers a portal took something in last: agency, count."""
    for begin, until in _cut(start, end):
        for row in await _rows(open_reading, _REPORTED, {"start": begin, "end": until}):
            yield row


async def ended(open_reading: OpenReading, start: datetime, end: datetime, unit: timedelta) -> Rows:
    """Yield how long dossiers took that ended: agency, time in units, rounded up, and how many."""
    for begin, until in _cut(start, end):
        given = {"start": begin, "end": until, "unit": unit.total_seconds()}
        for row in await _rows(open_reading, _ENDED, given):
            yield row


async def silent(
    open_reading: OpenReading, since: Mapping[UUID, datetime], otherwise: datetime
) -> AsyncIterator[tuple[UUID, int]]:
    """Yield of how many open dossiers nothing was heard, but of those that wait for the citizen.

    Args:
        open_reading: opens a transaction that reads.
        since: since when at the least, by agency.
        otherwise: the same of all other agencies.
    """
    after = BEFORE_ALL_IDS
    while True:
        async with open_reading() as reading:
            driver = await reading.driver()
            found: list[Any] = await (await driver.execute(_AGENCIES, (after, AGENCIES))).fetchall()
            ids: list[UUID] = [one for (one,) in found]
            given = {
                "agencies": ids,
                "since": [since.get(one, otherwise) for one in ids],
                "awaiting": [int(status) for status in AWAITING_CITIZEN],
            }
            rows: list[Any] = await (await driver.execute(_SILENT, given)).fetchall()
        for row in rows:
            yield row
        if len(ids) < AGENCIES:
            return
        after = ids[-1]


def _cut(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        yield start, min(start + HOURS, end)
        start += HOURS


async def _rows(
    open_reading: OpenReading, statement: LiteralString, given: Mapping[str, object]
) -> Sequence[tuple[Any, ...]]:
    async with open_reading() as reading:
        return await (await (await reading.driver()).execute(statement, given)).fetchall()
