"""Time limits that have passed: told once each, and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.complaints.kinds import Stage
from storage.unit_of_work import Reading, UnitOfWork

# `deadlines.clocks` in SQL; what is due first finds them by an index.
_PASSED: LiteralString = """
SELECT c.id, clock.stage, clock.due_at
FROM complaint c JOIN party_key USING (party_id) CROSS JOIN LATERAL (VALUES
  ('accept', CASE WHEN c.state = 'received' THEN c.accept_by END),
  ('process', CASE WHEN c.state IN ('received', 'accepted') THEN c.process_by END),
  ('publish', c.publish_by)
) AS clock (stage, due_at)
WHERE c.next_due_at < %(now)s AND clock.due_at < %(now)s
"""
# Whoever comes second at the same time finds that it is raised already.
_RAISE = f"""
WITH raised AS (
  INSERT INTO complaint_alarm (complaint_id, stage, due_at, raised_at)
  SELECT passed.id, passed.stage, passed.due_at, %(now)s FROM ({_PASSED}) passed
  WHERE NOT EXISTS (SELECT FROM complaint_alarm told
    WHERE (told.complaint_id, told.stage, told.due_at) = (passed.id, passed.stage, passed.due_at))
  ORDER BY passed.due_at, passed.id LIMIT %(limit)s
  ON CONFLICT DO NOTHING
  RETURNING complaint_id, stage, due_at
)
SELECT c.id, c.code, c.party_id, c.agency_id, a.name AS agency_name, raised.stage, raised.due_at,
  NOT EXISTS (SELECT FROM complaint_alarm told
    WHERE told.complaint_id = c.id AND told.stage = raised.stage AND told.due_at < raised.due_at) AS first
FROM raised JOIN complaint c ON c.id = raised.complaint_id JOIN agency a ON a.id = c.agency_id
ORDER BY raised.due_at, c.id
"""
_COUNTS = f"SELECT stage, count(*) FROM ({_PASSED}) passed GROUP BY stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A time limit that has passed.

    Attributes:
        first: the first of its stage that passed for this complaint: terms move on, and may pass again.
    """

    id: UUID
    code: str
    party_id: UUID
    agency_id: UUID
    agency_name: str
    stage: Stage
    due_at: datetime
    first: bool


async def raise_alarms(uow: UnitOfWork, *, now: datetime, limit: int) -> Sequence[Passed]:
    """Return up to `limit` time limits that have passed and were not told yet; they are told now."""
    async with (await uow.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_RAISE, {"now": now, "limit": limit}, binary=True)).fetchall()
    return [Passed(**row | {"stage": Stage(row["stage"])}) for row in rows]


async def overdue(reading: Reading) -> Mapping[str, int]:
    """Return of how many complaints each time limit has passed now, by each word of `kinds.Stage`."""
    given = {"now": datetime.now(UTC)}
    rows: list[Any] = await (await (await reading.driver()).execute(_COUNTS, given)).fetchall()
    return {stage.value: 0 for stage in Stage} | dict(rows)
