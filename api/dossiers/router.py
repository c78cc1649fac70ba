"""`/v1/dossiers`."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read
from api.dossiers.schemas import DossierDetail, DossierMark, DossierPage, DossierQuery
from api.dossiers.service import Reader
from api.step_up import require_for
from auth.step_up import Purpose

router = APIRouter(
    prefix="/v1/dossiers",
    tags=["citizen"],
    dependencies=[Depends(require_supported_app), Depends(require_for(Purpose.LOOK_UP))],
)


async def get_reader(accesses: Accesses, reading: Read, services: AllServices, locale: Locale) -> Reader:
    """Return what reads and words dossiers for this request."""
    return Reader(
        reading,
        accesses,
        locale=locale,
        now=datetime.now(UTC),
        calendar=services.calendar,
        payment_hosts=services.settings.payment_hosts,
    )


Words = Annotated[Reader, Depends(get_reader)]


@router.get(
    "",
    summary="My dossiers, the one that changed last first",
    response_model=DossierPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_dossiers(
    request: Request,
    citizen: CurrentParty,
    query: Annotated[DossierQuery, Query()],
    reader: Words,
    locale: Locale,
) -> Response:
    """List the caller's own dossiers. One that changes while its owner turns pages moves to the front."""
    after = DossierMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    page = await reader.page(citizen, after=after, statuses=query.status, limit=query.limit)
    return conditional.answer(request, page, locale)


@router.get(
    "/{code}",
    summary="One dossier with all that happened",
    response_model=DossierDetail,
    responses={404: {"description": "There is none, or it is not the caller's"}, **conditional.NOT_MODIFIED},
)
async def read_dossier(
    request: Request, code: str, citizen: CurrentParty, reader: Words, locale: Locale
) -> Response:
    """Return one of the caller's dossiers. The code may be written as people write it."""
    return conditional.answer(request, await reader.dossier(citizen, code), locale)
