"""Whom a survey waits for, and what is answered, between the API, the page and the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from api.accesses import AccessNotes
from api.named import Named
from api.problems import FieldError, Problem, pointer_to
from api.surveys.addresses import PageAddresses
from api.surveys.schemas import NewSurveyAnswer, SurveyList, SurveyListed, SurveyShown
from auth.principals import Citizen
from storage.access_log.kinds import ObjectKind
from storage.errors import NotFoundError
from storage.surveys import answering, invitations, reading
from storage.surveys.answering import NewAnswer
from storage.surveys.audience import OfDossiers
from storage.surveys.checking import InvalidAnswers
from storage.surveys.errors import AnswerIdReused, SurveyAnswered, SurveyChanged, SurveyNotOpen
from storage.surveys.forms import Fault
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import Platform, Source, SurveyStanding, SurveyState
from storage.surveys.reading import SurveyView
from storage.unit_of_work import Reading, UnitOfWork

_REFUSED = {
    SurveyAnswered: "survey-answered",
    AnswerIdReused: "survey-answer-id-reused",
}
_STANDING = {
    SurveyStanding.NOT_YET: "survey-not-yet",
    SurveyStanding.CLOSED: "survey-closed",
}


class OwnSurveys:
    """Reads a party's surveys for one request; what is shown to a representative is noted."""

    def __init__(
        self, uow: Reading, citizen: Citizen, accesses: AccessNotes, addresses: PageAddresses, locale: str
    ) -> None:
        self._uow, self._citizen, self._accesses = uow, citizen, accesses
        self._addresses, self._locale = addresses, locale

    async def waiting(self) -> SurveyList:
        """Return the surveys to which the party was invited, and which it has not answered."""
        self._accesses.saw(ObjectKind.SURVEYS)
        found = await reading.waiting_for(self._uow, self._citizen.party_id, datetime.now(UTC))
        return SurveyList(items=[SurveyListed(**_told(one, self._locale)) for one in found])

    async def one(self, code: str) -> SurveyShown:
        """Return a survey with the form in force. Raises NotFoundError as `found`."""
        survey, invitation = await found(self._uow, self._citizen, code)
        self._accesses.saw(ObjectKind.SURVEY, survey.id)
        return SurveyShown(
            **_told(survey, self._locale),
            state=survey.standing(datetime.now(UTC)),
            answered=invitation is not None and invitation.answered_on is not None,
            version=survey.version,
            form=dict(survey.form.schema),
            page=self._page(survey, invitation),
        )

    def _page(self, survey: SurveyView, invitation: Invitation | None) -> str:
        if invitation is None:
            return self._addresses.of(survey.code)
        return self._addresses.personal(survey.code, survey.version, invitation.ref, invitation.invited_on)


async def found(uow: Reading, citizen: Citizen, code: str) -> tuple[SurveyView, Invitation | None]:
    """Return a survey that a party may read, and its invitation if it has one.

    Raises NotFoundError: there is none, it is a draft, or for others who were invited.
    """
    # The invitation first: a survey for others costs as many statements as none.
    invitation = await invitations.of_party(uow, code, citizen.party_id)
    survey = await reading.find(uow, code)
    meant = invitation is not None or not isinstance(survey.audience, OfDossiers)
    if survey.state is SurveyState.DRAFT or not meant:
        raise NotFoundError("survey")
    return survey, invitation


async def answer(
    uow: UnitOfWork, survey: SurveyView, invitation: Invitation | None, given: NewSurveyAnswer
) -> bool:
    """Keep what a party answers in its app; return whether it was new. Raises as `take`."""
    if survey.platform is not Platform.OWN:
        raise Problem("survey-elsewhere", 409)
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


def _told(survey: SurveyView, locale: str) -> dict[str, Any]:
    return {
        "code": survey.code,
        "title": survey.form.title.in_(locale),
        "agency": Named(code=survey.agency_code, name=survey.agency_name),
        "closes_at": survey.closes_at,
    }
