"""Taking sends under a lease: fairly, in the order of lanes, with all that sending them needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import set_json_loads
from pydantic_core import from_json

from storage.cipher import Cipher, UndecipherableError
from storage.unit_of_work import UnitOfWork

FIRST = UUID(int=0)
Place = tuple[int, UUID]
"""A lane, and an agency in it."""
WIDTH = 32
"""From how many agencies of a lane one claim takes at most."""

# `walk` steps from agency to agency through the index, in each lane from where the last claim ended, so its
# cost is the number of agencies looked at and not of rows that wait. Each agency with something due then
# gives an even share. Where the size of the claim cuts a lane short, its next walk begins behind the agency
# served last, or the first ones would leave nothing to the others; lanes not reached begin where they did.
#
# What belongs to a row is looked up by key, row by row: `LIMIT 1` keeps the planner from joining whole
# tables, which it does else, as it knows neither how few rows are claimed nor how many wait.
CLAIM = """
WITH RECURSIVE walk AS (
  SELECT l.lane, l.after, g.agency_id, 1 AS place
  FROM unnest(%(lanes)s::int2[], %(after)s::uuid[]) AS l(lane, after), LATERAL (
    SELECT d.agency_id FROM delivery d
    WHERE d.channel = %(channel)s AND d.lane = l.lane AND d.agency_id > l.after
    ORDER BY d.agency_id, d.due_at DESC LIMIT 1) g
  WHERE NOT EXISTS (SELECT FROM channel_pause WHERE channel = %(channel)s)
  UNION ALL
  SELECT w.lane, w.after, g.agency_id, w.place + 1
  FROM walk w, LATERAL (
    SELECT d.agency_id FROM delivery d
    WHERE d.channel = %(channel)s AND d.lane = w.lane AND d.agency_id > w.agency_id
    ORDER BY d.agency_id, d.due_at DESC LIMIT 1) g
  WHERE w.place < %(width)s
), share AS (
  SELECT w.lane, w.agency_id, place, f.since,
    greatest(1, ceil(%(size)s::numeric / count(*) OVER (PARTITION BY w.lane)))::int AS rows
  FROM walk w
  LEFT JOIN unnest(%(since_lanes)s::int2[], %(since_agencies)s::uuid[], %(since)s::timestamptz[])
    AS f(lane, agency_id, since) ON f.lane = w.lane AND f.agency_id = w.agency_id
  CROSS JOIN LATERAL (
    SELECT FROM delivery d WHERE d.channel = %(channel)s AND d.lane = w.lane
      AND d.agency_id = w.agency_id AND d.due_at <= now()
      AND d.due_at >= coalesce(f.since, '-infinity') LIMIT 1) due
), picked AS MATERIALIZED (
  SELECT r.id, r.lane, r.due_at, s.agency_id, s.place
  FROM (SELECT * FROM share ORDER BY lane, place) s, LATERAL (
    SELECT d.id, d.lane, d.due_at FROM delivery d
    WHERE d.channel = %(channel)s AND d.lane = s.lane AND d.agency_id = s.agency_id AND d.due_at <= now()
      AND d.due_at >= coalesce(s.since, '-infinity')
    ORDER BY d.due_at LIMIT s.rows FOR UPDATE SKIP LOCKED) r
  LIMIT %(size)s
), cut AS (
  SELECT lane, max(place) AS place FROM picked
  WHERE (SELECT count(*) FROM picked) = %(size)s
  GROUP BY lane ORDER BY lane DESC LIMIT 1
), claimed AS (
  UPDATE delivery
  SET attempt = attempt + 1, lease_until = now() + %(lease)s, due_at = now() + %(lease)s,
    -- A lease that ran out means that somebody may have sent this and died before saying so.
    possible_duplicate = possible_duplicate OR lease_until IS NOT NULL
  WHERE id = ANY(ARRAY(SELECT id FROM picked))
  RETURNING lane, id, attempt, party_id, expires_at, step, target_id, notification_ids,
    notification_ids[1] AS notification_id, cardinality(notification_ids) - 1 AS more
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
SELECT ends.lane, ends.last, c.* FROM ends LEFT JOIN ({details}) c ON c.lane = ends.lane
"""
"""Wants `details`: one row, that begins with the lane, for each of `claimed`, joined with `picked`."""
_CLAIM = CLAIM.format(
    details="""
  -- From the id on in the order of `Claimed`.
  SELECT claimed.lane, picked.agency_id, claimed.party_id, wrapped, sealed, params,
    dossier_code, procedure_name, agency_name,
    claimed.id, picked.due_at, attempt, expires_at, expires_at <= now(), step, target_id, more,
    coalesce(source = 'agency_supplied', false), coalesce(shut, false), enabled, locale, time_zone,
    notification_id, received, category
  FROM claimed
  JOIN picked ON picked.id = claimed.id
  CROSS JOIN LATERAL (SELECT locale, time_zone FROM party WHERE id = claimed.party_id LIMIT 1) p
  CROSS JOIN LATERAL (
    SELECT category, params, dossier_id, agency_id,
      CASE WHEN more = 0 THEN coalesce(received_at, read_at) IS NOT NULL ELSE NOT EXISTS (
        SELECT FROM notification other
        WHERE other.id = ANY(notification_ids) AND coalesce(other.received_at, other.read_at) IS NULL)
      END AS received
    FROM notification WHERE id = notification_id LIMIT 1) n
  LEFT JOIN LATERAL (
    SELECT enabled FROM preference
    WHERE party_id = claimed.party_id AND preference.category = n.category AND channel = %(channel)s LIMIT 1
  ) f ON true
  LEFT JOIN LATERAL (SELECT wrapped FROM party_key WHERE party_id = claimed.party_id LIMIT 1) k ON true
  LEFT JOIN LATERAL (
    SELECT code AS dossier_code, procedure_code FROM dossier WHERE id = dossier_id LIMIT 1) d ON true
  LEFT JOIN LATERAL (
    SELECT name AS procedure_name FROM procedure WHERE code = procedure_code LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT name AS agency_name FROM agency WHERE id = n.agency_id LIMIT 1) a ON true
  LEFT JOIN LATERAL (
    SELECT value_sealed AS sealed, source, EXISTS (
      SELECT FROM suppression s WHERE s.channel = %(channel)s AND s.value_index = contact.value_index
        AND (s.until IS NULL OR s.until > now())) AS shut
    FROM contact WHERE id = target_id AND opted_out_at IS NULL
    UNION ALL
    SELECT token_sealed, NULL, false FROM device
    WHERE id = target_id AND party_id = claimed.party_id AND retired_at IS NULL
    LIMIT 1) t ON true
"""
).encode()


_NAMES = ("dossier_code", "procedure_name", "agency_name")
_OWN = 8 + len(_NAMES)
"""So many columns are made into something; the rest is taken as it is."""


class Claimed(NamedTuple):
    """A send that this process holds under a lease, with all that sending it needs.

    A tuple, as it is made by the thousand in a second: a frozen dataclass takes six times as long to make.
    `target` is the address in clear, or none where it was given up or its owner erased since planning, or
    where it is `unreadable`: kept under another key than ours.

    Attributes:
        place: its lane and agency.
        due_at: since when it could have been claimed.
        more: for how many notices it stands beside its own.
        shut: the channel is shut to the address.
        enabled: the party's word on the category on this channel, if it has said one.
        time_zone: of the party.
        received: the party's app has the notice, and all others that it stands for.
        withdrawn: what it tells of holds no longer.
    """

    place: Place
    target: str | None
    unreadable: bool
    params: Mapping[str, Any]
    id: UUID
    due_at: datetime
    attempt: int
    expires_at: datetime
    expired: bool
    step: int
    target_id: UUID
    more: int
    agency_supplied: bool
    shut: bool
    enabled: bool | None
    locale: str
    time_zone: str
    notification_id: UUID
    received: bool
    category: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one claim asks for: see `claim`."""

    channel: str
    size: int
    lease: timedelta
    after: Mapping[int, UUID]
    since: Mapping[Place, datetime]


async def claim(
    uow: UnitOfWork,
    *,
    channel: str,
    purpose: str,
    size: int,
    lease: timedelta,
    after: Mapping[int, UUID],
    since: Mapping[Place, datetime] | None = None,
) -> tuple[list[Claimed], dict[int, UUID]]:
    """Take up to `size` due sends of a channel under a lease: lanes in order, agencies evenly.

    `purpose` is that of the channel's addresses in the cipher; `after` says for each lane at which agency
    the walk goes on (`FIRST` begins anew); `since` says from when on to look at an agency in a lane, where it
    is known that nothing older is left: what is gone, and still seen by some snapshot, lies before that.

    Returns the sends, and `after` for the next claim.
    """
    turn = Turn(channel=channel, size=size, lease=lease, after=after, since=since or {})
    rows, ends = await take(uow, _CLAIM, turn)
    return [_claimed(uow.cipher, purpose, row) for row in rows], ends


async def take(uow: UnitOfWork, query: bytes, turn: Turn) -> tuple[list[Any], dict[int, UUID]]:
    """Take what is due; return the rows of `query`, made of `CLAIM`, and `after` for the next claim."""
    driver = await uow.driver()
    given = {
        "channel": turn.channel,
        "since_lanes": [lane for lane, _ in turn.since],
        "since_agencies": [agency_id for _, agency_id in turn.since],
        "since": list(turn.since.values()),
        "lanes": list(turn.after),
        "after": list(turn.after.values()),
        "width": WIDTH,
        "size": turn.size,
        "lease": turn.lease,
    }
    cursor = driver.cursor(binary=True)
    set_json_loads(from_json, cursor)  # a fifth of the time of the standard library's
    await cursor.execute(query, given)
    rows: list[Any] = await cursor.fetchall()
    ends = {lane: last for lane, last, *_ in rows if last is not None}
    return [row for row in rows if row[2] is not None], {lane: ends.get(lane, FIRST) for lane in turn.after}


def _claimed(cipher: Cipher, purpose: str, row: Any) -> Claimed:
    _, _, lane, agency_id, party_id, wrapped, sealed, params, *named = row[:_OWN]
    target, unreadable = None, False
    if wrapped is not None and sealed is not None:
        try:
            target = cipher.open_party_key(party_id, wrapped).decrypt(sealed, purpose)
        except UndecipherableError:
            # One such row must not keep all others from being claimed.
            unreadable = True
    params |= zip(_NAMES, named, strict=True)
    return Claimed((lane, agency_id), target, unreadable, params, *row[_OWN:])
