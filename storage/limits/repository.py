"""Token buckets: how fast all workers together may be, and how often a caller may ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.unit_of_work import UnitOfWork

CALLERS = "caller:"
"""Begins the names of callers' buckets, of which there are as many as callers: see `sweep`."""
KEPT = timedelta(days=1)
"""How long a caller's bucket is kept unused; by then it must be full."""

_LEVEL = """
least(%(burst)s, b.tokens + %(rate)s * greatest(0, extract(epoch FROM clock_timestamp() - b.refilled_at)))
"""
# Locks the row until the transaction ends, so that what is granted here is taken before anybody else asks.
_REFILL = f"""
INSERT INTO rate_bucket AS b (name, tokens, refilled_at) VALUES (%(name)s, %(burst)s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET refilled_at = clock_timestamp(), tokens = {_LEVEL}
RETURNING tokens
"""
# What is refused writes nothing: a flood of it leaves no dead rows behind.
_SPEND = f"""
WITH spent AS (
  INSERT INTO rate_bucket AS b (name, tokens, refilled_at)
  VALUES (%(name)s, %(burst)s - %(cost)s, clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET refilled_at = clock_timestamp(), tokens = {_LEVEL} - %(cost)s
  WHERE {_LEVEL} >= 1
  RETURNING tokens
)
SELECT tokens, true FROM spent
UNION ALL
SELECT {_LEVEL}, false FROM rate_bucket b WHERE b.name = %(name)s AND NOT EXISTS (SELECT FROM spent)
"""
_SWEEP = "DELETE FROM rate_bucket WHERE starts_with(name, %s) AND refilled_at < %s"
_TAKE = "UPDATE rate_bucket SET tokens = tokens - %s WHERE name = %s"


async def available(uow: UnitOfWork, name: str, *, rate: float, burst: float) -> float:
    """Return how many tokens a bucket holds, and let nobody else have any until this transaction ends.

    Args:
        uow: short: others wait for its end.
        name: of the bucket; one that is not there is full.
        rate: tokens that it gains in a second.
        burst: the most that it holds.
    """
    driver = await uow.driver()
    cursor = await driver.execute(_REFILL, {"name": name, "rate": rate, "burst": burst})
    row: Any = await cursor.fetchone()
    return float(row[0])


async def take(uow: UnitOfWork, name: str, count: int) -> None:
    """Take tokens that are available."""
    driver = await uow.driver()
    await driver.execute(_TAKE, (count, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Whether a token was there, and how many are left."""

    granted: bool
    left: float


async def spend(uow: UnitOfWork, name: str, *, rate: float, burst: int, cost: int) -> Spending:
    """Take `cost` tokens (1, or 0 to look only) from a caller's bucket that holds at least one.

    Nobody else gets any from it until this transaction ends. `rate` and `burst` as `available`.
    """
    given = {"name": f"{CALLERS}{name}", "rate": rate, "burst": burst, "cost": cost}
    driver = await uow.driver()
    row: Any = await (await driver.execute(_SPEND, given)).fetchone()
    # None where another transaction made the row, and emptied it, since this statement began.
    return Spending(granted=row[1], left=float(row[0])) if row else Spending(granted=False, left=0.0)


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Delete the buckets of callers that are full by now: a bucket that is not there is full, too."""
    driver = await uow.driver()
    return (await driver.execute(_SWEEP, (CALLERS, now - KEPT))).rowcount
