"""`/v1/vault/shares`."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, Locale, Read, SharingParty, Uow
from api.idempotency import ActsOnce
from api.paging import PageQuery
from api.step_up import require_for
from api.vault import share_service as service
from api.vault.share_schemas import NewShare, ShareMade, ShareMark, SharePage
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind
from storage.vault import shares

router = APIRouter(
    prefix="/v1/vault/shares",
    tags=["documents"],
    dependencies=[
        Depends(require_supported_app),
        Depends(require_for(Purpose.STORE)),
        Depends(require_for(Purpose.SHARING)),
    ],
)
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}
REFUSED: dict[int | str, dict[str, Any]] = {409: {"description": "Too many links are open already"}}


@router.post("", status_code=201, summary="Let others see documents of mine", responses=MISSING | REFUSED)
async def make_share(
    given: NewShare, citizen: SharingParty, uow: Uow, once: ActsOnce, services: AllServices
) -> ShareMade:
    """Make a link to some documents. Whoever has it may open it in a browser, without an account.

    The link is in this answer alone. It shows how the documents stand when they are opened: what was
    superseded or revoked since says so.
    """
    base, now = services.settings.auth.issuer(), datetime.now(UTC)
    work = partial(service.make, uow, citizen, given, base=base, now=now)
    return await once.answer(uow, citizen, ShareMade, work)


async def get_page(citizen: SharingParty, query: Annotated[PageQuery, Query()], reading: Read) -> SharePage:
    """Return the page of the caller's links that is asked for."""
    after = ShareMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    return await service.page(reading, citizen, after=after, limit=query.limit, now=datetime.now(UTC))


@router.get(
    "",
    summary="My links and their receipts",
    response_model=SharePage,
    responses=conditional.NOT_MODIFIED,
)
async def list_shares(
    request: Request, accesses: Accesses, page: Annotated[SharePage, Depends(get_page)], locale: Locale
) -> Response:
    """List the caller's links with a receipt for each visit: when, and which files were opened in it."""
    accesses.saw(ObjectKind.SHARES)
    return conditional.answer(request, page, locale)


@router.delete("/{share_id}", status_code=204, summary="Take a link back", responses=MISSING)
async def end_share(share_id: UUID, citizen: SharingParty, uow: Uow) -> None:
    """End one of the caller's links at once, also for who has it open."""
    await shares.revoke(uow, citizen.party_id, share_id, now=datetime.now(UTC))
