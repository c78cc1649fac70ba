"""`/v1/result-requests`: the owner answers what agencies ask for."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import Locale, Read, SharingParty, Uow, VaultParty
from api.reuse import answering as service
from api.reuse.schemas import (
    FittingDocuments,
    NewGrant,
    RequestQuery,
    ResultRequestDetail,
    ResultRequestPage,
)
from api.step_up import require_for
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind

router = APIRouter(
    prefix="/v1/result-requests", tags=["documents"], dependencies=[Depends(require_supported_app)]
)
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    **MISSING,
    409: {"description": "It awaits no such answer (any more): `state` says how it stands"},
}


# Before what opens a transaction: so notes are kept after that gave its connection back.
async def get_page(
    citizen: VaultParty, query: Annotated[RequestQuery, Query()], reading: Read
) -> ResultRequestPage:
    """Return the page of requests to the caller that is asked for."""
    return await service.page(reading, citizen, query, now=datetime.now(UTC))


@router.get("", summary="What agencies ask for of my documents")
async def list_requests(
    accesses: Accesses, page: Annotated[ResultRequestPage, Depends(get_page)]
) -> ResultRequestPage:
    """List requests to the caller, the newest first, with what was answered and what the agency opened."""
    accesses.saw(ObjectKind.RESULT_REQUESTS)
    return page


async def get_detail(request_id: UUID, citizen: VaultParty, reading: Read) -> ResultRequestDetail:
    """Return the request that the address names, if it is to the caller."""
    return await service.detail(reading, citizen, request_id, now=datetime.now(UTC))


@router.get("/{request_id}", summary="One request", responses=MISSING)
async def read_request(
    accesses: Accesses, found: Annotated[ResultRequestDetail, Depends(get_detail)]
) -> ResultRequestDetail:
    """Return a request with the words of the consent that a grant is."""
    accesses.saw(ObjectKind.RESULT_REQUEST, found.id)
    return found


async def get_fitting(
    request_id: UUID, citizen: VaultParty, reading: Read, locale: Locale
) -> FittingDocuments:
    """Return what the caller has of what is asked for."""
    return await service.fitting(reading, citizen, request_id, locale=locale, now=datetime.now(UTC))


@router.get(
    "/{request_id}/documents",
    summary="What I have of what is asked for",
    responses=MISSING,
    dependencies=[Depends(require_for(Purpose.STORE))],
)
async def list_fitting(
    request_id: UUID, accesses: Accesses, found: Annotated[FittingDocuments, Depends(get_fitting)]
) -> FittingDocuments:
    """List the results in the caller's store among which to choose. The agency learns nothing of this."""
    accesses.saw(ObjectKind.DOCUMENTS, request_id)
    return found


@router.post(
    "/{request_id}/grant",
    summary="Let the agency have documents",
    responses={**ANSWERS, 422: {"description": "A document is none of those asked for, or is not there"}},
    dependencies=[Depends(require_for(Purpose.STORE)), Depends(require_for(Purpose.SHARING))],
)
async def grant(request_id: UUID, given: NewGrant, citizen: SharingParty, uow: Uow) -> ResultRequestDetail:
    """Consent to what the wording says, for this request alone and until it ends. It may be repeated."""
    return await service.grant(uow, citizen, request_id, given, now=datetime.now(UTC))


@router.post("/{request_id}/decline", summary="Refuse", responses=ANSWERS)
async def decline(request_id: UUID, citizen: SharingParty, uow: Uow) -> ResultRequestDetail:
    """Let the agency have nothing. No reason is asked for; it may be repeated."""
    return await service.decline(uow, citizen, request_id, now=datetime.now(UTC))


@router.delete("/{request_id}", status_code=204, summary="Withdraw what I granted", responses=ANSWERS)
async def withdraw(request_id: UUID, citizen: SharingParty, uow: Uow) -> None:
    """End a grant at once: from now on the agency can open nothing. It may be repeated."""
    await service.withdraw(uow, citizen, request_id, now=datetime.now(UTC))
