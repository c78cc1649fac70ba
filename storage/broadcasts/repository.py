"""Broadcasts as an operator keeps, lists and withdraws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic_core import to_json

from storage.broadcasts.audience import Audience
from storage.broadcasts.publishing import NOBODY
from storage.deliveries import history
from storage.deliveries.history import DeliveryHistory
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

Words = Mapping[str, Mapping[str, str]]
"""`title` and `body` by language."""
State = Literal["scheduled", "published", "expired", "withdrawn"]

_ADD = """
INSERT INTO broadcast (id, agency_id, words, link, audience_agency_id, audience_kind, author, publish_at,
  expires_at)
VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)
"""
_ALL = """
SELECT b.id, b.agency_id, a.name, b.words, b.link, b.audience_agency_id, b.audience_kind, c.name, b.author,
  b.created_at, b.publish_at, b.published_at, b.expires_at, b.withdrawn_at, b.withdrawn_by, b.withdrawn_for,
  b.delivery_ids, now()
FROM broadcast b
LEFT JOIN agency a ON a.id = b.agency_id
LEFT JOIN agency c ON c.id = b.audience_agency_id
"""
_LIST = f"""{_ALL}
WHERE %(before)s::uuid IS NULL OR (b.created_at, b.id) < (
  SELECT o.created_at, o.id FROM broadcast o WHERE o.id = %(before)s)
ORDER BY b.created_at DESC, b.id DESC LIMIT %(limit)s
"""
_ONE = f"{_ALL} WHERE b.id = %s"
_WITHDRAW = """
UPDATE broadcast SET withdrawn_at = now(), withdrawn_by = %s, withdrawn_for = %s,
  changed_xid = pg_current_xact_id()
WHERE id = %s AND withdrawn_at IS NULL
"""
# The marks of one broadcast lie together; of a whole country's they are many, and an operator waits for them.
_REACH = """
SELECT w.within, count(*) FILTER (WHERE m.received_at <= b.published_at + w.within OR w.within IS NULL
    AND m.received_at IS NOT NULL),
  count(*) FILTER (WHERE m.read_at <= b.published_at + w.within OR w.within IS NULL AND m.read_at IS NOT NULL)
FROM unnest(%(within)s::interval[]) WITH ORDINALITY AS w(within, place)
CROSS JOIN (SELECT published_at FROM broadcast WHERE id = %(id)s) b
LEFT JOIN broadcast_mark m ON m.broadcast_id = %(id)s
GROUP BY w.within, w.place ORDER BY w.place
"""
WITHIN = (timedelta(hours=1), timedelta(days=1), timedelta(days=7), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBroadcast:
    """Words to an audience. `words` hold Vietnamese at least; `link` is an https address in the app."""

    agency_id: UUID
    words: Words
    link: str | None
    audience: Audience
    author: str
    publish_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        if "vi" not in self.words:
            raise ValueError("a broadcast is worded in Vietnamese at least")
        if self.publish_at.tzinfo is None or self.expires_at <= self.publish_at:
            raise ValueError("a broadcast needs publish_at < expires_at, both with a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRecord:
    """A broadcast as it stands at `now`, by the database.

    Attributes:
        agency_name: of who speaks.
        audience_name: of the agency of the audience, if it has one.
        withdrawn_for: the reason.
    """

    id: UUID
    agency_id: UUID
    agency_name: str | None
    words: Words
    link: str | None
    audience: Audience
    audience_name: str | None
    author: str
    created_at: datetime
    publish_at: datetime
    published_at: datetime | None
    expires_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_for: str | None
    delivery_ids: Sequence[UUID]
    now: datetime

    @property
    def state(self) -> State:
        """How it stands."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.published_at is None:
            return "scheduled"
        return "published" if self.now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many parties have it: on their phone, and read, `within` so long of its publication; or at all."""

    within: timedelta | None
    received: int
    read: int


async def add(uow: UnitOfWork, new: NewBroadcast) -> UUID:
    """Keep a broadcast, to be published when its time comes; return its id."""
    broadcast_id = new_id()
    driver = await uow.driver()
    given = (
        broadcast_id,
        new.agency_id,
        to_json(new.words).decode(),
        new.link,
        *new.audience.kept,
        new.author,
        new.publish_at,
        new.expires_at,
    )
    await driver.execute(_ADD, given)
    uow.hint_after_commit()
    return broadcast_id


async def newest(reading: Reading, *, before: UUID | None = None, limit: int) -> list[BroadcastRecord]:
    """Return up to `limit` broadcasts, the last made first; `before` is the last one of the page before."""
    driver = await reading.driver()
    cursor = await driver.execute(_LIST.encode(), {"before": before, "limit": limit}, binary=True)
    return [_record(row) for row in await cursor.fetchall()]


async def find(reading: Reading, broadcast_id: UUID) -> BroadcastRecord | None:
    """Return a broadcast, if there is one of this id."""
    driver = await reading.driver()
    cursor = await driver.execute(_ONE.encode(), (broadcast_id,), binary=True)
    row = await cursor.fetchone()
    return None if row is None else _record(row)


async def withdraw(uow: UnitOfWork, broadcast_id: UUID, *, author: str, reason: str) -> bool:
    """Take a broadcast back, whether it was published or not; say whether it stood until now.

    What is still to be pushed is not; apps remove it at their next sync.
    """
    driver = await uow.driver()
    return (await driver.execute(_WITHDRAW, (author, reason, broadcast_id))).rowcount > 0


async def reach(reading: Reading, broadcast_id: UUID) -> list[Reach]:
    """Count whom a published broadcast has reached, by time."""
    driver = await reading.driver()
    cursor = await driver.execute(_REACH, {"within": list(WITHIN), "id": broadcast_id}, binary=True)
    rows: list[Any] = await cursor.fetchall()
    return [Reach(within=within, received=received, read=read) for within, received, read in rows]


async def sends(reading: Reading, broadcast: BroadcastRecord) -> list[DeliveryHistory]:
    """Return the sends of a broadcast, and what became of them."""
    if broadcast.published_at is None:
        return []
    return await history.sends(
        reading,
        NOBODY,
        notices=[broadcast.id],
        planned=broadcast.delivery_ids,
        since=broadcast.published_at,
    )


def _record(row: Any) -> BroadcastRecord:
    broadcast_id, agency_id, agency_name, words, link, audience_agency_id, kind, audience_name, *rest = row
    author, created_at, publish_at, published_at, expires_at, *rest = rest
    withdrawn_at, withdrawn_by, withdrawn_for, delivery_ids, now = rest
    return BroadcastRecord(
        id=broadcast_id,
        agency_id=agency_id,
        agency_name=agency_name,
        words=words,
        link=link,
        audience=Audience.of(audience_agency_id, kind),
        audience_name=audience_name,
        author=author,
        created_at=created_at,
        publish_at=publish_at,
        published_at=published_at,
        expires_at=expires_at,
        withdrawn_at=withdrawn_at,
        withdrawn_by=withdrawn_by,
        withdrawn_for=withdrawn_for,
        delivery_ids=delivery_ids or (),
        now=now,
    )
