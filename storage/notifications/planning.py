"""What the planner reads and writes: notices due for a step, and where their parties can be reached."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.contacts.models import ContactSource
from storage.deliveries.claiming import Place
from storage.unit_of_work import Reading, UnitOfWork

DEFAULT_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_NOW = "SELECT now()"
# One planner at a time decides for a party what leaves and what waits: two would each let a first one leave.
# Locks of rows, of which there may be any number. Advisory locks share one table with all others of the
# server: one for each party would fill it, and few that stand for many parties each would keep planners from
# deciding side by side. Hardly anybody else locks these rows so, and references to them do not mind. For a
# party that is gone nothing leaves, whoever decides.
_ALONE = """
WITH held AS (SELECT id FROM party WHERE id = ANY(%(parties)b) FOR NO KEY UPDATE SKIP LOCKED)
SELECT g.party_id FROM unnest(%(parties)b::uuid[]) AS g(party_id)
WHERE g.party_id IN (SELECT id FROM held) OR NOT EXISTS (SELECT FROM party WHERE id = g.party_id)
"""
_ZONES = "SELECT id, time_zone FROM party WHERE id = ANY(%b) AND time_zone <> 'Asia/Ho_Chi_Minh'"
_DEVICES = "SELECT party_id, id, confirms_receipt FROM device WHERE party_id = ANY(%b) AND retired_at IS NULL"
_CONTACTS = """
SELECT c.party_id, c.id, c.kind, c.source, c.dossier_id,
  (SELECT coalesce(array_agg(s.channel), '{}') FROM suppression s
   WHERE s.value_index = c.value_index AND s.channel = ANY(%b)
     AND (s.until IS NULL OR s.until > now())) AS suppressed
FROM contact c
WHERE c.party_id = ANY(%b) AND c.opted_out_at IS NULL AND (c.dossier_id IS NULL OR c.dossier_id = ANY(%b))
ORDER BY c.told_at DESC, c.id DESC
"""
_PREFERENCES = "SELECT party_id, category, channel, enabled FROM preference WHERE party_id = ANY(%b)"
# Those that left as one are one.
_PACE = """
SELECT party_id, category, count(DISTINCT delivery_ids[1]), max(planned_at) FROM notification
WHERE party_id = ANY(%b) AND created_at > now() - interval '1 day' AND planned_at IS NOT NULL
GROUP BY party_id, category
"""
# Both by primary key; months before the oldest of these notices are not looked into.
_SENT = """
SELECT d.id, d.channel, d.target_id, d.created_at, d.step, 'waiting' FROM delivery d WHERE d.id = ANY(%b)
UNION ALL
SELECT f.id, f.channel, f.target_id, f.created_at, f.step, CASE
  WHEN f.receipt IN ('delivered', 'read') THEN 'delivered'
  WHEN f.receipt = 'failed' OR f.outcome <> 'accepted' THEN 'failed'
  ELSE 'accepted' END
FROM finished_delivery f WHERE f.id = ANY(%b) AND f.finished_at >= %b
"""
_ADVANCE = """
UPDATE notification n SET step = g.step, plan_at = g.plan_at,
  planned_at = CASE WHEN g.planned THEN coalesce(n.planned_at, now()) ELSE n.planned_at END,
  delivery_ids = CASE WHEN d.ids IS NULL THEN n.delivery_ids ELSE n.delivery_ids || d.ids END
FROM unnest(%b::uuid[], %b::int2[], %b::timestamptz[], %b::bool[]) AS g(id, step, plan_at, planned)
LEFT JOIN (
  SELECT notification_id, array_agg(delivery_id) AS ids
  FROM unnest(%b::uuid[], %b::uuid[]) AS p(notification_id, delivery_id) GROUP BY notification_id
) d ON d.notification_id = g.id
WHERE n.id = g.id
"""
# Also those whose last step has been: an address may be left that was never tried. And those that are due
# already: a planner may hold such a one that has read of its sends before this, and is about to put it off.
_WAKE = """
UPDATE notification n SET plan_at = least(n.plan_at, now())
FROM (
  SELECT id FROM notification
  WHERE id = ANY(%b) AND (plan_at IS NOT NULL OR (
    expires_at > now() AND received_at IS NULL AND read_at IS NULL))
  ORDER BY id FOR UPDATE) w
WHERE n.id = w.id
"""
# Of this very transaction, so that one partition is looked into.
_OF_ENDED = """
SELECT DISTINCT unnest(notification_ids) FROM finished_delivery WHERE id = ANY(%b) AND finished_at = now()
"""
_STOP = """
UPDATE notification SET plan_at = NULL, expires_at = least(expires_at, now())
WHERE party_id = %s AND category = %s AND target_id = %s AND (plan_at IS NOT NULL OR expires_at > now())
"""


class SentState(StrEnum):
    """Where an earlier send of a notice stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotification:
    """A notice that is due for step `step` of its route. This transaction holds it.

    Attributes:
        target_id: the only contact it may go to, where it is for one.
        lane: in which it is planned.
        due_at: since when it could have been claimed.
        held: it was looked at before, and left for later.
        planned: its first step is behind it.
        received: its owner's app has it.
    """

    id: UUID
    party_id: UUID
    agency_id: UUID
    dossier_id: UUID | None
    category: str
    step: int
    created_at: datetime
    due_at: datetime
    lane: int = 2
    target_id: UUID | None = None
    held: bool = False
    planned: bool = False
    received: bool = False
    delivery_ids: Sequence[UUID] | None = None

    @property
    def place(self) -> Place:
        """Its lane and agency."""
        return self.lane, self.agency_id


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContact:
    """An address: `dossier_id` bounds one that an agency supplied, `suppressed` names channels shut to it."""

    id: UUID
    kind: str
    source: ContactSource
    dossier_id: UUID | None
    suppressed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An earlier send of a notice. `at` is when it was planned, `step` for which step."""

    channel: str
    target_id: UUID
    state: SentState
    at: datetime
    step: int


@dataclass(slots=True, kw_only=True)
class Reach:
    """How a party can be reached, what it has said, and what it got lately.

    Attributes:
        confirming: those of the devices whose app confirms what it gets.
        contacts: newest first.
        planned_today: by category, how many notices were planned within a day.
        last_planned_at: by category, when the last one was.
        sent: by notice, what came of earlier steps.
    """

    zone: ZoneInfo = DEFAULT_ZONE
    devices: list[UUID] = field(default_factory=list)
    confirming: set[UUID] = field(default_factory=set)
    contacts: list[KnownContact] = field(default_factory=list)
    preferences: dict[tuple[str, str], bool] = field(default_factory=dict)
    planned_today: dict[str, int] = field(default_factory=dict)
    last_planned_at: dict[str, datetime] = field(default_factory=dict)
    sent: dict[UUID, list[Sent]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Where a notice stands after planning; no `plan_at` means that nothing is left to plan.

    Attributes:
        planned: something left for a channel, or never will.
        delivery_ids: the sends that it is part of.
    """

    id: UUID
    step: int
    plan_at: datetime | None
    planned: bool = False
    delivery_ids: Sequence[UUID] = ()


async def clock(reading: Reading) -> datetime:
    """Return the time by which this transaction judges what is due: the database's, as clocks differ."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_NOW, binary=True)).fetchone()
    return row[0]  # type: ignore[no-any-return] # rows are untyped


async def alone_with(uow: UnitOfWork, parties: Collection[UUID]) -> set[UUID]:
    """Return those of the parties for whom no other planner decides until this transaction ends."""
    if not parties:
        return set()
    driver = await uow.driver()
    cursor = await driver.execute(_ALONE, {"parties": list(parties)}, binary=True)
    rows: list[Any] = await cursor.fetchall()
    return {party_id for (party_id,) in rows}


async def reach(
    reading: Reading, notices: Collection[DueNotification], channels: Collection[str]
) -> dict[UUID, Reach]:
    """Return how the party of each notice can be reached, by party."""
    parties = list({notice.party_id for notice in notices})
    dossiers = list({notice.dossier_id for notice in notices if notice.dossier_id})
    of_delivery: dict[UUID, list[DueNotification]] = defaultdict(list)
    for notice in notices:
        for delivery_id in notice.delivery_ids or ():
            of_delivery[delivery_id].append(notice)
    driver = await reading.driver()
    async with driver.pipeline():
        zones = await driver.execute(_ZONES, (parties,), binary=True)
        devices = await driver.execute(_DEVICES, (parties,), binary=True)
        contacts = await driver.execute(_CONTACTS, (list(channels), parties, dossiers), binary=True)
        preferences = await driver.execute(_PREFERENCES, (parties,), binary=True)
        pace = await driver.execute(_PACE, (parties,), binary=True)
    found: dict[UUID, Reach] = defaultdict(Reach)
    for party_id, name in await _rows(zones):
        found[party_id].zone = zone_of(name)
    for party_id, device_id, confirms in await _rows(devices):
        found[party_id].devices.append(device_id)
        if confirms:
            found[party_id].confirming.add(device_id)
    for party_id, contact_id, kind, source, dossier_id, suppressed in await _rows(contacts):
        contact = KnownContact(
            id=contact_id,
            kind=kind,
            source=ContactSource(source),
            dossier_id=dossier_id,
            suppressed=frozenset(suppressed),
        )
        found[party_id].contacts.append(contact)
    for party_id, category, channel, enabled in await _rows(preferences):
        found[party_id].preferences[category, channel] = enabled
    for party_id, category, count, last in await _rows(pace):
        found[party_id].planned_today[category] = count
        found[party_id].last_planned_at[category] = last
    if of_delivery:
        await _add_sent(reading, of_delivery, found)
    return found


async def _add_sent(
    reading: Reading, of_delivery: Mapping[UUID, Sequence[DueNotification]], found: dict[UUID, Reach]
) -> None:
    since = min(notice.created_at for together in of_delivery.values() for notice in together)
    ids = list(of_delivery)
    driver = await reading.driver()
    cursor = await driver.execute(_SENT, (ids, ids, since), binary=True)
    for delivery_id, channel, target_id, at, step, state in await _rows(cursor):
        sent = Sent(channel=channel, target_id=target_id, state=SentState(state), at=at, step=step)
        for notice in of_delivery[delivery_id]:
            found[notice.party_id].sent.setdefault(notice.id, []).append(sent)


async def _rows(cursor: Any) -> list[Any]:
    rows: list[Any] = await cursor.fetchall()
    return rows


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name; Vietnam's where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE


async def advance(uow: UnitOfWork, steps: Sequence[Advance]) -> None:
    """Note where notices stand now."""
    pairs = [(step.id, delivery_id) for step in steps for delivery_id in step.delivery_ids]
    columns = (
        [step.id for step in steps],
        [step.step for step in steps],
        [step.plan_at for step in steps],
        [step.planned for step in steps],
        [notification_id for notification_id, _ in pairs],
        [delivery_id for _, delivery_id in pairs],
    )
    driver = await uow.driver()
    await driver.execute(_ADVANCE, columns)


async def wake(uow: UnitOfWork, notifications: Collection[UUID]) -> None:
    """Let notices be looked at now, as a send of theirs has failed: at their end as well."""
    driver = await uow.driver()
    cursor = await driver.execute(_WAKE, (list(notifications),))
    if cursor.rowcount:
        uow.hint_after_commit()


async def wake_ended(uow: UnitOfWork, deliveries: Collection[UUID]) -> None:
    """Do so for those whose sends ended in this transaction, all that left as one."""
    driver = await uow.driver()
    rows = await _rows(await driver.execute(_OF_ENDED, (list(deliveries),), binary=True))
    await wake(uow, [notification_id for (notification_id,) in rows])


async def stop(uow: UnitOfWork, party_id: UUID, *, category: str, target_id: UUID) -> None:
    """Let no further step follow for notices to one address, as they have served."""
    driver = await uow.driver()
    await driver.execute(_STOP, (party_id, category, target_id))
