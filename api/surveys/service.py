"""Whom a survey waits for, and what is answered, between the API, the page and the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from api.named import Named
from api.problems import FieldError, Problem, pointer_to
from api.surveys.schemas import NewSurveyAnswer, SurveyList, SurveyListed, SurveyShown
from auth.principals import Citizen
from storage.errors import NotFoundError
from storage.surveys import answering, invitations, reading
from storage.surveys.answering import NewAnswer
from storage.surveys.audience import OfDossiers
from storage.surveys.checking import InvalidAnswers
from storage.surveys.errors import AnswerIdReused, SurveyAnswered, SurveyChanged, SurveyNotOpen
from storage.surveys.forms import Fault
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import Platform, Source, Standing
from storage.surveys.reading import SurveyView
from storage.unit_of_work import Reading, UnitOfWork

_REFUSED = {
    SurveyAnswered: "survey-answered",
    AnswerIdReused: "survey-answer-id-reused",
}
_STANDING = {
    Standing.NOT_YET: "survey-not-yet",
    Standing.CLOSED: "survey-closed",
}


async def listed(uow: Reading, citizen: Citizen, locale: str) -> SurveyList:
    """Return the surveys to which the party was invited, and which it has not answered."""
    found = await reading.waiting_for(uow, citizen.party_id, datetime.now(UTC))
    return SurveyList(items=[SurveyListed(**_told(one, locale)) for one in found])


async def shown(uow: Reading, citizen: Citizen, code: str, locale: str) -> SurveyShown:
    """Return a survey with the form in force.

    Raises NotFoundError: there is none, it is a draft, or for others who were invited.
    """
    survey = await reading.find(uow, code)
    invitation = await invitations.of_party(uow, survey.id, citizen.party_id)
    standing = survey.standing(datetime.now(UTC))
    if standing is Standing.DRAFT or not _is_for(survey, invitation):
        raise NotFoundError("survey")
    return SurveyShown(
        **_told(survey, locale),
        state=standing,
        answered=invitation is not None and invitation.answered_on is not None,
        version=survey.version,
        form=dict(survey.form.schema),
    )


async def answer(uow: UnitOfWork, citizen: Citizen, code: str, given: NewSurveyAnswer) -> bool:
    """Keep what the party answers in its app; return whether it was new.

    Raises:
        NotFoundError: there is no such survey for it.
        Problem: as `take`.
    """
    survey = await reading.find(uow, code)
    if survey.platform is not Platform.OWN:
        raise NotFoundError("survey")
    invitation = await invitations.of_party(uow, survey.id, citizen.party_id)
    new = NewAnswer(id=given.id, version=given.version, given=given.answers, source=Source.APP)
    return await take(uow, survey, new, invitation)


async def take(uow: UnitOfWork, survey: SurveyView, new: NewAnswer, invitation: Invitation | None) -> bool:
    """Keep an answer, from the app or a page; return whether it was new.

    Raises:
        NotFoundError: the survey is a draft, or for those who were invited.
        Problem: 409 where it may not be answered (any more), was answered already, or has changed over a day
            ago; 422 naming the questions whose answers do not fit.
    """
    with _refusals():
        return await answering.answer(uow, survey, new, invitation, now=datetime.now(UTC))


def field_errors(faults: Sequence[Fault], *below: object) -> list[FieldError]:
    """Return faults of a form, or of answers to it, by JSON pointers below a place."""
    return [
        FieldError(pointer=pointer_to(*below, *one.where), code=one.code, params=one.params) for one in faults
    ]


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except InvalidAnswers as error:
        raise Problem("validation", 422, errors=field_errors(error.faults, "answers")) from error
    except SurveyNotOpen as error:
        raise Problem(_STANDING[error.standing], 409) from error
    except SurveyChanged as error:
        raise Problem("survey-changed", 409, version=error.version) from error
    except (SurveyAnswered, AnswerIdReused) as error:
        raise Problem(_REFUSED[type(error)], 409) from error


def _is_for(survey: SurveyView, invitation: Invitation | None) -> bool:
    return invitation is not None or not isinstance(survey.audience, OfDossiers)


def _told(survey: SurveyView, locale: str) -> dict[str, Any]:
    return {
        "code": survey.code,
        "title": survey.form.title.in_(locale),
        "agency": Named(code=survey.agency_code, name=survey.agency_name),
        "closes_at": survey.closes_at,
    }
