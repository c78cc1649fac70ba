"""`/v1/agency/result-requests` and `/v1/agency/result-store`: agencies ask, and fetch what was granted."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api import downloads, limits, openapi
from api.dependencies import AllServices, Locale, Read, get_agency
from api.limits import Limit
from api.reuse import asking, national, serving
from api.reuse.agency_schemas import EXAMPLE, GrantedResults, NewResultRequest, ResultRequest
from api.reuse.asking import Desk
from api.reuse.national_schemas import NATIONAL_EXAMPLE, ResultQuery, ResultsFound
from api.reuse.serving import LISTED
from api.services import Services
from auth.agencies import Scope
from auth.principals import AgencyCaller
from storage.unit_of_work import UnitOfWork, transact
from storage.vault.kinds import FileRole
from storage.vault.opening import OpenFile

router = APIRouter(prefix="/v1/agency", tags=["agency"])
Reusing = Annotated[AgencyCaller, Depends(get_agency(Scope.REUSE))]
ASKED = Limit(name="result-requests", burst=600, every=timedelta(milliseconds=100))
"""Of one client: ten a second in the long run."""
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "No grant stands: it is asked, declined, over or withdrawn, or another agency's"}
}
REFUSED: dict[int | str, dict[str, Any]] = {
    200: {"model": ResultRequest, "description": "A repeat"},
    403: {"description": "The caller may not speak for the agency, or the dossier, that is named"},
    409: {"description": "The source id was used for another request, which `existing_id` names"},
    429: {"description": "Asked too often, of this owner or of all: `Retry-After` says until when"},
}


class Files:
    """Sends files that were granted."""

    def __init__(self, request: Request, caller: Reusing, services: AllServices) -> None:
        self._request, self._caller, self._services = request, caller, services

    async def send(self, request_id: UUID, document_id: UUID, role: FileRole) -> Response:
        """Send a file, or the part of it that is asked for. Raises NotFoundError, Problem and others."""
        # Over before the first byte is read: downloads are long, connections few.
        work = partial(self._open, request_id=request_id, document_id=document_id, role=role)
        found = await transact(self._services.unit_of_work, work)
        return await downloads.send(self._request, self._services, found)

    async def _open(
        self, uow: UnitOfWork, *, request_id: UUID, document_id: UUID, role: FileRole
    ) -> OpenFile:
        return await serving.file(
            uow,
            self._caller,
            request_id,
            document_id,
            role,
            settings=self._services.settings.notify,
            now=datetime.now(UTC),
        )


@router.post(
    "/result-requests",
    status_code=201,
    summary="Ask an owner for results",
    responses=REFUSED,
    openapi_extra=openapi.examples_of(by_type=EXAMPLE),
)
async def ask(
    given: NewResultRequest, request: Request, services: AllServices, caller: Reusing, response: Response
) -> ResultRequest:
    """Ask for documents by type or number; the owner is told, and grants or declines in the app.

    The answer is the same whoever the owner is and whatever is in the store: nothing is told before the owner
    does. Repeating is safe: the same `source_id` with the same content names the same request.
    """
    await limits.charge(request, services, ASKED, caller.client_id)
    work = partial(_asked, request=request, services=services, caller=caller, given=given)
    shown, new = await transact(services.unit_of_work, work)
    if not new:
        response.status_code = 200
    return shown


async def _asked(
    uow: UnitOfWork, *, request: Request, services: Services, caller: AgencyCaller, given: NewResultRequest
) -> tuple[ResultRequest, bool]:
    now = datetime.now(UTC)
    desk = Desk(uow=uow, caller=caller, http=request, settings=services.settings.notify, now=now)
    asked = await desk.ask(given)
    return await asking.shown(uow, caller, asked.request_id, now), asked.new


@router.get(
    "/result-requests/{request_id}",
    summary="How a request stands",
    responses={404: {"description": "There is none, or it is another agency's"}},
)
async def show(request_id: UUID, reading: Read, caller: Reusing) -> ResultRequest:
    """Return a request of an agency for which the caller may speak."""
    return await asking.shown(reading, caller, request_id, datetime.now(UTC))


@router.get("/result-requests/{request_id}/results", summary="What was granted", responses=MISSING)
async def list_results(
    request_id: UUID, request: Request, services: AllServices, caller: Reusing, locale: Locale
) -> GrantedResults:
    """List the documents that the owner granted, each as it stands at this moment. The owner sees that."""
    now = datetime.now(UTC)
    async with services.reading() as reading:
        await serving.require_standing(reading, caller, request_id, now)
    await limits.charge(request, services, LISTED, str(request_id))
    work = partial(serving.results, caller=caller, request_id=request_id, locale=locale, now=now)
    return await transact(services.unit_of_work, work)


@router.get(
    "/result-requests/{request_id}/results/{document_id}/original",
    summary="A granted file as its agency sent it",
    response_class=Response,
    responses={**downloads.DESCRIBED, **MISSING},
)
async def read_original(request_id: UUID, document_id: UUID, files: Annotated[Files, Depends()]) -> Response:
    """Send the original, untouched: its SHA-256 is the one that its seal names. One `Range` is served.

    It is noted, and the owner is told. What is fetched within an hour is one visit, of which there are five.
    """
    return await files.send(request_id, document_id, FileRole.ORIGINAL)


@router.get(
    "/result-requests/{request_id}/results/{document_id}/copy",
    summary="A granted file with its QR code",
    response_class=Response,
    responses={**downloads.DESCRIBED, **MISSING},
)
async def read_copy(request_id: UUID, document_id: UUID, files: Annotated[Files, Depends()]) -> Response:
    """Send the display copy, which can be verified from its print. It is noted as the original is."""
    return await files.send(request_id, document_id, FileRole.COPY)


@router.post(
    "/result-store/queries",
    summary="Query results in the words of the national result store",
    responses={key: REFUSED[key] for key in (403, 429)},
    openapi_extra=openapi.examples_of(query=NATIONAL_EXAMPLE),
)
async def query(
    given: ResultQuery, request: Request, services: AllServices, caller: Reusing, locale: Locale
) -> ResultsFound:
    """Return what the owner granted for this procedure and these types, else ask for it.

    The list is empty until the owner grants, whoever that is and whatever is in the store; asking again finds
    the same request (`MaYeuCau`) until its time is over, also where it was declined.
    """
    await limits.charge(request, services, ASKED, caller.client_id)
    work = partial(_queried, request=request, services=services, caller=caller, given=given, locale=locale)
    return await transact(services.unit_of_work, work)


async def _queried(
    uow: UnitOfWork,
    *,
    request: Request,
    services: Services,
    caller: AgencyCaller,
    given: ResultQuery,
    locale: str,
) -> ResultsFound:
    settings, now = services.settings.notify, datetime.now(UTC)
    desk = Desk(uow=uow, caller=caller, http=request, settings=settings, now=now)
    return await national.answer(desk, given, locale=locale)
