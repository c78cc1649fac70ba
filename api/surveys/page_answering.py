"""What was sent with a survey's page is kept, or shown again: what is typed is never lost."""

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from fastapi import Response

from api.limits import Spent
from api.problems import Problem
from api.services import Services
from api.surveys import page_sheets, service
from api.surveys.keys import page_links, sheet_keys
from api.surveys.page_fields import Typed, answers_of, wrong_of
from api.surveys.page_sheets import Sheet
from api.surveys.page_showing import Filled, Showing
from api.surveys.page_texts import ERRORS
from api.surveys.page_visit import Stopped, Visit, find, require_open
from storage.errors import NotFoundError
from storage.surveys import reading
from storage.surveys.answering import NewAnswer
from storage.surveys.kinds import Platform, Source
from storage.surveys.links import ExpiredLink, ForgedLink
from storage.unit_of_work import UnitOfWork, transact

SHEET = "sheet"
"""The hidden field with what `page_sheets` signed."""
_TOLD = {
    "survey-answered": "answered",
    "survey-answer-id-reused": "sent_before",
    "survey-closed": "closed",
    "survey-not-yet": "not_yet",
}


class Answering:
    """One form that was sent."""

    def __init__(self, services: Services, showing: Showing, given: Typed) -> None:
        self._services, self._showing, self._given = services, showing, given
        self._now = datetime.now(UTC)
        self._links, self._sheets = (make(services.slip_keys.keys) for make in (page_links, sheet_keys))

    async def keep(self, *, own: bool) -> Response:
        """Keep it and lead to the thanks; else show what the reader can do.

        Args:
            own: it was sent from a page of ours, as far as the browser tells.
        """
        try:
            visit = await self._find()
        except Stopped as stopped:
            return self._showing.stopped(stopped)
        if visit.survey.platform is not Platform.OWN:
            return self._showing.opening()
        sheet = self._sheet(visit)
        if sheet is None or not own:
            return self._again(visit, "again", status=HTTPStatus.FORBIDDEN)
        try:
            await transact(self._services.unit_of_work, partial(self._take, visit=visit, sheet=sheet))
        except Problem as problem:
            return self._objected(problem, visit, sheet)
        return self._showing.thanks()

    async def refused(self, spent: Spent) -> Response:
        """Show the form again to who has sent too many."""
        try:
            visit = await self._find()
            require_open(visit, now=self._now)
        except Stopped as stopped:
            return self._showing.stopped(stopped)
        shown = self._again(
            visit, "busy", status=HTTPStatus.TOO_MANY_REQUESTS, seconds=max(1, spent.retry_after)
        )
        shown.headers.update(spent.headers())
        return shown

    async def _find(self) -> Visit:
        async with self._services.reading() as source:
            return await find(source, self._links, self._showing.link, now=self._now)

    def _sheet(self, visit: Visit) -> Sheet | None:
        """Return the sheet that came back; none where it is not one of ours, or an old one."""
        text = "".join(self._given.get(SHEET, ())[-1:])
        try:
            return page_sheets.read(self._sheets, text, visit.survey, visit.invitation, now=self._now)
        except (ForgedLink, ExpiredLink):
            return None

    async def _take(self, uow: UnitOfWork, visit: Visit, sheet: Sheet) -> bool:
        try:
            form = (await reading.version_of(uow, visit.survey.id, sheet.version)).form
        except NotFoundError:
            form = visit.survey.form
        new = NewAnswer(
            id=sheet.answer_id,
            version=sheet.version,
            given=answers_of(form, self._given),
            source=Source.PAGE,
        )
        return await service.take(uow, visit.survey, new, visit.invitation)

    def _objected(self, problem: Problem, visit: Visit, sheet: Sheet) -> Response:
        if problem.kind in _TOLD:
            return self._showing.told(_TOLD[problem.kind], status=HTTPStatus.CONFLICT, survey=visit.survey)
        if problem.kind == "survey-changed" or sheet.version != visit.survey.version:
            return self._again(visit, "changed", status=HTTPStatus.CONFLICT)
        locale = self._showing.locale
        return self._form(
            visit,
            Filled(
                answers=answers_of(visit.survey.form, self._given),
                wrong=wrong_of(problem.errors, ERRORS[locale], locale),
                status=problem.status,
            ),
        )

    def _again(self, visit: Visit, note: str, *, status: int, **named: object) -> Response:
        """Show the form in force, filled with what there is a place for of what was typed."""
        answers = answers_of(visit.survey.form, self._given)
        return self._form(visit, Filled(answers=answers, note=note, named=named, status=status))

    def _form(self, visit: Visit, filled: Filled) -> Response:
        sheet = page_sheets.draw(self._sheets, visit.survey, visit.invitation, now=self._now)
        return self._showing.form(visit, sheet, filled)
