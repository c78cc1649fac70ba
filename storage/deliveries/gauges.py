"""How much waits and for how long: read often, so at a cost that does not grow with what waits."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from storage.unit_of_work import Reading

MOST_COUNTED = 10_000
"""Where more rows than this wait in one lane, or reports, this is the count."""

# `walk` steps through the index from agency to agency, so that its cost is the number of agencies with
# something waiting; then the one that is due first is looked up for each. A row that is held is due when
# its lease ends, and so is none that is overdue.
_LANES = """
WITH RECURSIVE walk AS (
  (SELECT channel, lane, agency_id FROM delivery
   ORDER BY channel, lane, agency_id, due_at DESC LIMIT 1)
  UNION ALL
  SELECT g.channel, g.lane, g.agency_id
  FROM walk w, LATERAL (
    SELECT d.channel, d.lane, d.agency_id FROM delivery d
    WHERE (d.channel, d.lane, d.agency_id) > (w.channel, w.lane, w.agency_id)
    ORDER BY d.channel, d.lane, d.agency_id, d.due_at DESC LIMIT 1) g
), lane AS (
  SELECT w.channel, w.lane, min(o.due_at) AS due_at
  FROM walk w, LATERAL (
    SELECT d.due_at FROM delivery d
    WHERE d.channel = w.channel AND d.lane = w.lane AND d.agency_id = w.agency_id
    ORDER BY d.due_at LIMIT 1) o
  GROUP BY w.channel, w.lane
)
SELECT l.channel, l.lane, c.waiting, greatest(interval '0', now() - l.due_at)
FROM lane l, LATERAL (
  SELECT count(*) AS waiting FROM (
    SELECT FROM delivery d WHERE d.channel = l.channel AND d.lane = l.lane LIMIT %(most)s) counted) c
ORDER BY l.channel, l.lane
"""
# What is known of a table that fills and empties all day is wrong at any time: left to itself, the planner
# would gather a million rows to count some.
_BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"
_UNPLANNED = """
WITH RECURSIVE walk AS (
  SELECT l.lane, g.agency_id FROM unnest('{0,1,2,3}'::int2[]) AS l(lane), LATERAL (
    SELECT agency_id FROM notification WHERE lane = l.lane AND plan_at IS NOT NULL
    ORDER BY agency_id, plan_at DESC LIMIT 1) g
  UNION ALL
  SELECT w.lane, g.agency_id FROM walk w, LATERAL (
    SELECT agency_id FROM notification WHERE lane = w.lane AND agency_id > w.agency_id AND plan_at IS NOT NULL
    ORDER BY agency_id, plan_at DESC LIMIT 1) g
)
SELECT greatest(interval '0', now() - min(first.plan_at)) FROM walk w, LATERAL (
  SELECT plan_at FROM notification WHERE lane = w.lane AND agency_id = w.agency_id AND plan_at IS NOT NULL
  ORDER BY plan_at LIMIT 1) first
"""
_RECEIPTS = """
SELECT count(*), coalesce(now() - min(received_at), interval '0') FROM (
  SELECT received_at FROM provider_receipt WHERE applied_at IS NULL
  ORDER BY received_at LIMIT %(most)s) counted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLane:
    """Sends of one channel and lane that wait or are under way.

    Attributes:
        waiting: how many, at most `MOST_COUNTED`.
        oldest_due: for how long the first of them could have been taken and was not; 0 where none could.
    """

    channel: str
    lane: int
    waiting: int
    oldest_due: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """How the engine stands.

    Attributes:
        lanes: those in which something waits.
        oldest_unplanned: for how long a notice could have been planned and was not.
        receipts: how many reports of providers were not applied yet, at most `MOST_COUNTED`.
        oldest_receipt: for how long the first of them has waited.
    """

    lanes: tuple[WaitingLane, ...]
    oldest_unplanned: timedelta
    receipts: int
    oldest_receipt: timedelta


async def lanes(reading: Reading) -> tuple[WaitingLane, ...]:
    """Return what waits, by channel and lane. The rest of the transaction goes by indexes alone."""
    driver = await reading.driver()
    await driver.execute(_BY_INDEX)
    cursor = await driver.execute(_LANES, {"most": MOST_COUNTED}, binary=True)
    rows: list[Any] = await cursor.fetchall()
    return tuple(
        WaitingLane(channel=channel, lane=lane, waiting=waiting, oldest_due=oldest)
        for channel, lane, waiting, oldest in rows
    )


async def read(reading: Reading) -> Gauges:
    """Return how the engine stands."""
    waiting = await lanes(reading)
    driver = await reading.driver()
    unplanned: Any = await (await driver.execute(_UNPLANNED, binary=True)).fetchone()
    cursor = await driver.execute(_RECEIPTS, {"most": MOST_COUNTED}, binary=True)
    receipts: Any = await cursor.fetchone()
    return Gauges(
        lanes=waiting,
        oldest_unplanned=unplanned[0] or timedelta(0),
        receipts=receipts[0],
        oldest_receipt=receipts[1],
    )
