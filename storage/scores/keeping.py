"""What a worker does for the scores all the time: measures what has ended or changed since."""

from collections.abc import Callable
from datetime import timedelta

from storage.chores import for_ever
from storage.dossiers.working_days import WorkingCalendar
from storage.horizon import SETTLED
from storage.scores import marking
from storage.scores.writing import measure_dossiers
from storage.unit_of_work import UnitOfWork

SLICE = 500
BREATH_SECONDS = 0.05
"""Between slices, while there are more: notices of the same process go first."""
REST_SECONDS = 600.0


class Keeper:
    """Runs beside a worker until it is cancelled. Any number may run: they take turns.

    Args:
        open_unit: opens a unit of work for each slice.
        calendar: the working days by which waits are deducted.
        settled: see `storage.scores.marking.due`.
        limit: the most dossiers of a slice.
    """

    def __init__(
        self,
        open_unit: Callable[[], UnitOfWork],
        calendar: WorkingCalendar,
        *,
        settled: timedelta = SETTLED,
        limit: int = SLICE,
    ) -> None:
        self._open_unit, self._calendar = open_unit, calendar
        self._settled, self._limit = settled, limit

    async def run(self) -> None:
        """Measure for ever."""
        await for_ever("scores", self._slice)

    async def run_once(self) -> bool:
        """Measure a slice, and tell whether there may be more."""
        async with self._open_unit() as uow:
            mark = await marking.hold(uow)
            due = await marking.due(uow, mark, limit=self._limit, settled=self._settled)
            if due.ids:
                await measure_dossiers(uow, due.ids, self._calendar)
            if due.mark != mark:
                await marking.move(uow, due.mark)
            await uow.commit()
        return due.more

    async def _slice(self) -> float:
        return BREATH_SECONDS if await self.run_once() else REST_SECONDS
