"""Takes what is due, hands it to the provider, and records what came of it."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import structlog

from notify.compose import Composer
from notify.leases import LEASE, SHARE, Lease
from notify.outcomes import PAUSE, record_of, unsent, without_sending
from notify.ports import Channel, Outcome, OutcomeKind, Outgoing
from storage.contacts.repository import VALUE
from storage.deliveries import repository
from storage.deliveries.repository import FIRST, Claimed, Record
from storage.devices import repository as devices
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

LANES = range(4)
PURPOSES = {"push": devices.TOKEN}
SMOOTHING = 0.3


class Dispatcher:
    """Sends what is due on one channel. Any number of them, in any number of processes, work side by side.

    Args:
        rng: the source of chance for backoff.
    """

    def __init__(
        self,
        channel: Channel,
        composer: Composer,
        open_unit: Callable[[], UnitOfWork],
        rng: Random | None = None,
    ) -> None:
        self._channel = channel
        self._composer = composer
        self._open_unit = open_unit
        self._rng = rng or Random()  # noqa: S311 - spreads retries, guards nothing
        self._after = dict.fromkeys(LANES, FIRST)
        self._per_second: float | None = None
        self._paused_until = 0.0
        self.name = channel.name

    @property
    def paused_for(self) -> float:
        """Seconds for which the channel rests yet."""
        return max(0.0, self._paused_until - time.monotonic())

    async def run_once(self) -> int:
        """Claim, send and record once; return how many rows were claimed."""
        if self.paused_for:
            return 0
        lease = Lease(self._open_unit)
        rows = await self._claim()
        if not rows:
            return 0
        records = {row.id: record for row in rows if (record := without_sending(row))}
        to_send = [row for row in rows if row.id not in records]
        async with lease.kept(rows):
            if to_send:
                outcomes = await self._send(to_send, lease)
                now = datetime.now(UTC)
                for row, outcome in zip(to_send, outcomes, strict=True):
                    records[row.id] = record_of(row, outcome, now, self._rng) if outcome else unsent(row, now)
                await self._forget_dead(to_send, outcomes)
            await self._record(list(records.values()))
        return len(rows)

    def _claim_size(self) -> int:
        """As many as can be sent in a third of the lease, as far as is known, in one call."""
        if self._per_second is None:
            return self._channel.batch_size
        affordable = int(self._per_second * LEASE.total_seconds() / SHARE)
        return max(1, min(self._channel.batch_size, affordable))

    async def _claim(self) -> list[Claimed]:
        purpose = PURPOSES.get(self.name, VALUE)
        async with self._open_unit() as uow:
            rows, self._after = await repository.claim(
                uow,
                channel=self.name,
                purpose=purpose,
                size=self._claim_size(),
                lease=LEASE,
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
                outcomes[place] = Outcome(kind=OutcomeKind.REJECTED, code="not_worded")
        if not messages or not lease.covers(self._channel.timeout):
            return outcomes
        started = time.monotonic()
        answers = await self._channel.send(list(messages.values()))
        self._learn(len(messages), time.monotonic() - started)
        for place, outcome in zip(messages, answers, strict=True):
            outcomes[place] = outcome
        self._rest_if_told(answers)
        return outcomes

    def _learn(self, count: int, seconds: float) -> None:
        rate = count / max(seconds, 1e-6)
        known = self._per_second
        self._per_second = rate if known is None else known + SMOOTHING * (rate - known)

    def _rest_if_told(self, outcomes: Sequence[Outcome]) -> None:
        rest = max((_rest(outcome) for outcome in outcomes), default=timedelta(0))
        if rest:
            self._paused_until = time.monotonic() + rest.total_seconds()
            log.warning("channel_rests", channel=self.name, seconds=rest.total_seconds())
        broken = [outcome.code for outcome in outcomes if outcome.kind is OutcomeKind.MISCONFIGURED]
        if broken:
            log.error("channel_misconfigured", channel=self.name, code=broken[0])

    async def _forget_dead(self, rows: Sequence[Claimed], outcomes: Sequence[Outcome | None]) -> None:
        """Retire phones that the provider says no longer exist."""
        dead = [
            row.target_id
            for row, outcome in zip(rows, outcomes, strict=True)
            if outcome and outcome.kind is OutcomeKind.UNREACHABLE
        ]
        if dead and self.name == "push":
            async with self._open_unit() as uow:
                await devices.retire(uow, dead)
                await uow.commit()

    async def _record(self, records: Sequence[Record]) -> None:
        async with self._open_unit() as uow:
            counted = await repository.record(uow, records)
            await uow.commit()
        if counted < len(records):
            log.warning("outcomes_overtaken", channel=self.name, count=len(records) - counted)


def _rest(outcome: Outcome) -> timedelta:
    if outcome.kind is OutcomeKind.MISCONFIGURED:
        return PAUSE
    if outcome.kind is OutcomeKind.THROTTLED:
        return outcome.retry_after or timedelta(seconds=1)
    return timedelta(0)
