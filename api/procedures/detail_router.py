"""`/v1/procedures/{code}`: a procedure as a checklist, and what became of it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, limits
from api.dependencies import AllServices, Locale, Read
from api.limits import Limit
from api.procedures.checklist_reading import ChecklistReader
from api.procedures.checklist_schemas import Checklist, History

BY_ADDRESS = Limit(name="procedure", burst=300, every=timedelta(milliseconds=100))
"""Generous: a whole quarter may read through one address of its provider."""
PUBLIC = "public, max-age=300"
"""It is the same for everybody: caches between may keep it."""
NEWEST = 2**31 - 2
CatalogueNumber = Annotated[
    int | None,
    Query(alias="version", ge=1, le=NEWEST, description="As it was in this version of the catalogue"),
]

router = APIRouter(
    prefix="/v1/procedures", tags=["procedures"], dependencies=[Depends(limits.by_address(BY_ADDRESS))]
)


async def get_reader(services: AllServices, reading: Read, locale: Locale) -> ChecklistReader:
    """Return what reads checklists for this request."""
    return ChecklistReader(reading, public_url=services.settings.auth.issuer(), locale=locale)


Reader = Annotated[ChecklistReader, Depends(get_reader)]


@router.get(
    "/{code}",
    summary="A procedure as a checklist: what to bring, where, how, how long, how much",
    response_model=Checklist,
    responses={
        **conditional.NOT_MODIFIED,
        404: {"description": "No such procedure, or no such version; what was removed is shown, and says so"},
    },
)
async def procedure(
    code: str, request: Request, reader: Reader, locale: Locale, version: CatalogueNumber = None
) -> Response:
    """Show a procedure by its short code, `1.001193`, or a long one, `1.001193.000.00.00.H26`.

    The catalogue's own texts are Vietnamese; labels, time limits and amounts follow `Accept-Language`. A fee
    that is not published is not free, and a time limit without a unit is told as it is published.
    """
    return _sent(request, await reader.get(code, version), locale)


@router.get(
    "/{code}/versions",
    summary="In which versions of the catalogue a procedure came, changed and went",
    response_model=History,
    responses={**conditional.NOT_MODIFIED, 404: {"description": "There is no such procedure, and never was"}},
)
async def procedure_versions(code: str, request: Request, reader: Reader, locale: Locale) -> Response:
    """Show the history of a procedure, the last change first."""
    return _sent(request, await reader.history(code), locale)


def _sent(request: Request, body: Checklist | History, locale: str) -> Response:
    headers = {"cache-control": PUBLIC, "vary": "accept-language", "content-language": locale}
    content = body.model_dump_json().encode()
    return conditional.send(request, content, media_type="application/json", headers=headers)
