"""What is known of the dossiers that a portal tells of: whose they are, and what others told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading

_OWNERS = "SELECT code, agency_id FROM dossier WHERE code = ANY(%b)"
# OFFSET 0 keeps the events a lookup for each dossier. A plan that is made while the tables are small, as when
# a backfill begins, would read all events, and stay so until they are analysed.
_TOLD_BY_OTHERS = """
SELECT d.code, e.status, e.occurred_at, e.step, e.due_at FROM dossier d
JOIN LATERAL (
  SELECT status, occurred_at, step, due_at FROM dossier_event
  WHERE dossier_id = d.id AND occurred_at >= d.first_at AND client_id <> %b OFFSET 0
) e ON true
WHERE d.code = ANY(%b)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact that is kept of a dossier."""

    code: str
    status: int
    occurred_at: datetime
    step: str
    due_at: datetime | None


async def owners(reading: Reading, codes: Collection[str]) -> Mapping[str, UUID]:
    """Return the agencies of those of these dossiers that we have, by the dossiers' codes."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_OWNERS, (list(codes),), binary=True)).fetchall()
    return dict(rows)


async def told_by_others(reading: Reading, client_id: str, codes: Collection[str]) -> list[Known]:
    """Return the facts of these dossiers that another client than this was first to tell."""
    driver = await reading.driver()
    given = (client_id, list(codes))
    rows: list[Any] = await (await driver.execute(_TOLD_BY_OTHERS, given, binary=True)).fetchall()
    return [
        Known(code=code, status=status, occurred_at=occurred_at, step=step, due_at=due_at)
        for code, status, occurred_at, step, due_at in rows
    ]
