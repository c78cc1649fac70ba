"""What a worker does for reports all the time: draw up months, correct those that changed, and send."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import structlog

from api.connectors.measuring import outcomes
from api.connectors.measuring.port import MeasuringError, MeasuringSystem
from api.connectors.measuring.settings import Plan
from notify.tallies import Tally
from storage.agencies import repository as agencies
from storage.chores import for_ever
from storage.dossiers.working_days import VIETNAM
from storage.reports import drafting, listing, sending
from storage.reports.following import REPORTED_FOR, may_change, months
from storage.reports.gathering import gather
from storage.reports.kinds import EVERYBODY, ReportState
from storage.reports.sending import Filing, Settled
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than any exchange: nobody else takes a report meanwhile."""
DRAW_UP_SECONDS = 6 * 3600.0
SEND_SECONDS = 30.0
_CHANCE = Random()  # noqa: S311 - spreads attempts over time, and keeps nothing secret
STANDING = Tally(
    name="tindan_reports",
    words="Months reported to the measuring system, by the state of the last report on each.",
    label="state",
    count=listing.standing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending a report, and why it was not taken in, if it was not."""

    filing: Filing
    settled: Settled
    why: str | None = None


async def own_scope(reading: Reading, scope: str) -> str | None:
    """Return a scope by the agency's own code; none where there is no such agency."""
    if scope == EVERYBODY:
        return scope
    found = (await agencies.resolve(reading, [scope])).get(scope)
    return found.code if found else None


class Reporter:
    """Runs beside a worker until it is cancelled. Any number may run: no report is sent by two."""

    def __init__(self, open_unit: Callable[[], UnitOfWork], system: MeasuringSystem, plan: Plan) -> None:
        self._open_unit, self._system, self._plan = open_unit, system, plan

    async def run(self) -> None:
        """Report for ever."""
        try:
            await asyncio.gather(
                for_ever("reports_draw_up", self._draw_up), for_ever("reports_send", self._send)
            )
        finally:
            await self._system.close()

    async def draw_up(self, today: date) -> int:
        """Draw up what is due by a day in Vietnam; return how many reports that are."""
        async with self._open_unit() as uow:
            scope = await own_scope(uow, self._plan.scope)
        if scope is None:
            log.error("report_scope_unknown", agency=self._plan.scope)
            return 0
        due = months(today, day=self._plan.day)
        return sum(
            [
                await self._drawn_up(scope, month, afresh=place < REPORTED_FOR)
                for place, month in enumerate(due)
            ]
        )

    async def send_once(self) -> Settled | None:
        """Send the report that is due first; return what came of it, none if none is due."""
        made = await self.attempt()
        if made is None:
            return None
        self._note(made)
        return made.settled

    async def attempt(self, month: date | None = None) -> Attempt | None:
        """Send the report that is due first, or that of a month, without a word in the log.

        No connection to the database is held meanwhile.
        """
        async with self._open_unit() as uow:
            filing = await sending.take(
                uow, self._system.name, now=datetime.now(UTC), lease=LEASE, month=month
            )
            await uow.commit()
        if filing is None:
            return None
        made = await self._made(filing)
        async with self._open_unit() as uow:
            await sending.settle(uow, filing, made.settled, now=datetime.now(UTC))
            await uow.commit()
        return made

    async def _drawn_up(self, scope: str, month: date, *, afresh: bool) -> bool:
        """Draw up a month, if it changed; one that never was reported only `afresh`."""
        name, now, rest = self._system.name, datetime.now(UTC), self._plan.rest
        async with self._open_unit() as uow:
            before = await drafting.last(uow, name, scope, month)
            if not (before or afresh) or not may_change(before, now=now, rest=rest):
                return False
            gathered = await gather(uow, month, scope)
            if gathered is None or not await drafting.draft(uow, name, gathered, now=now, rest=rest):
                return False
            await uow.commit()
        log.info("report_drawn_up", system=name, month=f"{month:%Y-%m}", scope=scope)
        return True

    async def _made(self, filing: Filing) -> Attempt:
        doubted = filing.unsure
        try:
            receipt = await self._system.find(filing.key) if doubted else None
            doubted = False
            receipt = receipt or await self._system.report(filing)
        except MeasuringError as error:
            settled = outcomes.of_error(error, filing, doubted=doubted, now=datetime.now(UTC), rng=_CHANCE)
            return Attempt(filing=filing, settled=settled, why=str(error))
        return Attempt(filing=filing, settled=outcomes.of_receipt(receipt))

    def _note(self, made: Attempt) -> None:
        filing, state = made.filing, made.settled.state
        told = {
            "system": self._system.name,
            "report": str(filing.id),
            "month": f"{filing.report.month:%Y-%m}",
            "number": filing.number,
            "attempt": filing.attempt,
        }
        if state is ReportState.SENT:
            log.info("report_sent", **told)
            return
        tell = log.error if state in {ReportState.REFUSED, ReportState.FAILED} else log.warning
        tell(f"report_{state}", **told, why=made.why, code=(made.settled.answered or {}).get("code"))

    async def _draw_up(self) -> float:
        await self.draw_up(datetime.now(VIETNAM).date())
        return DRAW_UP_SECONDS

    async def _send(self) -> float:
        return SEND_SECONDS if await self.send_once() is None else 0.0
