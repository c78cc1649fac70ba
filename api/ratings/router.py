"""Rating a dossier: `/v1/dossiers/{code}/rating` by whoever it is of, `/v1/ratings` by nobody."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, limits
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.limits import AddressPace, Limit, by_address
from api.problems import Problem
from api.ratings import service
from api.ratings.schemas import (
    AgencyRatings,
    GroupQuery,
    KeptRating,
    NewRating,
    RatingInvitation,
    SignedToken,
    TokenRequest,
)
from api.step_up import require_for
from auth.step_up import Purpose

SIGNED = Limit(name="rating-tokens", burst=10, every=timedelta(minutes=1))
"""Of one party: each takes as long to sign as many requests take in all."""
RATED = Limit(name="ratings", burst=60, every=timedelta(seconds=2))
"""Of one address, behind which a whole quarter may be."""
READ = Limit(name="agency-ratings", burst=300, every=timedelta(milliseconds=100))
"""Of one address: as generous as looking for agencies is, and apart from it."""

_pace = AddressPace(READ)


async def admit(request: Request, services: AllServices) -> None:
    """Let an address look. Raises Problem (429) for one that does so too often."""
    await _pace.admit(request, services)


async def require_nobody(request: Request) -> None:
    """Refuse a request that names its caller: no app shall tell by mistake whose a rating is.

    Raises Problem (400).
    """
    if "authorization" in request.headers or "dpop" in request.headers:
        raise Problem("rating-names-caller", 400)


async def get_invitations(accesses: Accesses, reading: Read, locale: Locale) -> service.Invitations:
    """Return what reads and words invitations for this request."""
    return service.Invitations(reading, accesses, locale)


Invitations = Annotated[service.Invitations, Depends(get_invitations)]
OWN = [Depends(require_supported_app), Depends(require_for(Purpose.LOOK_UP))]
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}
SIGNING: dict[int | str, dict[str, Any]] = {
    409: {"description": "It may not be rated now, or another token was signed for it"},
    429: {"description": "Asked too often: `Retry-After` and `RateLimit` say until when"},
}
RATING: dict[int | str, dict[str, Any]] = {
    200: {"model": KeptRating, "description": "What was said before by this token is changed"},
    400: {"description": "The request names its caller: send it without `Authorization` and `DPoP`"},
    403: {"description": "No key of ours has signed the token"},
    409: {"description": "It is too late to rate, or to change what was said"},
    429: {"description": "Too many from this address: `Retry-After` and `RateLimit` say until when"},
}
router = APIRouter(prefix="/v1")


@router.get(
    "/dossiers/{code}/rating",
    tags=["citizen"],
    dependencies=OWN,
    summary="Whether my dossier may be rated",
    response_model=RatingInvitation,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def read_invitation(
    request: Request, code: str, citizen: CurrentParty, invitations: Invitations, locale: Locale
) -> Response:
    """Return whether the caller's dossier may be rated, what may be said, and the key that proves it.

    The party is asked once, when the result was handed out, or two working days after another end. Compare
    `kid` with the one of `/v1/agencies/{code}/ratings`, asked for without a sign-in: they are the same.
    """
    return conditional.answer(request, await invitations.of(citizen, code), locale)


@router.post(
    "/dossiers/{code}/rating-token",
    tags=["citizen"],
    dependencies=OWN,
    summary="Have a token signed with which my dossier is rated",
    responses={**MISSING, **SIGNING},
)
async def sign_token(
    request: Request, code: str, given: TokenRequest, citizen: CurrentParty, uow: Uow
) -> SignedToken:
    """Sign a token without seeing it (RFC 9474): once for a dossier.

    The app draws 32 random bytes, prepares and blinds them, and keeps all that it drew until it has rated. It
    may send the same again, and gets the same answer. What it unblinds proves a dossier of the agency, closed
    in the month of the key, and not which.
    """
    limits.admit(request, await SIGNED.spend(uow, str(citizen.party_id)))
    return await service.sign(uow, citizen, code, given)


@router.post(
    "/ratings",
    tags=["ratings"],
    dependencies=[Depends(require_nobody), Depends(by_address(RATED))],
    summary="Rate, as nobody in particular",
    status_code=201,
    responses=RATING,
)
async def rate(given: NewRating, uow: Uow, response: Response) -> KeptRating:
    """Keep a rating by the token that proves it; within seven days the same token changes what was said.

    It is sent without a sign-in, on a connection of its own, and best some hours after the token was signed:
    what comes a moment later from the same address is easily guessed by whoever watches the network.
    """
    kept = await service.rate(uow, given)
    response.status_code = 200 if kept.changed else 201
    return KeptRating(editable_until=kept.editable_until)


@router.get(
    "/agencies/{code}/ratings",
    tags=["ratings"],
    dependencies=[Depends(admit)],
    summary="How satisfied people are with an agency",
    response_model=AgencyRatings,
    responses={**conditional.NOT_MODIFIED, 404: {"description": "There is no such agency"}},
)
async def read_ratings(
    request: Request, code: str, query: Annotated[GroupQuery, Query()], reading: Read, locale: Locale
) -> Response:
    """Count what was said of an agency's dossiers that were closed in a month; `code` may be an old one.

    Nothing is told of fewer than five ratings. What comes or changes counts within the hour, all at once.
    What the agency answers stands with the numbers.
    """
    found = await service.of_agency(reading, code, query.month, locale)
    content = found.model_dump_json().encode()
    headers = conditional.public(locale)
    return conditional.send(request, content, media_type="application/json", headers=headers)
