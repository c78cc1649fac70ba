"""`/v1/complaints/published`: open to everybody, and the same for all who ask the same."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.complaints import public_service
from api.complaints.pace import admit
from api.complaints.public_schemas import PublishedComplaint, PublishedComplaintPage, PublishedQuery
from api.dependencies import Locale, Read

router = APIRouter(prefix="/v1/complaints/published", tags=["complaints"], dependencies=[Depends(admit)])


@router.get(
    "",
    summary="Complaints and suggestions that were answered",
    response_model=PublishedComplaintPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_published(
    query: Annotated[PublishedQuery, Query()], request: Request, reading: Read, locale: Locale
) -> Response:
    """List what may be published, by the will of who filed it, with the answers; the last published first."""
    page = await public_service.page(reading, query)
    content = page.model_dump_json().encode()
    return conditional.send(
        request, content, media_type="application/json", headers=conditional.public(locale)
    )


@router.get(
    "/{published_id}",
    summary="One of them",
    response_model=PublishedComplaint,
    responses={**conditional.NOT_MODIFIED, 404: {"description": "There is none, or it was taken down"}},
)
async def show(published_id: UUID, request: Request, reading: Read, locale: Locale) -> Response:
    """Show one as it is now. Caches ask each time: what is taken down is gone at once."""
    found = await public_service.one(reading, published_id)
    headers = {**conditional.public(locale), "cache-control": "public, no-cache"}
    content = found.model_dump_json().encode()
    return conditional.send(request, content, media_type="application/json", headers=headers)
