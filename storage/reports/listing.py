"""Reports as operators see them, and as they are watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.reports.content import MonthReport
from storage.reports.kinds import ReportState
from storage.unit_of_work import Reading

MOST_LISTED = 200
_COLUMNS = (
    "id, system, scope, month, number, corrects, version, state, unsure, attempts, made_at, next_at,"
    " settled_at, receipt, answered"
)
_LIST = f"""
SELECT {_COLUMNS} FROM report WHERE coalesce(month = %s::date, true)
ORDER BY month DESC, system, scope, number DESC LIMIT %s
"""
_CONTENT = "SELECT content FROM report WHERE id = %s"
_STANDING = """
SELECT state, count(*) FROM (
  SELECT DISTINCT ON (system, scope, month) state FROM report
  ORDER BY system, scope, month, number DESC) last
GROUP BY state
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A report without its content: see `storage.reports.models.Report`."""

    id: UUID
    system: str
    scope: str
    month: date
    number: int
    corrects: str | None
    version: int
    state: str
    unsure: bool
    attempts: int
    made_at: datetime
    next_at: datetime | None
    settled_at: datetime | None
    receipt: str | None
    answered: Mapping[str, str] | None


async def listed(reading: Reading, month: date | None = None) -> list[Listed]:
    """Return the reports of a month, or of all, newest first; at most `MOST_LISTED`."""
    driver = await reading.driver()
    async with driver.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(_LIST, (month, MOST_LISTED))
        return await cursor.fetchall()


async def content(reading: Reading, report_id: UUID) -> MonthReport | None:
    """Return what a report says; none where there is no such report."""
    row: Any = await (await (await reading.driver()).execute(_CONTENT, (report_id,))).fetchone()
    return None if row is None else MonthReport.model_validate(row[0])


async def standing(reading: Reading) -> Mapping[str, int]:
    """Return how many months there are by the state of the last report on them, by each state there is."""
    rows: list[Any] = await (await (await reading.driver()).execute(_STANDING)).fetchall()
    return dict.fromkeys(map(str, ReportState), 0) | dict(rows)
