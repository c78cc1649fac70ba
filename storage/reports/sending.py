"""Reports taken to be sent, and what became of them: no connection is held meanwhile."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.reports.content import MonthReport, key_of
from storage.reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork

# Whoever dies with it leaves it to the next one when the lease ends; whether it arrived, nobody knows then.
_TAKE = """
WITH due AS (
  SELECT id, unsure FROM report
  WHERE system = %(system)s AND state = 'waiting' AND next_at <= %(now)s
    AND coalesce(month = %(month)s::date, true)
  ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE report r SET attempts = r.attempts + 1, unsure = true, next_at = %(until)s
FROM due WHERE r.id = due.id
RETURNING r.id, r.content, r.digest, r.number, r.corrects, r.attempts, due.unsure
"""
# Whoever took too long, so that another one took it, has no say any more.
_SETTLE = """
UPDATE report SET state = %(state)s, unsure = %(unsure)s, next_at = %(next_at)s, receipt = %(receipt)s,
  answered = %(answered)s, settled_at = CASE WHEN %(next_at)s::timestamptz IS NULL THEN %(now)s END
WHERE id = %(id)s AND attempts = %(attempt)s AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A report that is to be sent now.

    Attributes:
        key: by which the system knows it again.
        corrects: receipt of the first one on the month; none for that one itself.
        attempt: the number of this attempt, from 1.
        unsure: it may have arrived by an earlier one.
    """

    id: UUID
    report: MonthReport
    key: str
    number: int
    corrects: str | None
    attempt: int
    unsure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an attempt.

    Attributes:
        answered: what the system said, `code` and `words`; none where it said nothing.

    Raises:
        ValueError: what waits has no next time or what does not has one; or a number is missing, or too much.
    """

    state: ReportState
    unsure: bool = False
    next_at: datetime | None = None
    receipt: str | None = None
    answered: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if (self.state is ReportState.WAITING) != (self.next_at is not None):
            raise ValueError("what waits, and that alone, has a next time")
        if (self.state is ReportState.SENT) != (self.receipt is not None):
            raise ValueError("what was sent, and that alone, has a receipt")


async def take(
    uow: UnitOfWork, system: str, *, now: datetime, lease: timedelta, month: date | None = None
) -> Filing | None:
    """Take the report that is due first, for as long as a lease lasts; none where none is due.

    Args:
        uow: the transaction.
        system: to which it goes.
        now: the moment.
        lease: how long nobody else may take it.
        month: only of this one.
    """
    given = {"system": system, "now": now, "until": now + lease, "month": month}
    row: Any = await (await (await uow.driver()).execute(_TAKE, given)).fetchone()
    if row is None:
        return None
    report_id, content, digest, number, corrects, attempt, unsure = row
    return Filing(
        id=report_id,
        # Of some ten thousand agencies: notices go out meanwhile.
        report=await asyncio.to_thread(MonthReport.model_validate, content),
        key=key_of(bytes(digest), number),
        number=number,
        corrects=corrects,
        attempt=attempt,
        unsure=unsure,
    )


async def settle(uow: UnitOfWork, filing: Filing, settled: Settled, *, now: datetime) -> bool:
    """Keep what became of an attempt; return whether it was still ours."""
    given = {
        "id": filing.id,
        "attempt": filing.attempt,
        "state": settled.state,
        "unsure": settled.unsure,
        "next_at": settled.next_at,
        "receipt": settled.receipt,
        "answered": None if settled.answered is None else Jsonb(settled.answered),
        "now": now,
    }
    return (await (await uow.driver()).execute(_SETTLE, given)).rowcount == 1
