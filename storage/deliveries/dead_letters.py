"""Sends that failed for good: found by what they are, counted, and queued again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

SLICE = 1000
"""How many sends are queued again in one transaction."""
QUEUED = "queued"
UNDELIVERED = "undelivered"
"""The outcome of what a provider took, and later reported as failed."""

# Whatever else it is called is dead: an outcome that is new must not go unseen. Of the last three, the owner
# had the notice already, or did not want it, or it held no longer.
_FINE = "('accepted', 'received', 'turned_off', 'withdrawn')"
_OUTCOME = f"CASE f.outcome WHEN 'accepted' THEN '{UNDELIVERED}' ELSE f.outcome END"
_CODE = "CASE f.outcome WHEN 'accepted' THEN f.receipt_code ELSE f.code END"
_CHOSEN = f"""
FROM finished_delivery f
WHERE (f.outcome NOT IN {_FINE} OR f.receipt = 'failed')
  AND coalesce(f.receipt, '') NOT IN ('delivered', 'read')
  AND f.finished_at >= %(since)s AND f.finished_at < %(until)s
  AND (%(channel)s::text IS NULL OR f.channel = %(channel)s)
  AND (%(code)s::text IS NULL OR {_CODE} = %(code)s)
  AND (%(outcome)s::text IS NULL OR {_OUTCOME} = %(outcome)s)
  AND (%(category)s::text IS NULL OR EXISTS (
    SELECT FROM notification n WHERE n.id = f.notification_ids[1] AND n.category = %(category)s))
"""
_COUNTS = f"""
SELECT f.channel, {_OUTCOME}, {_CODE}, count(*), max(f.finished_at) {_CHOSEN}
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_REPEATS = """
SELECT r.id FROM notification n CROSS JOIN LATERAL unnest(n.delivery_ids) AS r(id)
WHERE n.id = ANY(f.notification_ids) AND (
  EXISTS (SELECT FROM delivery d WHERE d.id = r.id AND d.replay_of = f.id)
  OR EXISTS (SELECT FROM finished_delivery d
    WHERE d.id = r.id AND d.finished_at >= f.finished_at AND d.replay_of = f.id))
LIMIT 1
"""
_LIST = f"""
SELECT f.id, f.finished_at, f.channel, {_OUTCOME} AS outcome, {_CODE} AS code, n.category, d.code AS dossier,
  f.attempt, f.possible_duplicate, f.notification_ids[1] AS notification_id, r.id AS replayed_by
FROM (SELECT f.* {_CHOSEN} ORDER BY f.finished_at DESC, f.id DESC LIMIT %(limit)s) f
LEFT JOIN notification n ON n.id = f.notification_ids[1]
LEFT JOIN dossier d ON d.id = n.dossier_id
LEFT JOIN LATERAL ({_REPEATS}) r ON true
ORDER BY f.finished_at DESC, f.id DESC
"""
_KEYS = f"SELECT f.id, f.finished_at {_CHOSEN} ORDER BY f.finished_at, f.id LIMIT %(limit)s"

# By key, row by row: `LIMIT 1` keeps the planner from joining whole partitions.
_DEAD = """
CROSS JOIN LATERAL (
  SELECT * FROM finished_delivery WHERE id = g.id AND finished_at = g.finished_at LIMIT 1) f
"""
# Whoever queues sends of a notice again holds it: two operators at once see each other's work. In a statement
# of its own, so that the next one sees all that was done while this one waited.
_HOLD = f"""
SELECT FROM notification WHERE id = ANY(ARRAY(
  SELECT unnest(f.notification_ids)
  FROM unnest(%(ids)b::uuid[], %(finished)b::timestamptz[]) AS g(id, finished_at) {_DEAD}))
ORDER BY id FOR NO KEY UPDATE
"""
_JUDGED = f"""
WITH judged AS (
  SELECT f.*, g.new_id, CASE
    WHEN n.known = 0 THEN 'notice_gone'
    WHEN f.lane = 0 THEN 'one_time_code'
    WHEN r.id IS NOT NULL THEN 'replayed_before'
    WHEN n.open = 0 THEN 'received_meanwhile'
    ELSE '{QUEUED}' END AS verdict
  FROM unnest(%(ids)b::uuid[], %(finished)b::timestamptz[], %(new_ids)b::uuid[]) AS g(id, finished_at, new_id)
  {_DEAD}
  CROSS JOIN LATERAL (
    SELECT count(*) AS known, count(*) FILTER (WHERE received_at IS NULL AND read_at IS NULL) AS open
    FROM notification WHERE id = ANY(f.notification_ids)) n
  LEFT JOIN LATERAL ({_REPEATS}) r ON true
)"""
_VERDICTS = "SELECT verdict, count(*) FROM judged GROUP BY verdict"
_JUDGE = f"{_JUDGED} {_VERDICTS}"
_REPLAY = f"""{_JUDGED}, added AS (
  INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, step, target_id, replay_of,
    expires_at, due_at, attempt, possible_duplicate)
  SELECT new_id, notification_ids, party_id, agency_id, channel, lane, step, target_id, id,
    now() + %(life)s, now(), 0, possible_duplicate
  FROM judged WHERE verdict = '{QUEUED}'
  RETURNING id, notification_ids
), noted AS (
  UPDATE notification n SET delivery_ids = coalesce(n.delivery_ids, '{{}}') || g.ids
  FROM (SELECT part, array_agg(id) AS ids FROM added, unnest(notification_ids) AS part GROUP BY part) g
  WHERE n.id = g.part
)
{_VERDICTS}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadFilter:
    """Which dead letters are meant: those that ended from `since` on and before `until`, and fit the rest."""

    since: datetime
    until: datetime
    channel: str | None = None
    code: str | None = None
    outcome: str | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None or self.since >= self.until:
            raise ValueError("a filter needs since < until, both with a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadCount:
    """So many sends died of one cause, the last of them then."""

    channel: str
    outcome: str
    code: str | None
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A send that failed for good.

    Attributes:
        outcome: what the engine made of it: rejected, unreachable, expired, no_address, suppressed,
            undelivered, ….
        code: the provider's word.
        category: what its notice was about; none where the notice is gone.
        replayed_by: the send by which it was repeated.
    """

    id: UUID
    finished_at: datetime
    channel: str
    outcome: str
    code: str | None
    category: str | None
    dossier_code: str | None
    attempt: int
    possible_duplicate: bool
    notification_id: UUID
    replayed_by: UUID | None


DeadKey = tuple[UUID, datetime]
"""Id and end of a finished send: together they find it in its partition."""


async def counts(reading: Reading, chosen: DeadFilter) -> list[DeadCount]:
    """Count dead letters by channel, outcome and code, most first."""
    names = ("channel", "outcome", "code", "count", "last_at")
    rows = await _rows(reading, _COUNTS, asdict(chosen))
    return [DeadCount(**dict(zip(names, row, strict=True))) for row in rows]


async def newest(reading: Reading, chosen: DeadFilter, *, limit: int) -> list[DeadLetter]:
    """Return up to `limit` dead letters, newest first."""
    names = (
        "id",
        "finished_at",
        "channel",
        "outcome",
        "code",
        "category",
        "dossier_code",
        "attempt",
        "possible_duplicate",
        "notification_id",
        "replayed_by",
    )
    rows = await _rows(reading, _LIST, {**asdict(chosen), "limit": limit})
    return [DeadLetter(**dict(zip(names, row, strict=True))) for row in rows]


async def keys(reading: Reading, chosen: DeadFilter, *, limit: int | None = None) -> list[DeadKey]:
    """Return the keys of dead letters, oldest first: the whole table is searched this one time."""
    return [(key, at) for key, at in await _rows(reading, _KEYS, {**asdict(chosen), "limit": limit})]


async def judge(reading: Reading, dead: Sequence[DeadKey]) -> Counter[str]:
    """Count what `replay` would do, by its verdicts, and do nothing."""
    return Counter(dict(await _rows(reading, _JUDGE, _given(dead))))


async def replay(uow: UnitOfWork, dead: Sequence[DeadKey], *, life: timedelta) -> Counter[str]:
    """Queue sends again, due now and worth sending for `life`, and count them by verdict.

    The verdicts are `queued`; and for what is left out `replayed_before`, `received_meanwhile` (all of its
    notices reached a phone or were read), `one_time_code` (worth nothing later), and `notice_gone`. Sends
    that are no longer there count nowhere. For `SLICE` of them at a time; may be repeated without harm.
    """
    driver = await uow.driver()
    given = {**_given(dead), "life": life}
    await driver.execute(_HOLD, given)
    verdicts = Counter(dict(await _rows(uow, _REPLAY, given)))
    uow.hint_after_commit()
    return verdicts


def _given(dead: Sequence[DeadKey]) -> dict[str, Any]:
    return {
        "ids": [key for key, _ in dead],
        "finished": [at for _, at in dead],
        "new_ids": [new_id() for _ in dead],
    }


async def _rows(reading: Reading, query: str, given: Mapping[str, Any]) -> list[Any]:
    driver = await reading.driver()
    return await (await driver.execute(query.encode(), given, binary=True)).fetchall()
