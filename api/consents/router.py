"""`/v1/me/consents`."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, limits, openapi
from api.app_version import require_supported_app
from api.consents import service
from api.consents.schemas import ConsentChange, ConsentHistory, ConsentList, ConsentShown
from api.dependencies import ActingForSelf, Locale, Read, Uow
from api.limits import Limit
from api.paging import PageQuery

router = APIRouter(prefix="/v1/me/consents", tags=["citizen"], dependencies=[Depends(require_supported_app)])
GIVEN = Limit(name="consents", burst=30, every=timedelta(minutes=1))
"""Of one party: more than anybody gives, and the ledger stays readable. Withdrawing is never refused."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such purpose"},
    409: {"description": "The wording is another by now: show it, and ask again"},
    429: {"description": "Given too often: `Retry-After` and `RateLimit` say until when"},
}


@router.get("", summary="What I consent to", response_model=ConsentList, responses=conditional.NOT_MODIFIED)
async def list_consents(request: Request, citizen: ActingForSelf, reading: Read, locale: Locale) -> Response:
    """List every purpose for which the caller's consent is needed, with its present wording.

    None stands unless the caller gave it. A consent is given by the party itself, by nobody who acts for it.
    """
    return conditional.answer(request, await service.consents(reading, citizen), locale)


@router.get(
    "/history",
    summary="What I consented to, and withdrew",
    response_model=ConsentHistory,
    responses=conditional.NOT_MODIFIED,
)
async def list_history(
    request: Request,
    citizen: ActingForSelf,
    query: Annotated[PageQuery, Query()],
    reading: Read,
    locale: Locale,
) -> Response:
    """List all that the caller said, with the words of then. Nothing of it is ever changed or removed."""
    return conditional.answer(request, await service.history(reading, citizen, query), locale)


@router.put(
    "/{purpose}",
    summary="Consent, or withdraw",
    responses=ANSWERS,
    openapi_extra=openapi.examples_of(consent={"given": True, "version": 1}, withdraw={"given": False}),
)
async def change_consent(
    request: Request, purpose: str, said: ConsentChange, citizen: ActingForSelf, uow: Uow
) -> ConsentShown:
    """Say yes to the present wording of a purpose, or withdraw: at once, and as easily.

    It may be repeated: what stands already changes nothing, `since` included.
    """
    if said.given:
        limits.admit(request, await GIVEN.spend(uow, str(citizen.party_id)))
    return await service.change(uow, citizen, purpose, said)
