"""`/v1/surveys`: by whoever answers them."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api import conditional, limits
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.limits import Limit
from api.step_up import require_for
from api.surveys import service
from api.surveys.addresses import PageAddresses
from api.surveys.keys import page_links
from api.surveys.schemas import KeptSurveyAnswer, NewSurveyAnswer, SurveyList, SurveyShown
from api.text import Clean
from auth.step_up import Purpose

ANSWERED = Limit(name="survey-answers", burst=30, every=timedelta(seconds=20))
"""Of one party: open surveys are answered any number of times."""
Code = Annotated[str, Path(max_length=64), Clean]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is none, or it is for others who were invited"}
}
ANSWERING: dict[int | str, dict[str, Any]] = {
    200: {"model": KeptSurveyAnswer, "description": "A repeat: it was kept before"},
    409: {
        "description": "It may not be answered now, was answered already, or its form was replaced over a "
        "day ago: nothing is kept, and `type` says which"
    },
    422: {"description": "Answers do not fit the form; `errors` names each by a pointer"},
    429: {"description": "Answered too often: `Retry-After` and `RateLimit` say until when"},
}


async def get_own(
    citizen: CurrentParty, accesses: Accesses, reading: Read, services: AllServices, locale: Locale
) -> service.OwnSurveys:
    """Return what reads a party's surveys for this request."""
    addresses = PageAddresses(
        base=services.settings.notify.require_public_url(), keys=page_links(services.slip_keys.keys)
    )
    return service.OwnSurveys(reading, citizen, accesses, addresses, locale)


Own = Annotated[service.OwnSurveys, Depends(get_own)]
router = APIRouter(
    prefix="/v1/surveys",
    tags=["citizen"],
    dependencies=[Depends(require_supported_app), Depends(require_for(Purpose.LOOK_UP))],
)


@router.get(
    "",
    summary="Surveys that wait for my answers",
    response_model=SurveyList,
    responses=conditional.NOT_MODIFIED,
)
async def list_surveys(request: Request, own: Own, locale: Locale) -> Response:
    """List the open surveys to which the caller was invited and has not answered, the latest first."""
    return conditional.answer(request, await own.waiting(), locale)


@router.get(
    "/{code}",
    summary="A survey with its form",
    response_model=SurveyShown,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def read_survey(request: Request, code: Code, own: Own, locale: Locale) -> Response:
    """Return the form in force, as a JSON Schema, and whether it may be answered now.

    Show questions in the order of `x-order`. A survey for everybody is found by whoever has its code.
    """
    return conditional.answer(request, await own.one(code), locale)


class Answering:
    """Keeps what a party answers."""

    def __init__(self, request: Request, citizen: CurrentParty, uow: Uow, services: AllServices) -> None:
        self._request, self._citizen, self._uow, self._services = request, citizen, uow, services

    async def take(self, code: str, given: NewSurveyAnswer) -> bool:
        """Keep an answer; return whether it was new. Raises NotFoundError and Problem."""
        async with self._services.reading() as reading:
            survey, invitation = await service.found(reading, self._citizen, code)
        await limits.charge(self._request, self._services, ANSWERED, str(self._citizen.party_id))
        return await service.answer(self._uow, survey, invitation, given)


@router.post(
    "/{code}/answers",
    status_code=201,
    summary="Answer a survey",
    responses={**MISSING, **ANSWERING},
)
async def answer_survey(
    code: Code, given: NewSurveyAnswer, answering: Annotated[Answering, Depends()], response: Response
) -> KeptSurveyAnswer:
    """Keep an answer, which says nothing of whose it is; that the caller has answered is kept apart.

    It names the version of the form that was answered. Where the form was replaced meanwhile it is taken for
    another 24 hours; later read the survey again.
    """
    if not await answering.take(code, given):
        response.status_code = 200
    return KeptSurveyAnswer(id=given.id)
