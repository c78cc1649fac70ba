"""`/v1/me/representatives` and `/v1/me/represented`."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, Locale, Read, Uow
from api.idempotency import ActsOnce
from api.paging import PageQuery
from api.representatives import accesses, agency, service
from api.representatives.schemas import Asked, NewRepresentative, RepresentationMark, RepresentationPage
from api.step_up import require_level
from auth.representation import LEAST_ASSURANCE
from storage.representations import reading as representations
from storage.representations.kinds import EndedBy
from storage.representations.reading import Place

me = APIRouter(prefix="/v1/me", tags=["citizen"], dependencies=[Depends(require_supported_app)])
SURE = [Depends(require_level(LEAST_ASSURANCE))]
PageAsked = Annotated[PageQuery, Query()]
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}


def _after(query: PageQuery) -> Place | None:
    if query.cursor is None:
        return None
    mark = RepresentationMark.decode(query.cursor, parameter="cursor")
    return mark.created_at, mark.id


@me.get(
    "/representatives",
    summary="Who may act for me",
    response_model=RepresentationPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_representatives(
    request: Request, citizen: ActingForSelf, query: PageAsked, reading: Read, locale: Locale
) -> Response:
    """List who may act for the caller, might, or once could."""
    found = await representations.representatives(
        reading, citizen.party_id, after=_after(query), limit=query.limit + 1
    )
    page = service.page(found, limit=query.limit, now=datetime.now(UTC))
    return conditional.answer(request, page, locale)


@me.post("/representatives", status_code=201, summary="Let somebody act for me", dependencies=SURE)
async def name_representative(
    given: NewRepresentative, citizen: ActingForSelf, uow: Uow, once: ActsOnce
) -> Asked:
    """Name somebody by number who may act for the caller once they accept, for at most 366 days.

    It takes an identity of level 2. The answer does not tell whether anybody is known by that number.
    """
    work = partial(service.ask, uow, citizen, given, datetime.now(UTC))
    return await once.answer(uow, citizen, Asked, work)


@me.delete(
    "/representatives/{representation_id}",
    status_code=204,
    summary="Let somebody act for me no more",
    responses=MISSING,
)
async def end_representative(representation_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """End a right to act for the caller, at once. It may be repeated."""
    await service.end(uow, citizen, representation_id, EndedBy.REPRESENTED, datetime.now(UTC))


@me.get(
    "/represented",
    summary="For whom I may act",
    response_model=RepresentationPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_represented(
    request: Request, citizen: ActingForSelf, query: PageAsked, reading: Read, locale: Locale
) -> Response:
    """List for whom the caller may act, might, or once could.

    To act, change an access token at `/oauth/token` for one of the represented party: see the grant type
    `urn:ietf:params:oauth:grant-type:token-exchange` there, with the `id` of one that is `active`.
    """
    found = await representations.represented(
        reading, citizen.party_id, after=_after(query), limit=query.limit + 1
    )
    page = service.page(found, limit=query.limit, now=datetime.now(UTC))
    return conditional.answer(request, page, locale)


@me.post(
    "/represented/{representation_id}/accept",
    status_code=204,
    summary="Agree to act for somebody",
    dependencies=SURE,
    responses=MISSING,
)
async def accept_represented(representation_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """Agree to act for whoever named the caller. It takes an identity of level 2, and may be repeated."""
    await service.accept(uow, citizen, representation_id, datetime.now(UTC))


@me.delete(
    "/represented/{representation_id}",
    status_code=204,
    summary="Act for somebody no more",
    responses=MISSING,
)
async def end_represented(representation_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """Decline to act for somebody, or cease to, at once. It may be repeated."""
    await service.end(uow, citizen, representation_id, EndedBy.REPRESENTATIVE, datetime.now(UTC))


router = APIRouter()
for part in (me, accesses.router, agency.router):
    router.include_router(part)
