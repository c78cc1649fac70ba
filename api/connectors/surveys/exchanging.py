"""Tells a platform which surveys it is to show, and fetches what was answered there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from api.connectors.surveys.port import (
    AnswersPage,
    OutgoingSurvey,
    PlatformRefused,
    PlatformUnreachable,
    SurveyPlatform,
)
from api.connectors.surveys.settling import settled
from storage.engine import UNAVAILABLE
from storage.surveys import external, reading
from storage.surveys.kinds import Platform, Source, SurveyStanding
from storage.surveys.reading import SurveyView
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

REST_SECONDS = 60.0
FIRST_TROUBLE_SECONDS = 60.0
LONGEST_TROUBLE_SECONDS = 900.0
MOST_PAGES = 100
"""Of one survey in one round, so that the others have their turn."""
FETCHED_FOR = timedelta(days=7)
"""After a survey's end: what was answered before it may be told later."""


class Exchange:
    """Runs beside a worker until it is cancelled. Any number may run: what is done twice is done once.

    A platform that does not answer is left alone for a minute, and for twice as long each time, up to a
    quarter of an hour.
    """

    def __init__(
        self, open_unit: Callable[[], UnitOfWork], platform: SurveyPlatform, *, name: Platform
    ) -> None:
        self._open_unit, self._platform = open_unit, platform
        self._name, self._source = name, Source(name.value)
        self._trouble = FIRST_TROUBLE_SECONDS
        self._at = ""

    async def run(self) -> None:
        """Exchange for ever."""
        try:
            while True:
                rest = await self.round_off()
                await asyncio.sleep(rest)
        finally:
            await self._platform.close()

    async def round_off(self) -> float:
        """Do a round, whatever becomes of it; return how many seconds to rest."""
        try:
            rest = await self.once()
        except (PlatformUnreachable, *UNAVAILABLE) as error:
            log.warning("surveys_exchange_unreachable", error=type(error).__name__, word=str(error))
        except Exception:
            log.exception("surveys_exchange_failed")
        else:
            self._trouble = FIRST_TROUBLE_SECONDS
            return rest
        rest, self._trouble = self._trouble, min(2 * self._trouble, LONGEST_TROUBLE_SECONDS)
        return rest

    async def once(self) -> float:
        """Publish what is to be shown and fetch what is there; return how many seconds to rest.

        What the platform refuses of one survey holds up no other, and after trouble with one the next round
        begins behind it. Raises PlatformUnreachable.
        """
        now = datetime.now(UTC)
        async with self._open_unit() as uow:
            surveys = await reading.on_platform(uow, self._name)
        left = False
        for survey in sorted(surveys, key=lambda one: (one.code <= self._at, one.code)):
            self._at = survey.code
            try:
                external_id = await self._shown(survey, now)
                if external_id and (survey.closes_at is None or now < survey.closes_at + FETCHED_FOR):
                    left |= await self._fetch(survey, external_id)
            except PlatformRefused as error:
                log.warning("survey_refused", survey=survey.code, word=str(error))
        self._at = ""
        return 0.0 if left else REST_SECONDS

    async def _shown(self, survey: SurveyView, now: datetime) -> str | None:
        """Return what the platform calls a survey, once it shows the version in force."""
        current = survey.external_version == survey.version
        if current or survey.standing(now) not in {SurveyStanding.OPEN, SurveyStanding.NOT_YET}:
            return survey.external_id
        outgoing = OutgoingSurvey(code=survey.code, version=survey.version, form=survey.form)
        external_id = await self._platform.publish(outgoing)
        async with self._open_unit() as uow:
            await external.shown(uow, survey, external_id)
            await uow.commit()
        log.info("survey_published", survey=survey.code, version=survey.version)
        return external_id

    async def _fetch(self, survey: SurveyView, external_id: str) -> bool:
        """Fetch the answers to one survey; return whether there are more, after some that were new.

        Where none was new there may be no end to them: pages can lead in a circle.
        """
        kept = 0
        for _ in range(MOST_PAGES):
            page = await self._platform.answers(external_id, survey.external_cursor)
            kept += await self._keep(survey, page)
            if not page.more:
                return False
            if page.cursor == survey.external_cursor:
                raise PlatformRefused("a page that leads to itself")
            survey = replace(survey, external_cursor=page.cursor)
        return kept > 0

    async def _keep(self, survey: SurveyView, page: AnswersPage) -> int:
        """Keep what is new of a page; return how many answers that are."""
        in_time = settled(page.answers, closes_at=survey.closes_at)
        async with self._open_unit() as uow:
            taken = await external.take(uow, survey, self._source, in_time, cursor=page.cursor)
            await uow.commit()
        late = len(page.answers) - len(in_time)
        if late or taken.refused or page.unreadable:
            log.warning(
                "survey_answers_left_out",
                survey=survey.code,
                late=late,
                refused=len(taken.refused),
                unreadable=page.unreadable,
            )
        return taken.kept
