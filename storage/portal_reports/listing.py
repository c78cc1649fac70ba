"""Reports as operators see them, and as they are watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import Reading

MOST_LISTED = 200

# In the words of the partial indexes: nearly all reports are done.
_OPEN = """(r.next_at IS NOT NULL OR r.state IN ('refused', 'doubted')) AND r.state <> 'done'
  AND coalesce(r.deployment = %(deployment)s::text, true)"""
_LIST = f"""
SELECT r.deployment, 'dossier' AS kind, d.code AS key, r.state, r.attempts, r.next_at, r.answer_code,
  r.changed_at, r.told_at, cardinality(r.told_events) AS told, cardinality(r.refused_events) AS refused,
  cardinality(r.doubted_events) AS doubted
FROM portal_report r JOIN dossier d ON d.id = r.dossier_id
WHERE {_OPEN} AND coalesce(r.state = %(state)s::text, true)
UNION ALL
SELECT r.deployment, r.kind, r.key, r.state, r.attempts, r.next_at, r.answer_code, r.changed_at, r.told_at,
  0, 0, 0
FROM portal_opinion_report r
WHERE {_OPEN} AND coalesce(r.state = %(state)s::text, true)
ORDER BY changed_at, key LIMIT %(limit)s
"""
_STANDING = """
SELECT deployment || ':' || state, count(*) FROM (
  SELECT deployment, state FROM portal_report WHERE next_at IS NOT NULL OR state IN ('refused', 'doubted')
  UNION ALL
  SELECT deployment, state FROM portal_opinion_report
  WHERE next_at IS NOT NULL OR state IN ('refused', 'doubted')) r
GROUP BY deployment, state
"""
_COUNTS = """
SELECT state, count(*), min(changed_at) FROM portal_report
WHERE deployment = %s AND (next_at IS NOT NULL OR state IN ('refused', 'doubted')) GROUP BY state
"""
_OLDEST = """
SELECT deployment, extract(epoch FROM now() - min(changed_at))::bigint FROM portal_report
WHERE next_at IS NOT NULL GROUP BY deployment
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A report that is not done.

    Attributes:
        kind: `dossier`, or a word of `kinds.OpinionKind`.
        key: code of the dossier, or the key of the opinion.
        told: how many steps of progress the portal has from us; likewise `refused` and `doubted`.
    """

    deployment: str
    kind: str
    key: str
    state: str
    attempts: int
    next_at: datetime | None
    answer_code: str | None
    changed_at: datetime
    told_at: datetime | None
    told: int
    refused: int
    doubted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many dossiers are in each state but done, and since when the oldest of them waits."""

    states: Mapping[ReportState, int]
    since: datetime | None


async def listed(
    reading: Reading, deployment: str | None = None, state: ReportState | None = None
) -> list[Listed]:
    """Return what is not done, the oldest change first; at most `MOST_LISTED`."""
    given = {"deployment": deployment, "state": state, "limit": MOST_LISTED}
    driver = await reading.driver()
    async with driver.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(_LIST, given)
        return await cursor.fetchall()


async def backlog(reading: Reading, deployment: str) -> Backlog:
    """Return what is not done of a portal's dossiers."""
    rows: list[Any] = await (await (await reading.driver()).execute(_COUNTS, (deployment,))).fetchall()
    return Backlog(
        states={ReportState(state): count for state, count, _ in rows},
        since=min((since for *_, since in rows), default=None),
    )


async def standing(reading: Reading) -> Mapping[str, int]:
    """Return how many reports are not done, by `deployment:state`."""
    rows: list[Any] = await (await (await reading.driver()).execute(_STANDING)).fetchall()
    return dict(rows)


async def lag(reading: Reading) -> Mapping[str, int]:
    """Return for how many seconds the oldest change waits to be told, by deployment where one waits."""
    rows: list[Any] = await (await (await reading.driver()).execute(_OLDEST)).fetchall()
    return dict(rows)
