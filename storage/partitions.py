"""Monthly partitions of what only grows. Rows of months without one land in the default partition."""

from datetime import date
from itertools import pairwise

import structlog
from psycopg import sql
from psycopg.errors import CheckViolation

from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

PARTITIONED = ("dossier_event", "finished_delivery", "access_log")
AHEAD = 3
"""How many months are made in advance, this one included."""
LOCK = 0x706172746974


def months_from(today: date, count: int) -> list[tuple[date, date]]:
    """Return the first days of `count` months from today's on, each with that of the next."""
    months = range(today.month - 1, today.month + count)
    return list(pairwise(date(today.year + month // 12, month % 12 + 1, 1) for month in months))


async def keep(uow: UnitOfWork, today: date) -> list[str]:
    """Make the partitions of this month and the next ones where they are missing; return their names.

    Making one locks its table, for as long as the default partition takes to be looked through. So it has
    little time, and a unit of work of its own: what could not be done now is done at the next upkeep.
    """
    driver = await uow.driver()
    await driver.execute("SET LOCAL lock_timeout = '2s'")
    await driver.execute("SET LOCAL statement_timeout = '5s'")
    await driver.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    made = []
    for table in PARTITIONED:
        for start, end in months_from(today, AHEAD):
            name = f"{table}_p{start:%Y%m}"
            found = await (await driver.execute("SELECT to_regclass(%s)", (name,))).fetchone()
            if found == (None,) and await _make(uow, table, name, start, end):
                made.append(name)
    return made


async def _make(uow: UnitOfWork, table: str, name: str, start: date, end: date) -> bool:
    driver = await uow.driver()
    query = sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
        sql.Identifier(name), sql.Identifier(table), sql.Literal(str(start)), sql.Literal(str(end))
    )
    try:
        async with driver.transaction():
            await driver.execute(query)
    except CheckViolation:
        # Rows of that month already lie in the default partition, where they are as good.
        log.warning("partition_not_made", partition=name)
        return False
    return True
