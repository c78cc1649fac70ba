"""Applies what providers report of messages that they took."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from notify import metrics
from notify.ports import ReceiptState
from storage.notifications import planning
from storage.receipts import repository
from storage.receipts.repository import DeliveryKey, Report, Reported, Standing, Waiting
from storage.suppressions import repository as suppressions
from storage.suppressions.repository import Arrival, NewSuppression
from storage.unit_of_work import UnitOfWork, transact

log = structlog.get_logger(__name__)

BATCH = 500
PATIENCE = timedelta(hours=1)
"""How long a report waits for its send: that is recorded when the provider has answered, or a lease later."""
REACH = timedelta(days=35)
"""How long after a send its report may come."""
FRESH = timedelta(minutes=1)
THOROUGH_SECONDS = 60.0
"""How often reports are looked at that are no longer fresh: what came before its send did so by moments."""
EVER = timedelta(days=3650)
UNREACHABLE_FOR = timedelta(days=30)
"""Numbers are given out anew, and people change their minds."""
ARRIVED = frozenset({ReceiptState.DELIVERED.value, ReceiptState.READ.value})
_RANKS: Mapping[str, int] = {state.value: rank for rank, state in enumerate(ReceiptState)}


def furthest(standings: Iterable[Standing]) -> Standing:
    """Return what counts of all that was reported: of what goes furthest that which happened first.

    So neither the order of reports nor how often each came makes a difference.
    """
    return min(standings, key=lambda one: (-_RANKS[one.state], one.occurred_at, one.code or ""))


class ReceiptDesk:
    """Takes reports that wait, in batches. Any number of them, in any number of processes, work side by side.

    Args:
        open_unit: opens a unit of work.
        channels: of each provider, on whose sends it reports.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        open_unit: Callable[[], UnitOfWork],
        channels: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_unit = open_unit
        self._channels = dict(channels)
        self._clock = clock
        self._thorough_at = clock()

    async def run_once(self) -> int:
        """Apply one batch; return how many reports wait no longer."""
        thorough = self._clock() >= self._thorough_at
        within = EVER if thorough else FRESH
        taken = await transact(self._open_unit, lambda uow: self._apply(uow, within))
        if thorough and len(taken) < BATCH:
            self._thorough_at = self._clock() + THOROUGH_SECONDS
        self._tell(taken)
        return len(taken)

    async def _apply(self, uow: UnitOfWork, within: timedelta) -> list[Waiting]:
        taken = await repository.take(
            uow, self._channels, size=BATCH, within=within, patience=PATIENCE, reach=REACH
        )
        if taken:
            await _apply_to_sends(uow, taken)
            await repository.settle(uow, taken)
        return taken

    def _tell(self, taken: Sequence[Waiting]) -> None:
        now = datetime.now(UTC)
        for one in taken:
            if one.delivery:
                seconds = (now - one.report.standing.occurred_at).total_seconds()
                metrics.receipt_lag(self._channels[one.provider], seconds)
        for provider, count in Counter(one.provider for one in taken if not one.delivery).items():
            # Another application of the same account, or a send whose answer was lost on the way.
            log.warning("receipt_without_send", provider=provider, count=count)


async def _apply_to_sends(uow: UnitOfWork, taken: Sequence[Waiting]) -> None:
    told: dict[DeliveryKey, list[Report]] = defaultdict(list)
    for one in taken:
        if one.delivery:
            told[one.delivery].append(one.report)
    changed: dict[DeliveryKey, Standing] = {}
    failing: set[UUID] = set()
    dead: list[NewSuppression] = []
    arrivals: list[Arrival] = []
    for send in await repository.hold(uow, list(told)):
        before, reports = send.standing, told[send.key]
        now = furthest([*([before] if before else []), *(report.standing for report in reports)])
        if now != before:
            changed[send.key] = now
        if now.state in ARRIVED:
            arrivals.append(_arrival(send))
        if now.state == ReceiptState.FAILED:
            dead += [_suppression(send, report) for report in reports if report.unreachable]
            if before is None or before.state != now.state:
                failing.update(send.notification_ids)
    await repository.note(uow, changed)
    # After what was noted: a failure is told late at times, when a later send has arrived.
    await suppressions.add(uow, dead)
    await suppressions.disprove(uow, arrivals)
    if failing:
        # Their cascades go on at once, and not when the failed send has had its time.
        await planning.wake(uow, failing)


def _arrival(send: Reported) -> Arrival:
    return Arrival(channel=send.channel, contact_id=send.target_id, ended_at=send.key.finished_at)


def _suppression(send: Reported, report: Report) -> NewSuppression:
    return NewSuppression(
        channel=send.channel,
        contact_id=send.target_id,
        reason="unreachable",
        code=report.standing.code,
        until=datetime.now(UTC) + UNREACHABLE_FOR,
        ended_at=send.key.finished_at,
    )
