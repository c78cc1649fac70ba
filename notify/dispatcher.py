"""Takes what is due, hands it to the provider, and records what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import structlog

from notify import aftermath, metrics
from notify.aftermath import Aftermath
from notify.compose import Composer
from notify.last_look import last_look
from notify.leases import LEASE, SHARE, Lease
from notify.outcomes import record_of, unsent
from notify.ports import AddressKind, Channel, Outcome, OutcomeKind, Outgoing
from notify.rounds import After, Rounds, Since
from notify.routebook import RouteBook
from notify.routes import DEFAULTS, Routing
from notify.valve import Valve
from storage.broadcasts.claiming import claim_topics
from storage.contacts.repository import VALUE
from storage.deliveries.claiming import Claimed, claim
from storage.devices.repository import TOKEN
from storage.engine import UNAVAILABLE
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

SMOOTHING = 0.3
BREATH = 25
"""After wording so many messages, half a millisecond, others go on whom the database has answered."""
NOT_WORDED = Outcome(kind=OutcomeKind.RETRYABLE, code="not_worded")
"""Kept: a newer release, or a mended template, may know how to word it."""
TURN_SECONDS = 0.25
"""So long a claim takes to be sent: what is urgent, or another agency's, comes after it at the latest."""
AGAIN_SECONDS = 0.5
"""How long to wait for a database that is away, before what was sent is recorded again."""


_of_contacts = partial(claim, purpose=VALUE)
_TAKERS: Mapping[AddressKind, Callable[..., Awaitable[tuple[list[Claimed], dict[int, UUID]]]]] = {
    AddressKind.DEVICE: partial(claim, purpose=TOKEN),
    AddressKind.TOPIC: claim_topics,
}


class Dispatcher:
    """Sends what is due on one channel. Any number of them, in any number of processes, work side by side.

    Args:
        valve: shared with the other dispatchers of the channel, so that all keep still when one is told to.
        book: shared as well: the routing in force.
        lease: how long a claim holds; longer than a call of the channel may take.
        rng: the source of chance for backoff.

    Raises:
        ValueError: a call of the channel could outlast the lease, so that nothing could ever be sent.
    """

    def __init__(
        self,
        channel: Channel,
        composer: Composer,
        open_unit: Callable[[], UnitOfWork],
        *,
        valve: Valve | None = None,
        book: RouteBook | None = None,
        lease: timedelta = LEASE,
        rng: Random | None = None,
    ) -> None:
        if channel.timeout >= lease:
            raise ValueError(f"a call of {channel.name} may take {channel.timeout}, the lease is {lease}")
        self._channel = channel
        self._composer = composer
        self._open_unit = open_unit
        self._valve = valve or Valve(channel.name)
        self._book = book or RouteBook()
        self._lease = lease
        self._rng = rng or Random()  # noqa: S311 - spreads retries, guards nothing
        self._take = _TAKERS.get(channel.address, _of_contacts)
        self._rounds = Rounds()
        self._routing = DEFAULTS
        self._per_second: float | None = None
        self.name = channel.name

    async def run_once(self) -> int:
        """Claim, send and record once; return how many rows were claimed."""
        size = self._valve.admit(self._claim_size())
        if not size:
            return 0
        try:
            return await self._run(size)
        finally:
            self._valve.close()

    async def _run(self, size: int) -> int:
        lease = Lease(self._open_unit, self._lease)
        rows = await self._rounds.claim(partial(self._claim, size))
        if not rows:
            return 0
        routing = self._routing
        now = datetime.now(UTC)
        records = {
            row.id: record
            for row in rows
            if (record := last_look(row, self.name, routing, now, self._rng)) is not None
        }
        if unreadable := sum(row.unreadable for row in rows):
            log.error("addresses_unreadable", channel=self.name, count=unreadable)
        # By lane, as the channel may have them wait for one another.
        to_send = sorted((row for row in rows if row.id not in records), key=lambda row: row.place[0])
        async with lease.kept(rows):
            sent = await self._send(to_send, routing, lease)
            now = datetime.now(UTC)
            for row, (message, outcome) in zip(to_send, sent, strict=True):
                records[row.id] = (
                    record_of(row, outcome, now, self._rng, message) if outcome else unsent(row, now)
                )
            outcomes = {row.id: outcome for row, (_, outcome) in zip(to_send, sent, strict=True) if outcome}
            left = Aftermath.of(self._channel, rows, records, outcomes, now)
            await self._record(left)
        aftermath.count(self.name, outcomes, left.records)
        return len(rows)

    def _claim_size(self) -> int:
        """As many as can be sent in a turn, and in a third of the lease, as far as is known, in one call."""
        if self._per_second is None:
            return self._channel.batch_size
        # No fewer than go side by side: of a provider that is slow and takes many, a turn sees only some.
        in_turn = max(self._channel.abreast, int(self._per_second * TURN_SECONDS))
        affordable = int(self._per_second * self._lease.total_seconds() / SHARE)
        return max(1, min(self._channel.batch_size, in_turn, affordable))

    async def _claim(self, size: int, after: After, since: Since) -> tuple[list[Claimed], After | None]:
        async with self._open_unit() as uow:
            self._routing = await self._book.current(uow)
            granted = await self._valve.grant(uow, size)
            if not granted:
                return [], None
            rows, ends = await self._take(
                uow,
                channel=self.name,
                size=granted,
                lease=self._lease,
                after=after,
                since=since,
            )
            await self._valve.take(uow, len(rows))
            # Also where nothing was found: at a rollback psycopg forgets what it prepared, and PostgreSQL
            # plans this statement, which takes ten times as long as running it.
            await uow.commit()
        return rows, ends

    async def _send(
        self, rows: Sequence[Claimed], routing: Routing, lease: Lease
    ) -> list[tuple[Outgoing | None, Outcome | None]]:
        """Send; no outcome stands for a row that was not handed over, as its lease might run out first."""
        worded = await self._word(rows, routing)
        messages = {place: message for place, message in enumerate(worded) if message is not None}
        sent = [(message, None if message else NOT_WORDED) for message in worded]
        if not messages or not lease.covers(self._channel.timeout):
            return sent
        started = time.monotonic()
        answers = await self._answers(list(messages.values()))
        seconds = time.monotonic() - started
        self._learn(len(messages), seconds)
        metrics.observe_send(self.name, seconds, len(messages))
        for (place, message), outcome in zip(messages.items(), answers, strict=True):
            sent[place] = message, outcome
        self._valve.heed([message.delivery_id for message in messages.values()], answers)
        return sent

    async def _word(self, rows: Sequence[Claimed], routing: Routing) -> list[Outgoing | None]:
        """Word a message for each row; none where this release can not."""
        worded = []
        async with self._valve.turn:
            for place, row in enumerate(rows):
                if place % BREATH == 0:
                    await asyncio.sleep(0)
                worded.append(self._message(row, routing))
        return worded

    def _message(self, row: Claimed, routing: Routing) -> Outgoing | None:
        try:
            return self._composer.compose(row, self._channel, routing)
        except (LookupError, ValueError) as error:
            log.exception("not_worded", delivery_id=str(row.id), error=type(error).__name__)
            return None

    async def _answers(self, messages: list[Outgoing]) -> list[Outcome]:
        """Send; a fault of the channel counts as an unknown outcome, so that it is tried ever less often."""
        try:
            return await self._channel.send(messages)
        except Exception:
            log.exception("channel_failed", channel=self.name)
            return [Outcome(kind=OutcomeKind.UNKNOWN, code="channel_failed") for _ in messages]

    def _learn(self, count: int, seconds: float) -> None:
        rate = count / max(seconds, 1e-6)
        known = self._per_second
        self._per_second = rate if known is None else known + SMOOTHING * (rate - known)

    async def _record(self, left: Aftermath) -> None:
        """Record what came of the sends; while the database is away, again and again.

        What was sent and is not recorded goes out a second time. To come late does no harm: whose lease ran
        out meanwhile is fenced off.
        """
        while True:
            try:
                async with self._open_unit() as uow:
                    counted = await aftermath.settle(uow, left)
                    await uow.commit()
            except UNAVAILABLE as error:
                log.warning("outcomes_not_recorded", channel=self.name, error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if counted < len(left.records):
                log.warning("outcomes_overtaken", channel=self.name, count=len(left.records) - counted)
            return
