"""The report of each day is made once the day is over, and all that is old is cleared away."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import structlog

from storage.chores import for_ever
from storage.dossiers.working_days import VIETNAM
from storage.portal_pulls import strays
from storage.reconciliation import days
from storage.reconciliation.figures import gather
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)

LOOK_SECONDS = 600.0
MADE_UP_FOR = 7
"""So many days back are made up for that nobody was there to report."""
SETTLED = timedelta(minutes=15)
"""After midnight: what was begun before it is over by then."""


class DayKeeper:
    """Runs beside a worker until it is cancelled. Any number may run: a day is reported once.

    Also where there is no portal: what agencies push is reported too.
    """

    def __init__(self, open_unit: Callable[[], UnitOfWork], open_reading: Callable[[], Reading]) -> None:
        self._open_unit, self._open_reading = open_unit, open_reading

    async def run(self) -> None:
        """Report for ever."""
        await for_ever("sync_days", self._keep_up)

    async def make(self, now: datetime) -> list[date]:
        """Make the reports that are missing of the last days that are over; return which."""
        last = (now - SETTLED).astimezone(VIETNAM).date() - timedelta(days=1)
        async with self._open_reading() as reading:
            wanted = await days.missing(reading, last - timedelta(days=MADE_UP_FOR - 1), last)
        return [day for day in wanted if await self._made(day, now)]

    async def sweep(self, now: datetime) -> None:
        """Clear away all that is over for longer than it is kept, some of it in each transaction."""
        for one in (days.sweep, strays.sweep):
            more = True
            while more:
                async with self._open_unit() as uow:
                    more = await one(uow, now)
                    await uow.commit()

    async def _made(self, day: date, now: datetime) -> bool:
        told = await gather(self._open_reading, day)
        async with self._open_unit() as uow:
            kept = await days.keep(uow, day, told, now)
            await uow.commit()
        if kept:
            log.info("sync_day_reported", day=f"{day:%Y-%m-%d}", agencies=len(told))
        return kept

    async def _keep_up(self) -> float:
        now = datetime.now(UTC)
        await self.make(now)
        await self.sweep(now)
        return LOOK_SECONDS
