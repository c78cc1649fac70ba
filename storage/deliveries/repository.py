"""The hot table of sends: queued, renewed, and brought to an end, each in one statement for many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from storage.unit_of_work import UnitOfWork

_ADD = """
INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, step, target_id, expires_at,
  due_at, attempt, possible_duplicate)
SELECT g.id, g.notification_ids::uuid[], g.party_id, g.agency_id, g.channel, g.lane, g.step, g.target_id,
  g.expires_at, now(), 0, false
FROM unnest(%b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::int2[], %b::int2[], %b::uuid[],
  %b::timestamptz[])
  AS g(id, notification_ids, party_id, agency_id, channel, lane, step, target_id, expires_at)
"""

_RENEW = """
UPDATE delivery d SET lease_until = now() + %s, due_at = now() + %s
FROM unnest(%b::uuid[], %b::int2[]) AS g(id, attempt)
WHERE d.id = g.id AND d.attempt = g.attempt AND d.lease_until IS NOT NULL RETURNING d.id
"""

_RECORD = """
WITH given AS (
  SELECT * FROM unnest(%b::uuid[], %b::int2[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],
    %b::bool[], %b::int2[], %b::int4[])
    AS g(id, attempt, outcome, code, provider_id, again_at, duplicate, segments, cost)
), gone AS (
  DELETE FROM delivery d USING given g
  WHERE d.id = g.id AND d.attempt = g.attempt AND d.lease_until IS NOT NULL AND g.again_at IS NULL
  RETURNING d.id, d.notification_ids, d.party_id, d.agency_id, d.channel, d.lane, d.step, d.target_id,
    d.replay_of, d.created_at, d.attempt, d.possible_duplicate OR g.duplicate AS possible_duplicate,
    g.outcome, g.code, g.provider_id, g.segments, g.cost
), finished AS (
  INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, step, target_id,
    replay_of, created_at, finished_at, attempt, possible_duplicate, outcome, code, provider_id, segments,
    cost)
  SELECT id, notification_ids, party_id, agency_id, channel, lane, step, target_id, replay_of, created_at,
    now(), attempt, possible_duplicate, outcome, code, provider_id, segments, cost
  FROM gone RETURNING id
), again AS (
  UPDATE delivery d SET due_at = g.again_at, lease_until = NULL, last_code = g.code,
    possible_duplicate = d.possible_duplicate OR g.duplicate
  FROM given g
  -- Not IS NOT NULL, of which the statistics may say that it holds for no row: then the planner would walk
  -- the whole table, and all that is given for each row under lease.
  WHERE d.id = g.id AND d.attempt = g.attempt AND coalesce(d.lease_until, '-infinity') > '-infinity'
    AND g.again_at IS NOT NULL
  RETURNING d.id
)
SELECT id FROM finished UNION ALL SELECT id FROM again
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A send to be queued: a notice, or several that became one, to one address.

    Attributes:
        notification_ids: the notice that gives the wording first.
        step: of the cascade of that notice, counted from 0.
    """

    id: UUID
    notification_ids: Sequence[UUID]
    party_id: UUID
    agency_id: UUID
    channel: str
    lane: int
    step: int
    target_id: UUID
    expires_at: datetime


class Record(NamedTuple):
    """What came of one attempt. A tuple for speed, as `Claimed` is.

    Attributes:
        again_at: when to try again; none means that this was the end.
        segments: of how many text messages it was made up.
        cost: in whole đồng.
    """

    id: UUID
    attempt: int
    outcome: str
    code: str | None = None
    provider_id: str | None = None
    again_at: datetime | None = None
    possible_duplicate: bool = False
    segments: int = 0
    cost: int = 0


async def add(uow: UnitOfWork, deliveries: Sequence[NewDelivery]) -> None:
    """Queue sends, due now."""
    if not deliveries:
        return
    driver = await uow.driver()
    columns = (
        [delivery.id for delivery in deliveries],
        # Arrays of different lengths make no array of arrays: as text, they are read again over there.
        ["{" + ",".join(map(str, delivery.notification_ids)) + "}" for delivery in deliveries],
        [delivery.party_id for delivery in deliveries],
        [delivery.agency_id for delivery in deliveries],
        [delivery.channel for delivery in deliveries],
        [delivery.lane for delivery in deliveries],
        [delivery.step for delivery in deliveries],
        [delivery.target_id for delivery in deliveries],
        [delivery.expires_at for delivery in deliveries],
    )
    await driver.execute(_ADD, columns)


async def renew(uow: UnitOfWork, held: Sequence[tuple[UUID, int]], lease: timedelta) -> set[UUID]:
    """Prolong the leases of sends under way; return those still held."""
    driver = await uow.driver()
    ids, attempts = [list(column) for column in zip(*held, strict=True)]
    cursor = await driver.execute(_RENEW, (lease, lease, ids, attempts))
    return {delivery_id for (delivery_id,) in await cursor.fetchall()}  # type: ignore[misc] # rows are untyped


async def record(uow: UnitOfWork, records: Sequence[Record]) -> int:
    """Record outcomes; return how many counted. The rest had been claimed by somebody else since."""
    if not records:
        return 0
    driver = await uow.driver()
    columns = [list(column) for column in zip(*records, strict=True)]
    cursor = await driver.execute(_RECORD, columns)
    return cursor.rowcount
