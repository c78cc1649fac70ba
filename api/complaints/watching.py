"""What a worker does for complaints all the time: tell of each time limit that has passed, once."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import structlog

from api.complaints.telling import apologise
from notify.tallies import Tally
from storage.chores import for_ever
from storage.complaints.kinds import Stage
from storage.complaints.watching import overdue, raise_alarms
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

SLICE = 200
"""Time limits that one transaction tells of."""
WATCH_SECONDS = 300.0


OVERDUE = Tally(
    name="tindan_complaints_overdue",
    words="Complaints and suggestions of which a time limit has passed, by what is to be done.",
    label="stage",
    count=overdue,
)


class Watch:
    """Runs beside a worker until it is cancelled. Any number may run.

    Args:
        open_unit: opens a unit of work.
        link_of: returns the address that opens a complaint in the app of whoever filed it.
    """

    def __init__(self, open_unit: Callable[[], UnitOfWork], link_of: Callable[[UUID], str]) -> None:
        self._open_unit, self._link_of = open_unit, link_of

    async def run(self) -> None:
        """Watch for ever."""
        await for_ever("complaints_watch", self.watch_once)

    async def watch_once(self) -> float:
        """Tell of some time limits that have passed; return how many seconds to rest.

        That they were told and the apology are one transaction: nobody gets it twice. Who waits for an answer
        is told once, however often the time moves on and passes again.
        """
        now = datetime.now(UTC)
        async with self._open_unit() as uow:
            passed = await raise_alarms(uow, now=now, limit=SLICE)
            late = [one for one in passed if one.stage is Stage.PROCESS and one.first]
            await apologise(uow, [(one, self._link_of(one.id)) for one in late], now)
            if late:
                uow.hint_after_commit()
            await uow.commit()
        for one in passed:
            log.warning(
                "complaint_overdue",
                stage=one.stage.value,
                complaint_id=str(one.id),
                agency_id=str(one.agency_id),
                due_at=one.due_at.isoformat(),
            )
        return 0.0 if len(passed) == SLICE else WATCH_SECONDS
