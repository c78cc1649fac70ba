"""Reports of providers: kept once as they come, and taken up when the send that they speak of is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from storage.unit_of_work import UnitOfWork

RAW = "provider_receipt.raw"
"""Purpose of the sealed body; the provider's name goes with it."""
KEPT = timedelta(days=90)
"""How long a report is kept as it came: for as long as a bill may be disputed."""
FAILED = "failed"
LONGEST_NAME = 255
"""Letters of what a provider names things by; none that we know of comes near."""

_UNREACHABLE = "unreachable"
"""Stands in a row for a failure that is the address's: so it is known without reading the body again."""
_KEEP = """
INSERT INTO provider_receipt (provider, event_id, provider_id, delivery_id, state, code, occurred_at,
  raw_sealed)
SELECT %b, g.event_id, g.provider_id, g.delivery_id, g.state, g.code, g.occurred_at, %b
FROM unnest(%b::text[], %b::text[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[])
  AS g(event_id, provider_id, delivery_id, state, code, occurred_at)
ON CONFLICT (provider, event_id) DO NOTHING
"""
# Only those are taken that there is something to do with, so that reports on nobody's messages stand in no
# other's way. The channels are named to match the index, and no month before the reach is looked into. By our
# own name a send is found whose answer was lost; where a later attempt was answered, a failure of the lost
# one says nothing of that.
_TAKE = """
SELECT r.provider, r.event_id, r.provider_id, r.state, r.code, r.occurred_at, f.id, f.finished_at
FROM provider_receipt r
JOIN unnest(%(providers)b::text[], %(channels)b::text[]) AS p(provider, channel) ON p.provider = r.provider
CROSS JOIN (SELECT %(reach)s::interval AS reach) w
LEFT JOIN LATERAL (
  (SELECT d.id, d.finished_at FROM finished_delivery d
   WHERE d.provider_id = r.provider_id AND d.channel = p.channel AND d.channel NOT IN ('push', 'email')
     AND d.finished_at > r.received_at - w.reach
   LIMIT 1)
  UNION ALL
  (SELECT d.id, d.finished_at FROM finished_delivery d
   WHERE d.id = r.delivery_id AND d.channel = p.channel
     AND (d.provider_id IS NULL OR r.state IN ('delivered', 'read'))
     AND d.finished_at > r.received_at - w.reach
   LIMIT 1)
  LIMIT 1) f ON true
WHERE r.applied_at IS NULL AND r.received_at > now() - %(within)s::interval
  AND (f.id IS NOT NULL OR r.received_at < now() - %(patience)s::interval)
ORDER BY r.received_at LIMIT %(size)s
FOR NO KEY UPDATE OF r SKIP LOCKED
"""
# In order, so that two who hold several wait for each other, and never both.
_HOLD = """
SELECT f.id, f.finished_at, f.channel, f.target_id, f.notification_ids, f.receipt, f.receipt_code,
  f.receipt_at
FROM (SELECT * FROM unnest(%b::uuid[], %b::timestamptz[]) AS u(id, finished_at) ORDER BY id) g
CROSS JOIN LATERAL (
  SELECT * FROM finished_delivery WHERE id = g.id AND finished_at = g.finished_at LIMIT 1 FOR NO KEY UPDATE) f
"""
_NOTE = """
UPDATE finished_delivery f SET receipt = g.state, receipt_code = g.code, receipt_at = g.occurred_at
FROM unnest(%b::uuid[], %b::timestamptz[], %b::text[], %b::text[], %b::timestamptz[])
  AS g(id, finished_at, state, code, occurred_at)
WHERE f.id = g.id AND f.finished_at = g.finished_at
"""
_SWEEP = "DELETE FROM provider_receipt WHERE received_at < %s AND applied_at IS NOT NULL"
_SETTLE = """
UPDATE provider_receipt r SET applied_at = now()
FROM unnest(%b::text[], %b::text[]) AS g(provider, event_id)
WHERE r.provider = g.provider AND r.event_id = g.event_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a message came: sent, failed, delivered or read; since when, and by the provider's code."""

    state: str
    code: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a provider says of one message, in our words.

    Attributes:
        event_id: names the report; a repeat of it bears the same.
        provider_id: names the message.
        delivery_id: the send, where the provider gave our own name for it back.
        unreachable: it failed, as this address can not get it.

    Raises:
        ValueError: a name or the code is empty, longer than `LONGEST_NAME`, or has other letters than the
            printable ones of ASCII.
    """

    event_id: str
    provider_id: str
    standing: Standing
    delivery_id: UUID | None = None
    unreachable: bool = False

    def __post_init__(self) -> None:
        for name in (self.event_id, self.provider_id, self.standing.code or "-"):
            if not (0 < len(name) <= LONGEST_NAME and name.isascii() and name.isprintable()):
                raise ValueError("a name of the provider's is empty, too long, or has letters of no name")
        if self.unreachable and self.standing.state != FAILED:
            raise ValueError("only a failure can be the address's")


class DeliveryKey(NamedTuple):
    """Names a finished send, with the moment that says in which partition it is."""

    id: UUID
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A report that this transaction holds; `delivery` is none where no send is known after all that time."""

    provider: str
    report: Report
    delivery: DeliveryKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A finished send that this transaction holds; `standing` is by what was reported of it so far."""

    key: DeliveryKey
    channel: str
    target_id: UUID
    notification_ids: Sequence[UUID]
    standing: Standing | None


async def keep(uow: UnitOfWork, provider: str, reports: Sequence[Report], raw: bytes) -> int:
    """Keep the reports of one body, which is sealed; return how many were not kept before."""
    # ISO 8859-1 has a letter for each byte, so that what is opened again is the same to the byte.
    sealed = uow.cipher.seal(raw.decode("latin-1"), f"{RAW}:{provider}")
    columns = (
        [one.event_id for one in reports],
        [one.provider_id for one in reports],
        [one.delivery_id for one in reports],
        [_UNREACHABLE if one.unreachable else one.standing.state for one in reports],
        [one.standing.code for one in reports],
        [one.standing.occurred_at for one in reports],
    )
    driver = await uow.driver()
    cursor = await driver.execute(_KEEP, (provider, sealed, *columns))
    return cursor.rowcount


async def take(
    uow: UnitOfWork,
    channels: Mapping[str, str],
    *,
    size: int,
    within: timedelta,
    patience: timedelta,
    reach: timedelta,
) -> list[Waiting]:
    """Hold reports that wait and whose send is known by now, or that waited for one too long; oldest first.

    Args:
        uow: what it holds, others pass over.
        channels: of each provider, on whose sends it reports.
        size: the most reports to hold.
        within: how long ago they came at most.
        patience: how long a report waits for its send.
        reach: how long before its report a send may have ended.
    """
    given = {
        "providers": list(channels),
        "channels": list(channels.values()),
        "size": size,
        "within": within,
        "patience": patience,
        "reach": reach,
    }
    driver = await uow.driver()
    rows: list[Any] = await (await driver.execute(_TAKE, given, binary=True)).fetchall()
    return [_waiting(*row) for row in rows]


def _waiting(
    provider: str, event_id: str, provider_id: str, state: str, code: str | None, *rest: Any
) -> Waiting:
    occurred_at, delivery_id, finished_at = rest
    unreachable = state == _UNREACHABLE
    standing = Standing(state=FAILED if unreachable else state, code=code, occurred_at=occurred_at)
    report = Report(event_id=event_id, provider_id=provider_id, standing=standing, unreachable=unreachable)
    delivery = DeliveryKey(delivery_id, finished_at) if delivery_id else None
    return Waiting(provider=provider, report=report, delivery=delivery)


async def hold(uow: UnitOfWork, deliveries: Sequence[DeliveryKey]) -> list[Reported]:
    """Return how sends stand; nobody else changes it until this transaction ends."""
    if not deliveries:
        return []
    driver = await uow.driver()
    rows: list[Any] = await (await driver.execute(_HOLD, _columns(deliveries, 2), binary=True)).fetchall()
    return [_reported(*row) for row in rows]


def _reported(
    delivery_id: UUID, finished_at: datetime, channel: str, target_id: UUID, notices: list[UUID], *rest: Any
) -> Reported:
    state, code, occurred_at = rest
    return Reported(
        key=DeliveryKey(delivery_id, finished_at),
        channel=channel,
        target_id=target_id,
        notification_ids=notices,
        standing=Standing(state=state, code=code, occurred_at=occurred_at) if state else None,
    )


async def note(uow: UnitOfWork, standings: Mapping[DeliveryKey, Standing]) -> None:
    """Write down how sends stand."""
    if standings:
        rows = [(*key, one.state, one.code, one.occurred_at) for key, one in standings.items()]
        driver = await uow.driver()
        await driver.execute(_NOTE, _columns(rows, 5))


async def settle(uow: UnitOfWork, taken: Sequence[Waiting]) -> None:
    """Let reports wait no longer."""
    driver = await uow.driver()
    await driver.execute(_SETTLE, _columns([(one.provider, one.report.event_id) for one in taken], 2))


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[place] for row in rows] for place in range(width)]


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Delete reports that are older than they are kept; return how many. What they said of a send stays."""
    driver = await uow.driver()
    return (await driver.execute(_SWEEP, (now - KEPT,))).rowcount
