"""Up to when all that changed can be seen, so that a mark over times of change misses nothing.

A row says by its time of change when the transaction began that changed it; it may be committed long after.
So only what is older than every transaction under way is settled, and a mark must never pass that.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString

from storage.unit_of_work import Reading

SETTLED = timedelta(minutes=2)
"""No transaction lasts longer (`storage.engine`): who can not see when others' began waits this long."""
# A vacuum may take hours, and changes no row. Nor does a dump or a long query, which has written nothing yet:
# none of ours is under way for ten minutes before it writes (`storage.engine` ends it).
HORIZON: LiteralString = """least(now(), (
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type <> 'autovacuum worker'
      AND (backend_xid IS NOT NULL OR xact_start > now() - interval '10 minutes')
  )) - %s"""
"""SQL for that time; its parameter is how much older than every transaction under way a change must be."""


async def horizon(reading: Reading, *, settled: timedelta = SETTLED) -> datetime:
    """Return before when all changes can be seen.

    To be asked before the rows are read, by a statement of its own: who begins meanwhile is younger.
    """
    row: Any = await (await (await reading.driver()).execute(f"SELECT {HORIZON}", (settled,))).fetchone()
    found: datetime = row[0]
    return found
