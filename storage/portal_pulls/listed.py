"""What portals' lists of procedures said when they were last read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.unit_of_work import Reading, UnitOfWork

_READ = "SELECT code, told FROM portal_procedure WHERE deployment = %s"
_KEEP = """
INSERT INTO portal_procedure (deployment, code, told, read_at)
SELECT %b, g.code, g.told, %b FROM unnest(%b::text[], %b::bytea[]) AS g(code, told) ORDER BY g.code
ON CONFLICT (deployment, code) DO UPDATE SET told = EXCLUDED.told, read_at = EXCLUDED.read_at
"""


async def read(reading: Reading, deployment: str) -> Mapping[str, bytes]:
    """Return what a portal's list said of each procedure, by its code there."""
    rows: list[Any] = await (
        await (await reading.driver()).execute(_READ, (deployment,), binary=True)
    ).fetchall()
    return dict(rows)


async def keep(uow: UnitOfWork, deployment: str, told: Mapping[str, bytes], now: datetime) -> None:
    """Keep what it says of some, which were read."""
    given = (deployment, now, list(told), list(told.values()))
    await (await uow.driver()).execute(_KEEP, given)
