"""Which notices are planned next: lanes in order, agencies in turn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.deliveries.claiming import FIRST, Place
from storage.notifications.planning import DueNotification
from storage.unit_of_work import UnitOfWork

WIDTH = 128
"""At how many agencies of a lane one claim looks at most. Of most, all notices wait for a step to come."""

# As sends are claimed (storage/deliveries/claiming.py): a walk from agency to agency through the index, whose
# cost is the number of agencies and not of notices, and an even share for each that has something due. What
# was planned leaves entries in the index for as long as some snapshot sees them, on the side of the oldest:
# hence the walk comes from the other one, and `since` says where what is due begins.
_CLAIM = """
WITH RECURSIVE walk AS (
  SELECT l.lane, l.after, g.agency_id, 1 AS place
  FROM unnest(%(lanes)b::int2[], %(after)b::uuid[]) AS l(lane, after), LATERAL (
    SELECT n.agency_id FROM notification n
    WHERE n.lane = l.lane AND n.agency_id > l.after AND n.plan_at IS NOT NULL
    ORDER BY n.agency_id, n.plan_at DESC LIMIT 1) g
  UNION ALL
  SELECT w.lane, w.after, g.agency_id, w.place + 1
  FROM walk w, LATERAL (
    SELECT n.agency_id FROM notification n
    WHERE n.lane = w.lane AND n.agency_id > w.agency_id AND n.plan_at IS NOT NULL
    ORDER BY n.agency_id, n.plan_at DESC LIMIT 1) g
  WHERE w.place < %(width)s
), share AS (
  SELECT w.lane, w.agency_id, w.place, coalesce(f.since, '-infinity') AS since,
    -- Rounded down: where a claim ended among them, the few behind would share the next one.
    greatest(1, %(size)s / count(*) OVER (PARTITION BY w.lane)) AS rows
  FROM walk w
  LEFT JOIN unnest(%(since_lanes)b::int2[], %(since_agencies)b::uuid[], %(since)b::timestamptz[])
    AS f(lane, agency_id, since) ON f.lane = w.lane AND f.agency_id = w.agency_id
  CROSS JOIN LATERAL (
    SELECT FROM notification n WHERE n.lane = w.lane AND n.agency_id = w.agency_id AND n.plan_at <= now()
      AND n.plan_at >= coalesce(f.since, '-infinity') LIMIT 1) due
), picked AS MATERIALIZED (
  SELECT s.lane, s.place, r.*
  FROM (SELECT * FROM share ORDER BY lane, place) s, LATERAL (
    SELECT n.id, n.party_id, n.agency_id, n.dossier_id, n.category, n.step, n.created_at, n.target_id,
      n.plan_at > n.created_at AS held, n.planned_at IS NOT NULL AS planned,
      coalesce(n.received_at, n.read_at) IS NOT NULL AS received, n.delivery_ids, n.plan_at AS due_at
    FROM notification n
    WHERE n.lane = s.lane AND n.agency_id = s.agency_id AND n.plan_at <= now() AND n.plan_at >= s.since
    ORDER BY n.plan_at LIMIT s.rows FOR UPDATE SKIP LOCKED) r
  LIMIT %(size)s
), cut AS (
  SELECT lane, max(place) AS place FROM picked
  WHERE (SELECT count(*) FROM picked) = %(size)s
  GROUP BY lane ORDER BY lane DESC LIMIT 1
), ends AS (
  SELECT w.lane, CASE
    WHEN w.lane > cut.lane THEN w.after
    WHEN w.lane = cut.lane AND cut.place < count(*) THEN
      (array_agg(w.agency_id) FILTER (WHERE w.place = cut.place))[1]
    WHEN count(*) = %(width)s THEN (array_agg(w.agency_id ORDER BY w.place DESC))[1]
  END AS last
  FROM walk w LEFT JOIN cut ON true
  GROUP BY w.lane, w.after, cut.lane, cut.place
)
SELECT ends.lane, ends.last, p.id, p.party_id, p.agency_id, p.dossier_id, p.category, p.step, p.created_at,
  p.target_id, p.held, p.planned, p.received, p.delivery_ids, p.due_at
FROM ends LEFT JOIN picked p ON p.lane = ends.lane
"""
_NAMES = (
    "lane",
    "last",
    "id",
    "party_id",
    "agency_id",
    "dossier_id",
    "category",
    "step",
    "created_at",
    "target_id",
    "held",
    "planned",
    "received",
    "delivery_ids",
    "due_at",
)


async def claim_due(
    uow: UnitOfWork,
    size: int,
    *,
    after: Mapping[int, UUID],
    since: Mapping[Place, datetime] | None = None,
) -> tuple[list[DueNotification], dict[int, UUID]]:
    """Lock up to `size` notices that are due, passing over those that another planner holds.

    `after` says for each lane at which agency the walk goes on (`FIRST` begins anew); `since` from when on to
    look at an agency in a lane, where it is known that nothing older is left.

    Returns the notices, and `after` for the next claim.
    """
    bounds = since or {}
    given = {
        "lanes": list(after),
        "after": list(after.values()),
        "since_lanes": [lane for lane, _ in bounds],
        "since_agencies": [agency_id for _, agency_id in bounds],
        "since": list(bounds.values()),
        "width": WIDTH,
        "size": size,
    }
    driver = await uow.driver()
    cursor = await driver.execute(_CLAIM, given, binary=True)
    found: list[Any] = await cursor.fetchall()
    rows = [dict(zip(_NAMES, row, strict=True)) for row in found]
    ends = {row["lane"]: last for row in rows if (last := row.pop("last"))}
    due = [DueNotification(**row) for row in rows if row["id"]]
    return due, {lane: ends.get(lane, FIRST) for lane in after}
