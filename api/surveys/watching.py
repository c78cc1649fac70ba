"""What a worker does for surveys all the time: invite those for whom they are."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from api.surveys.addresses import PageAddresses
from notify.announce import Notice, announce
from notify.categories import Category
from storage.chores import for_ever
from storage.dossiers.working_days import VIETNAM
from storage.surveys import inviting, reading
from storage.surveys.inviting import Invited
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

SLICE = 200
"""Parties that are invited by one transaction."""
REST_SECONDS = 600.0


class Watch:
    """Runs beside a worker until it is cancelled. Any number may run."""

    def __init__(self, open_unit: Callable[[], UnitOfWork], addresses: PageAddresses) -> None:
        self._open_unit, self._addresses = open_unit, addresses

    async def run(self) -> None:
        """Watch for ever."""
        await for_ever("surveys_invite", self._round)

    async def _round(self) -> float:
        return 0.0 if await self.invite_once() else REST_SECONDS

    async def invite_once(self) -> int:
        """Invite up to `SLICE` parties to each open survey of dossiers; return how many were invited.

        Notice and invitation are one transaction: nobody is told of a survey without having been invited.
        """
        async with self._open_unit() as uow:
            surveys = await reading.inviting(uow, datetime.now(UTC))
        return sum([await self._invite(survey) for survey in surveys])

    async def _invite(self, survey: SurveyView) -> int:
        now = datetime.now(UTC)
        async with self._open_unit() as uow:
            invited = await inviting.invite(uow, survey, now=now, limit=SLICE)
            await announce(uow, self._notices(survey, invited, now.astimezone(VIETNAM).date()), now)
            uow.hint_after_commit()
            await uow.commit()
        return len(invited)

    def _notices(self, survey: SurveyView, invited: Sequence[Invited], today: date) -> list[Notice]:
        # Without the dossier: addresses that came with it are for carrying out its procedure, and no survey.
        return [
            Notice(
                party_id=one.party_id,
                agency_id=survey.agency_id,
                category=Category.RATING_REQUEST,
                params={
                    "survey": "invited",
                    "agency_name": survey.agency_name,
                    "link": self._addresses.personal(survey.code, survey.version, one.ref, today),
                },
            )
            for one in invited
        ]
