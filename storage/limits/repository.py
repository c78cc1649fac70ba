"""Token buckets: how fast all workers together may be."""

from typing import Any

from storage.unit_of_work import UnitOfWork

# Locks the row until the transaction ends, so that what is granted here is taken before anybody else asks.
_REFILL = """
INSERT INTO rate_bucket AS b (name, tokens, refilled_at) VALUES (%(name)s, %(burst)s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET refilled_at = clock_timestamp(), tokens = least(%(burst)s,
  b.tokens + %(rate)s * greatest(0, extract(epoch FROM clock_timestamp() - b.refilled_at)))
RETURNING tokens
"""
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
