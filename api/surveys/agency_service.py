"""What agencies do with their surveys; each query is held to those for which the caller may speak."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from api.bilingual import Words
from api.named import Named
from api.paging import Mark, PageQuery, cut
from api.problems import Problem
from api.surveys import drafting, tables
from api.surveys.addresses import page_of
from api.surveys.agency_schemas import (
    AgencySurvey,
    AgencySurveyListed,
    AgencySurveyPage,
    AgencySurveyShown,
    AudienceShown,
    ChoiceSum,
    QuestionSummary,
    SurveyOpening,
    SurveySummary,
)
from api.text import Clean
from auth.principals import AgencyCaller
from storage.agencies import speaking
from storage.surveys import exporting, publishing, reading, summing
from storage.surveys.errors import TooFewAnswers
from storage.surveys.forms import Question, QuestionKind
from storage.surveys.kinds import FEWEST
from storage.surveys.publishing import Published
from storage.surveys.reading import SurveyView
from storage.surveys.summing import QuestionSum
from storage.unit_of_work import Reading, UnitOfWork

_YES_NO = {"true": Words("Có", "Yes"), "false": Words("Không", "No")}


class _After(Mark):
    """The survey with which a page ended."""

    code: Annotated[str, Clean]


async def put(uow: UnitOfWork, caller: AgencyCaller, code: str, given: AgencySurvey) -> Published:
    """Make a survey of the caller's, or change it. Raises Problem as `drafting.publish`."""

    async def find(agency_code: str) -> UUID | None:
        agency = await speaking.issuer(uow, caller.agency_id, agency_code)
        return agency.id if agency else None

    own = await speaking.itself(uow, caller.agency_id)
    return await drafting.publish(uow, code, given, find, own.id if own else None, by=caller.agency_id)


async def open_(uow: UnitOfWork, caller: AgencyCaller, code: str, given: SurveyOpening) -> None:
    """Let a survey of the caller's be answered. Raises NotFoundError, and Problem as `drafting.open_`."""
    await drafting.open_(uow, code, given, by=caller.agency_id)


async def close(uow: UnitOfWork, caller: AgencyCaller, code: str) -> None:
    """Let a survey of the caller's be answered no more. Raises NotFoundError."""
    await publishing.close(uow, code, now=datetime.now(UTC), by=caller.agency_id)


async def listed(uow: Reading, caller: AgencyCaller, asked: PageQuery, locale: str) -> AgencySurveyPage:
    """Return surveys of the caller's. Raises Problem for a cursor that is none."""
    after = _After.decode(asked.cursor, parameter="cursor").code if asked.cursor else ""
    found = await reading.spoken_for_by(uow, caller.agency_id, after=after, limit=asked.limit + 1)
    page, more = cut(found, asked.limit)
    return AgencySurveyPage(
        items=[_listed(one, locale) for one in page],
        next_cursor=_After(code=page[-1].code).encode() if more else None,
    )


async def shown(
    uow: Reading, caller: AgencyCaller, code: str, locale: str, *, base: str
) -> AgencySurveyShown:
    """Return a survey of the caller's, whose page is below `base`. Raises NotFoundError."""
    survey = await reading.find_spoken_for(uow, caller.agency_id, code)
    counts = await summing.counts(uow, survey.id)
    audience = survey.audience.as_json() | {"agency_code": survey.audience_code}
    return AgencySurveyShown(
        **_listed(survey, locale).model_dump(),
        audience=AudienceShown.model_validate(audience),
        form=dict(survey.form.schema),
        made_at=survey.made_at,
        invited=counts.invited,
        answers=counts.answers,
        page=page_of(base, survey.code),
    )


async def summary(
    open_reading: Callable[[], Reading], caller: AgencyCaller, code: str, version: int | None, locale: str
) -> SurveySummary:
    """Return what was answered to a survey of the caller's, of one version alone if one is given.

    Raises NotFoundError, as well for a version that never was.
    """
    async with open_reading() as uow:
        survey = await reading.find_spoken_for(uow, caller.agency_id, code)
        asked = await reading.version_of(uow, survey.id, version or survey.version)
        counts = await summing.counts(uow, survey.id)
    sums = await summing.summary(open_reading, survey.id, asked.form, version=version)
    return SurveySummary(
        version=asked.version,
        invited=counts.invited,
        answers=counts.answers,
        suppressed=sums is None,
        questions=None if sums is None else [_summary(one, locale) for one in sums],
    )


async def exportable(uow: Reading, caller: AgencyCaller, code: str) -> SurveyView:
    """Return a survey of the caller's whose answers may be handed out.

    Raises NotFoundError, and Problem (409) where so few have answered that each might be guessed.
    """
    survey = await reading.find_spoken_for(uow, caller.agency_id, code)
    try:
        await exporting.require_enough(uow, survey.id)
    except TooFewAnswers as error:
        raise Problem("too-few-answers", 409, least=FEWEST) from error
    return survey


async def exported(
    open_reading: Callable[[], Reading], survey: SurveyView, kind: tables.Format
) -> AsyncIterator[bytes]:
    """Return all answers to a survey, as they are read: see `exporting.slices`."""
    async with open_reading() as uow:
        forms = await reading.forms_of(uow, survey.id)
    return tables.written(kind, forms, exporting.slices(open_reading, survey.id))


def _listed(survey: SurveyView, locale: str) -> AgencySurveyListed:
    return AgencySurveyListed(
        code=survey.code,
        title=survey.form.title.in_(locale),
        agency=Named(code=survey.agency_code, name=survey.agency_name),
        state=survey.standing(datetime.now(UTC)),
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        platform=survey.platform,
        version=survey.version,
    )


def _summary(one: QuestionSum, locale: str) -> QuestionSummary:
    choices = one.choices and [
        ChoiceSum(code=code, name=_name(one.question, code, locale), count=count)
        for code, count in one.choices.items()
    ]
    return QuestionSummary(
        name=one.question.name,
        title=one.question.title.in_(locale),
        kind=one.question.kind,
        answered=one.answered,
        choices=choices or None,
    )


def _name(question: Question, code: str, locale: str) -> str:
    if question.kind is QuestionKind.YES_NO:
        return _YES_NO[code].en if locale == "en" else _YES_NO[code].vi
    titles = {option.code: option.title.in_(locale) for option in question.options}
    return titles.get(code, code)
