"""Broadcasts as a party meets and marks them in its inbox: parts of statements.

Those are of `storage.notifications.inbox`, and so are the columns. The audience is part of each: to whoever
is not in it, a broadcast is not there. They name `party_id`, and `mine`, with which a statement begins (see
`storage.broadcasts.audience`).
"""

from storage.broadcasts.audience import EVERYWHERE

_KEY = "b.audience_agency_id = mine.agency_id AND b.audience_kind = mine.kind"
_COLUMNS = """
  b.id, 'broadcast'::varchar, jsonb_build_object('words', b.words), b.published_at, m.read_at,
  {xid}::text::bigint, NULL::varchar, NULL::varchar, a.name, b.link, b.expires_at,
  b.withdrawn_at IS NOT NULL"""
_AGENCY = "LEFT JOIN LATERAL (SELECT name FROM agency WHERE id = b.agency_id LIMIT 1) a ON true"
_MARK = """LEFT JOIN LATERAL (
  SELECT read_at, changed_xid FROM broadcast_mark
  WHERE broadcast_id = b.id AND party_id = %(party_id)s LIMIT 1) m ON true"""

# From each audience no more than a page holds, in the order of its index.
NEWEST = f"""
SELECT {_COLUMNS.format(xid="b.changed_xid")}
FROM (
  SELECT b.* FROM mine CROSS JOIN LATERAL (
    SELECT * FROM broadcast b
    WHERE {_KEY} AND b.withdrawn_at IS NULL
      AND (b.published_at, b.id) < (coalesce(%(created_at)s::timestamptz, 'infinity'),
        coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY b.published_at DESC, b.id DESC LIMIT %(limit)s) b
  ORDER BY b.published_at DESC, b.id DESC LIMIT %(limit)s) b
{_MARK}
{_AGENCY}
"""
# A change is the broadcast's own, or the party's mark on it: each stands where the later of the two does, in
# this or in the next, so that it comes once.
CHANGED = f"""
SELECT {_COLUMNS.format(xid="b.changed_xid")}
FROM (
  SELECT b.* FROM mine CROSS JOIN LATERAL (
    SELECT b.* FROM broadcast b
    {_MARK}
    WHERE {_KEY} AND b.published_at IS NOT NULL
      AND (b.changed_xid, b.id) > (%(xid)s::text::xid8, %(id)s)
      AND b.changed_xid < pg_snapshot_xmax(pg_current_snapshot())
      AND (m.changed_xid IS NULL OR m.changed_xid <= b.changed_xid)
    ORDER BY b.changed_xid, b.id LIMIT %(limit)s) b
  ORDER BY b.changed_xid, b.id LIMIT %(limit)s) b
{_MARK}
{_AGENCY}
"""
MARKED = f"""
SELECT {_COLUMNS.format(xid="m.changed_xid")}
FROM broadcast_mark m
CROSS JOIN LATERAL (
  SELECT * FROM broadcast b
  WHERE b.id = m.broadcast_id AND b.changed_xid < m.changed_xid AND EXISTS (SELECT FROM mine WHERE {_KEY})
  LIMIT 1) b
{_AGENCY}
WHERE m.party_id = %(party_id)s AND (m.changed_xid, m.broadcast_id) > (%(xid)s::text::xid8, %(id)s)
  AND m.changed_xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY m.changed_xid, m.broadcast_id LIMIT %(limit)s
"""
# OFFSET 0 has each audience looked up for itself: else the planner gathers those of the whole country.
_CURRENT = f"""
mine CROSS JOIN LATERAL (
  SELECT b.id FROM broadcast b
  WHERE {_KEY} AND b.withdrawn_at IS NULL AND b.published_at IS NOT NULL AND b.expires_at > now()
    {{also}} OFFSET 0) b
{_MARK}
WHERE m.read_at IS NULL"""
UNREAD = f"SELECT count(*) FROM {_CURRENT.format(also='')}"
# One above the last change of a transaction that is over: see `storage.notifications.inbox`.
FLOOR = f"""
SELECT greatest(
  (SELECT max(c.above) FROM mine CROSS JOIN LATERAL (
    SELECT b.changed_xid::text::bigint + 1 AS above FROM broadcast b
    WHERE {_KEY} AND b.published_at IS NOT NULL AND b.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY b.changed_xid DESC LIMIT 1) c),
  (SELECT changed_xid::text::bigint + 1 FROM broadcast_mark
   WHERE party_id = %(party_id)s AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY changed_xid DESC LIMIT 1))
"""
# A party comes into an audience, or leaves it, without any change of what was told to that: its app finds out
# by this, which says in which audiences it is that were told something before.
CIRCLES = f"""
SELECT coalesce(left(encode(sha256(convert_to(string_agg(
  mine.agency_id::text || mine.kind, ' ' ORDER BY mine.agency_id, mine.kind), 'UTF8')), 'hex'), 12), '')
FROM mine CROSS JOIN LATERAL (
  SELECT FROM broadcast b
  WHERE {_KEY} AND b.published_at IS NOT NULL AND b.changed_xid < ({{before}})::text::xid8
  ORDER BY b.changed_xid LIMIT 1) told
WHERE mine.agency_id <> '{EVERYWHERE}'
"""

_INTO = "INSERT INTO broadcast_mark AS m (broadcast_id, party_id, read_at, received_at, changed_xid)"
_OF_IDS = f"""
FROM broadcast b
WHERE b.id = ANY(%(ids)s) AND b.withdrawn_at IS NULL AND b.published_at IS NOT NULL
  AND EXISTS (SELECT FROM mine WHERE {_KEY})
"""
# Written in one order for everybody, so that two phones of one person never wait for each other.
_MARK_READ = f"""
{_INTO}
SELECT b.id, %(party_id)s, now(), now(), pg_current_xact_id() {{chosen}}
ORDER BY b.id
ON CONFLICT (broadcast_id, party_id) DO UPDATE SET read_at = now(),
  received_at = coalesce(m.received_at, now()), changed_xid = pg_current_xact_id()
WHERE m.read_at IS NULL
"""
MARK_READ_IDS = _MARK_READ.format(chosen=_OF_IDS)
MARK_READ_BEFORE = _MARK_READ.format(
    chosen=f"FROM {_CURRENT.format(also='AND b.published_at <= %(before)s')}"
)
MARK_RECEIVED = f"""
{_INTO}
SELECT b.id, %(party_id)s, NULL, now(), NULL {_OF_IDS}
ORDER BY b.id
ON CONFLICT (broadcast_id, party_id) DO UPDATE SET received_at = now() WHERE m.received_at IS NULL
"""
