"""Reports drawn up, to be sent."""

from datetime import date, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from storage.ids import new_id
from storage.reports.following import Last, may_change
from storage.reports.gathering import Gathered
from storage.reports.kinds import ReportState
from storage.unit_of_work import Reading, UnitOfWork

_LAST = """
SELECT number, digest, state, unsure, made_at FROM report
WHERE system = %s AND scope = %s AND month = %s ORDER BY number DESC LIMIT 1
"""
_FIRST_RECEIPT = """
SELECT receipt FROM report
WHERE system = %s AND scope = %s AND month = %s AND receipt IS NOT NULL ORDER BY number LIMIT 1
"""
# Of two workers that draw up the same, one does.
_ADD = """
INSERT INTO report (id, system, scope, month, number, corrects, content, digest, version, state, unsure,
  made_at, next_at)
VALUES (%(id)s, %(system)s, %(scope)s, %(month)s, %(number)s, %(corrects)s, %(content)s, %(digest)s,
  %(version)s, 'waiting', false, %(now)s, %(now)s)
ON CONFLICT (system, scope, month, number) DO NOTHING
"""
_RESUME = """
UPDATE report SET state = 'waiting', next_at = %(now)s, settled_at = NULL
WHERE system = %(system)s AND scope = %(scope)s AND month = %(month)s AND state = 'failed'
  AND number = (SELECT max(number) FROM report
    WHERE system = %(system)s AND scope = %(scope)s AND month = %(month)s)
"""


async def last(reading: Reading, system: str, scope: str, month: date) -> Last | None:
    """Return the last report on a month, whatever became of it."""
    found = await (await reading.driver()).execute(_LAST, (system, scope, month))
    row: Any = await found.fetchone()
    if row is None:
        return None
    number, digest, state, unsure, made_at = row
    return Last(number=number, digest=bytes(digest), state=ReportState(state), unsure=unsure, made_at=made_at)


async def draft(
    uow: UnitOfWork, system: str, gathered: Gathered, *, now: datetime, rest: timedelta = timedelta(0)
) -> bool:
    """Draw up a report to be sent, where it says something else than the last one; return whether it does.

    What was refused is never sent again unchanged. For `rest` see `storage.reports.following.may_change`.
    """
    report, digest = gathered.report, gathered.digest
    before = await last(uow, system, report.scope, report.month)
    if not may_change(before, now=now, rest=rest) or (before is not None and before.digest == digest):
        return False
    driver = await uow.driver()
    found = await driver.execute(_FIRST_RECEIPT, (system, report.scope, report.month))
    first: Any = await found.fetchone()
    given = {
        "id": new_id(),
        "system": system,
        "scope": report.scope,
        "month": report.month,
        "number": before.number + 1 if before else 1,
        "corrects": first and first[0],
        "content": Jsonb(gathered.content),
        "digest": digest,
        "version": gathered.version,
        "now": now,
    }
    return (await driver.execute(_ADD, given)).rowcount == 1


async def resume(uow: UnitOfWork, system: str, scope: str, month: date, *, now: datetime) -> bool:
    """Try again a report that was given up, if that is the last one of its month; return whether it is."""
    given = {"system": system, "scope": scope, "month": month, "now": now}
    return (await (await uow.driver()).execute(_RESUME, given)).rowcount == 1
