"""Signing in at the officers' page, by our own OAuth server, as any app does (RFC 6749, 4.1; PKCE)."""

from typing import Annotated, Literal
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console import language, origin, paths, visits
from api.console.departures import Departures
from api.console.frame import see_other, show
from api.console.sign_in_texts import TEXTS
from api.dependencies import AllServices
from api.oauth.schemas import CallbackQuery
from api.services import Services
from auth import pkce
from auth.apps import CONSOLE

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)
Refusal = Literal["denied", "away", "expired"]
_STATUSES: dict[Refusal, int] = {"denied": 403, "away": 503, "expired": 400}
_REFUSALS: dict[str, Refusal] = {"access_denied": "denied", "temporarily_unavailable": "away"}
Back = Annotated[str | None, Query(alias="next")]


@router.get(paths.SIGN_IN)
async def sign_in_page(request: Request, services: AllServices, back: Back = None) -> Response:
    """Say what this is, and offer to sign in.

    Not led on at once: who signed out would be in again, and a form's address of ours may lead nowhere else
    (`form-action`).
    """
    locale = language.settle(request, services)
    opened = CONSOLE in services.settings.auth.registered_apps()
    begin = f"{paths.SIGN_IN}/start?{urlencode({'next': paths.safe(back)})}"
    status = 200 if opened else 503
    return show(request, "sign_in.html", locale, texts=TEXTS, status=status, begin=begin, opened=opened)


@router.get(f"{paths.SIGN_IN}/start")
async def start(request: Request, services: AllServices, back: Back = None) -> Response:
    """Send a browser to our own server, which sends it to whoever vouches for officers."""
    begun = Departures(request=request, services=services).begin(paths.safe(back))
    asked = {
        "response_type": "code",
        "client_id": CONSOLE,
        "redirect_uri": _redirect_uri(services),
        "state": begun.state,
        "code_challenge": pkce.challenge_of(begun.verifier),
        "code_challenge_method": pkce.METHOD,
    }
    return _led_to(f"{services.tokens.issuer}/oauth/authorize?{urlencode(asked)}")


@router.get(paths.CALLBACK)
async def callback(
    request: Request, query: Annotated[CallbackQuery, Query()], services: AllServices
) -> Response:
    """Take a browser back, change its code for a visit, and lead it to where it wanted."""
    departure = Departures(request=request, services=services).end(query.state)
    if departure is None or query.iss != services.tokens.issuer:
        return _refused(request, services, "expired")
    if query.code is None:
        return _refused(request, services, _REFUSALS.get(query.error or "", "expired"))
    begun = await visits.begin(
        request,
        services,
        code=query.code,
        redirect_uri=_redirect_uri(services),
        verifier=departure.verifier,
    )
    return _led_to(departure.back) if begun else _refused(request, services, "expired")


@router.post(paths.SIGN_OUT)
async def sign_out(request: Request, services: AllServices) -> Response:
    """End the visit. Who had none is told the same."""
    origin.require_own(request, services)
    await visits.end(request, services)
    return see_other(paths.SIGN_IN, done="signed-out")


def _refused(request: Request, services: Services, reason: Refusal) -> Response:
    log.info("console_sign_in_refused", reason=reason)
    locale, status = language.peek(request, services), _STATUSES[reason]
    return show(request, "refused.html", locale, texts=TEXTS, status=status, reason=reason, other_url=None)


def _led_to(address: str) -> Response:
    return RedirectResponse(address, 303, {"cache-control": "no-store"})


def _redirect_uri(services: Services) -> str:
    return f"{services.tokens.issuer}{paths.CALLBACK}"
