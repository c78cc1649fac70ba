"""What is known of the dossiers that a portal tells of: whose they are, and what others told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading

_OWNERS = "SELECT code, agency_id FROM dossier WHERE code = ANY(%b)"
_TOLD_BY_OTHERS = """
SELECT d.code, e.status, e.occurred_at, e.step FROM dossier d
JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
WHERE d.code = ANY(%b) AND e.client_id <> %b
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fact that is kept of a dossier."""

    code: str
    status: int
    occurred_at: datetime
    step: str


async def owners(reading: Reading, codes: Collection[str]) -> Mapping[str, UUID]:
    """Return the agencies of those of these dossiers that we have, by the dossiers' codes."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_OWNERS, (list(codes),), binary=True)).fetchall()
    return dict(rows)


async def told_by_others(reading: Reading, client_id: str, codes: Collection[str]) -> list[Known]:
    """Return the facts of these dossiers that another client than this was first to tell."""
    driver = await reading.driver()
    given = (list(codes), client_id)
    rows: list[Any] = await (await driver.execute(_TOLD_BY_OTHERS, given, binary=True)).fetchall()
    return [
        Known(code=code, status=status, occurred_at=occurred_at, step=step)
        for code, status, occurred_at, step in rows
    ]
