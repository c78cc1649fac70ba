"""Takes what is due, hands it to the provider, and records what came of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import structlog

from notify.compose import Composer
from notify.leases import LEASE, SHARE, Lease
from notify.outcomes import record_of, unsent, without_sending
from notify.ports import Channel, Outcome, OutcomeKind, Outgoing
from notify.rests import Rest
from storage.contacts.repository import VALUE
from storage.deliveries import repository
from storage.deliveries.repository import FIRST, Claimed, Record
from storage.devices import repository as devices
from storage.engine import UNAVAILABLE
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

LANES = range(4)
PURPOSES = {"push": devices.TOKEN}
SMOOTHING = 0.3
AGAIN_SECONDS = 0.5
"""How long to wait for a database that is away, before what was sent is recorded again."""


class Dispatcher:
    """Sends what is due on one channel. Any number of them, in any number of processes, work side by side.

    Args:
        rest: shared with the other dispatchers of the channel, so that all keep still when one is told to.
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
        rest: Rest | None = None,
        lease: timedelta = LEASE,
        rng: Random | None = None,
    ) -> None:
        if channel.timeout >= lease:
            raise ValueError(f"a call of {channel.name} may take {channel.timeout}, the lease is {lease}")
        self._channel = channel
        self._composer = composer
        self._open_unit = open_unit
        self._rest = rest or Rest(channel.name)
        self._lease = lease
        self._rng = rng or Random()  # noqa: S311 - spreads retries, guards nothing
        self._after = dict.fromkeys(LANES, FIRST)
        self._per_second: float | None = None
        self.name = channel.name

    async def run_once(self) -> int:
        """Claim, send and record once; return how many rows were claimed."""
        if self._rest.seconds:
            return 0
        lease = Lease(self._open_unit, self._lease)
        rows = await self._claim()
        if not rows:
            return 0
        now = datetime.now(UTC)
        records = {row.id: record for row in rows if (record := without_sending(row, now, self._rng))}
        if unreadable := sum(row.unreadable for row in rows):
            log.error("addresses_unreadable", channel=self.name, count=unreadable)
        to_send = [row for row in rows if row.id not in records]
        async with lease.kept(rows):
            outcomes = await self._send(to_send, lease)
            now = datetime.now(UTC)
            for row, outcome in zip(to_send, outcomes, strict=True):
                records[row.id] = record_of(row, outcome, now, self._rng) if outcome else unsent(row, now)
            await self._record(list(records.values()), self._dead(to_send, outcomes))
        return len(rows)

    def _claim_size(self) -> int:
        """As many as can be sent in a third of the lease, as far as is known, in one call."""
        if self._per_second is None:
            return self._channel.batch_size
        affordable = int(self._per_second * self._lease.total_seconds() / SHARE)
        return max(1, min(self._channel.batch_size, affordable))

    async def _claim(self) -> list[Claimed]:
        """Claim; while nothing is found, look on until every agency of every lane was looked at."""
        begun: set[int] = set()
        unseen = set(LANES)
        while True:
            begun |= {lane for lane in LANES if self._after[lane] == FIRST}
            rows = await self._claim_on()
            unseen -= {lane for lane in begun if self._after[lane] == FIRST}
            if rows or not unseen:
                return rows

    async def _claim_on(self) -> list[Claimed]:
        purpose = PURPOSES.get(self.name, VALUE)
        async with self._open_unit() as uow:
            rows, self._after = await repository.claim(
                uow,
                channel=self.name,
                purpose=purpose,
                size=self._claim_size(),
                lease=self._lease,
                after=self._after,
            )
            if rows:
                await uow.commit()
        return rows

    async def _send(self, rows: Sequence[Claimed], lease: Lease) -> list[Outcome | None]:
        """Send; none stands for a row that was not handed over, as its lease might run out first."""
        messages: dict[int, Outgoing] = {}
        outcomes: list[Outcome | None] = [None] * len(rows)
        for place, row in enumerate(rows):
            try:
                messages[place] = self._composer.compose(row, self.name)
            except (LookupError, ValueError) as error:
                log.exception("not_worded", delivery_id=str(row.id), error=type(error).__name__)
                # Kept: a newer release, or a mended template, may know how to word it.
                outcomes[place] = Outcome(kind=OutcomeKind.RETRYABLE, code="not_worded")
        if not messages or not lease.covers(self._channel.timeout):
            return outcomes
        started = time.monotonic()
        answers = await self._answers(list(messages.values()))
        self._learn(len(messages), time.monotonic() - started)
        for place, outcome in zip(messages, answers, strict=True):
            outcomes[place] = outcome
        self._rest.heed(answers)
        return outcomes

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

    def _dead(self, rows: Sequence[Claimed], outcomes: Sequence[Outcome | None]) -> list[tuple[UUID, str]]:
        """Return the phones, and their tokens, that the provider says no longer exist."""
        if self.name != "push":
            return []
        return [
            (row.target_id, row.target or "")
            for row, outcome in zip(rows, outcomes, strict=True)
            if outcome and outcome.kind is OutcomeKind.UNREACHABLE
        ]

    async def _record(self, records: Sequence[Record], dead: Sequence[tuple[UUID, str]]) -> None:
        """Record what came of the sends; while the database is away, again and again.

        What was sent and is not recorded goes out a second time. To come late does no harm: whose lease ran
        out meanwhile is fenced off.
        """
        while True:
            try:
                counted = await self._write(records, dead)
            except UNAVAILABLE as error:
                log.warning("outcomes_not_recorded", channel=self.name, error=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if counted < len(records):
                log.warning("outcomes_overtaken", channel=self.name, count=len(records) - counted)
            return

    async def _write(self, records: Sequence[Record], dead: Sequence[tuple[UUID, str]]) -> int:
        async with self._open_unit() as uow:
            counted = await repository.record(uow, records)
            if dead:
                await devices.retire(uow, dead)
            await uow.commit()
        return counted
