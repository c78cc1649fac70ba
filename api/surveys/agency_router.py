"""`/v1/agency/surveys`: by agencies."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api import limits
from api.dependencies import AllServices, Locale, Read, Uow, get_agency
from api.limits import Limit
from api.paging import PageQuery
from api.surveys import agency_service as service
from api.surveys.agency_schemas import (
    AgencySurvey,
    AgencySurveyPage,
    AgencySurveyShown,
    SurveyOpening,
    SurveySummary,
)
from api.surveys.schemas import SurveyCode
from api.surveys.tables import Format
from api.text import Clean
from auth.agencies import Scope
from auth.principals import AgencyCaller

EXPORTED = Limit(name="survey-exports", burst=10, every=timedelta(minutes=1))
"""Of one client: each may send a million rows."""
Asking = Annotated[AgencyCaller, Depends(get_agency(Scope.SURVEYS))]
Known = Annotated[str, Path(max_length=64), Clean]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such survey, or it is another agency's"}
}
FEW: dict[int | str, dict[str, Any]] = {
    **MISSING,
    409: {"description": "Fewer than five have answered: each might be guessed"},
    429: {"description": "Asked for too often: `Retry-After` and `RateLimit` say until when"},
}
router = APIRouter(prefix="/v1/agency/surveys", tags=["agency"])


def get_base(services: AllServices) -> str:
    """Return where the API is reached from outside."""
    return services.settings.notify.require_public_url()


Base = Annotated[str, Depends(get_base)]


@router.get("", summary="Our surveys")
async def list_surveys(
    query: Annotated[PageQuery, Query()], caller: Asking, reading: Read, locale: Locale
) -> AgencySurveyPage:
    """List the surveys of all agencies for which the caller may speak, by their codes."""
    return await service.listed(reading, caller, query, locale)


@router.put(
    "/{code}",
    summary="Make a survey, or change it",
    responses={
        201: {"model": AgencySurveyShown, "description": "It was not there before"},
        409: {"description": "The code is another agency's, or what may not change was to change"},
        422: {"description": "The form or something else can not be used; `errors` says what, by pointers"},
    },
)
async def put_survey(
    code: Annotated[SurveyCode, Path()],
    given: AgencySurvey,
    *,
    caller: Asking,
    uow: Uow,
    base: Base,
    response: Response,
) -> AgencySurveyShown:
    """Keep a survey as it is given; a form that changed is a new version.

    A new one is a draft until it is opened. Whoever has begun to answer the version before may do so for
    another 24 hours. In whose name it is, where it is answered, and whether everybody may answer stay once it
    was opened.
    """
    published = await service.put(uow, caller, code, given)
    response.status_code = 201 if published.made else 200
    return await service.shown(uow, caller, code, "vi", base=base)


@router.get("/{code}", summary="One of our surveys", responses=MISSING)
async def read_survey(
    code: Known, caller: Asking, reading: Read, base: Base, locale: Locale
) -> AgencySurveyShown:
    """Return a survey with the form in force, and how many were invited and have answered."""
    return await service.shown(reading, caller, code, locale, base=base)


@router.post("/{code}/opening", summary="Open a survey", responses=MISSING)
async def open_survey(
    code: Known, given: SurveyOpening, caller: Asking, uow: Uow, base: Base
) -> AgencySurveyShown:
    """Let a survey be answered, now or from a later moment on; also one that was closed."""
    await service.open_(uow, caller, code, given)
    return await service.shown(uow, caller, code, "vi", base=base)


@router.post("/{code}/closing", summary="Close a survey", responses=MISSING)
async def close_survey(code: Known, caller: Asking, uow: Uow, base: Base) -> AgencySurveyShown:
    """Let a survey be answered no more."""
    await service.close(uow, caller, code)
    return await service.shown(uow, caller, code, "vi", base=base)


@router.get("/{code}/summary", summary="What was answered, in numbers", responses=MISSING)
async def summarise(
    code: Known,
    caller: Asking,
    services: AllServices,
    locale: Locale,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only answers to this one")] = None,
) -> SurveySummary:
    """Count the answers to each question; of fewer than five nothing is told.

    Without `version` all answers count that fit the form in force.
    """
    return await service.summary(services.reading, caller, code, version, locale)


class Export:
    """Sends the answers to a survey of the caller's."""

    def __init__(self, request: Request, code: Known, caller: Asking, services: AllServices) -> None:
        self._request, self._code, self._caller, self._services = request, code, caller, services

    async def send(self, kind: Format) -> Response:
        """Send all of them, as they are read. Raises NotFoundError and Problem before the first byte."""
        async with self._services.reading() as reading:
            survey = await service.exportable(reading, self._caller, self._code)
        await limits.charge(self._request, self._services, EXPORTED, self._caller.client_id)
        content = await service.exported(self._services.reading, survey, kind)
        headers = {
            "cache-control": "private, no-store",
            "content-disposition": f'attachment; filename="{self._code}.{kind}"',
        }
        return StreamingResponse(content, media_type=kind.media_type, headers=headers)


@router.get(
    "/{code}/answers.csv",
    summary="All answers, as CSV",
    response_class=Response,
    responses={**FEW, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def as_csv(export: Annotated[Export, Depends()]) -> Response:
    """Send all answers as a table (RFC 4180, UTF-8, with a header), in no order that tells anything.

    No line names anybody. Agency, procedure and month are empty where fewer than five share them.
    """
    return await export.send(Format.CSV)


@router.get(
    "/{code}/answers.jsonl",
    summary="All answers, as JSON Lines",
    response_class=Response,
    responses={**FEW, 200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
async def as_jsonl(export: Annotated[Export, Depends()]) -> Response:
    """Send all answers as lines of JSON, in no order that tells anything; else as the table."""
    return await export.send(Format.JSONL)
