"""`/v1/rating-links`: a dossier is rated by who holds the link of a notice, without an app or a sign-in."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends

from api.dependencies import Locale, Read, Uow
from api.limits import Limit, by_address
from api.ratings import service
from api.ratings.schemas import LinkedInvitation, LinkedTokenRequest, RatingLink, SignedToken

LINKED = Limit(name="rating-links", burst=30, every=timedelta(seconds=5))
"""Of one address: a proof is not guessed, but a signature takes as long as many requests do."""
RESPONSES: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such dossier, or the proof is not its own: answered alike"},
    429: {"description": "Asked too often: `Retry-After` and `RateLimit` say until when"},
}
router = APIRouter(
    prefix="/v1/rating-links", tags=["without an account"], dependencies=[Depends(by_address(LINKED))]
)


@router.post("/invitations", summary="Whether the dossier of a link may be rated", responses=RESPONSES)
async def read_linked_invitation(given: RatingLink, reading: Read, locale: Locale) -> LinkedInvitation:
    """Return what `/v1/dossiers/{code}/rating` tells the party, and among which others the rating will be."""
    return await service.linked(reading, given, locale)


@router.post(
    "/tokens",
    summary="Have a token signed with which the dossier of a link is rated",
    responses={
        **RESPONSES,
        409: {"description": "It may not be rated now, or another token was signed for it"},
    },
)
async def sign_linked_token(given: LinkedTokenRequest, uow: Uow) -> SignedToken:
    """Sign a token without seeing it, as `/v1/dossiers/{code}/rating-token` does: once for a dossier."""
    return await service.sign_linked(uow, given)
