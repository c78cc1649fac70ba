"""What a worker does for ratings all the time: ask who may rate, and mix what tells of when."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from notify.announce import Notice, announce
from notify.categories import Category
from storage.chores import for_ever
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.ratings import inviting, keys, mixing
from storage.ratings.inviting import Ended
from storage.unit_of_work import UnitOfWork

SLICE = 200
"""Parties that are asked by one transaction."""
ASK_SECONDS = 300.0
MIX_SECONDS = 3600.0


class Watch:
    """Runs beside a worker until it is cancelled. Any number may run."""

    def __init__(self, open_unit: Callable[[], UnitOfWork], calendar: WorkingCalendar) -> None:
        self._open_unit, self._calendar = open_unit, calendar

    async def run(self) -> None:
        """Watch for ever."""
        await asyncio.gather(for_ever("ratings_ask", self._ask), for_ever("ratings_mix", self._mix))

    async def ask_once(self) -> int:
        """Ask the parties of up to `SLICE` dossiers to rate; return how many dossiers were due.

        Notice and invitation are one transaction: nobody is asked who may not rate, nor twice.
        """
        now = datetime.now(UTC)
        async with self._open_unit() as uow:
            found = await inviting.due(uow, now=now, calendar=self._calendar, limit=SLICE)
            missing = await keys.missing(uow, {one.group for one in found})
        drawn = [await asyncio.to_thread(keys.draw, group) for group in missing]
        async with self._open_unit() as uow:
            await keys.keep(uow, drawn)
            invited = await inviting.invite(uow, found, today=now.astimezone(VIETNAM).date())
            await announce(uow, _notices(invited), now)
            uow.hint_after_commit()
            await uow.commit()
        return len(found)

    async def mix_once(self) -> int:
        """Mix every group in which something came; return how many."""
        async with self._open_unit() as uow:
            due = await mixing.due(uow)
        for group in due:
            for table in mixing.TABLES:
                async with self._open_unit() as uow:
                    await mixing.mix(uow, group, table)
                    await uow.commit()
        return len(due)

    async def _ask(self) -> float:
        return 0.0 if await self.ask_once() == SLICE else ASK_SECONDS

    async def _mix(self) -> float:
        await self.mix_once()
        return MIX_SECONDS


def _notices(invited: Sequence[Ended]) -> list[Notice]:
    return [
        Notice(
            party_id=one.party_id,
            agency_id=one.agency_id,
            category=Category.RATING_REQUEST,
            dossier_id=one.dossier_id,
            params={
                "dossier_code": one.code,
                "procedure_name": one.procedure_name or one.procedure_code,
                "agency_name": one.agency_name,
                "occurred_at": one.ended_at.isoformat(),
            },
        )
        for one in invited
    ]
