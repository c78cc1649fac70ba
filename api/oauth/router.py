"""Sign-in through the browser, tokens, sign-out, and what the server says about itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import JSONResponse

from api import limits
from api.dependencies import AllServices, Locale, Uow, shown
from api.edge import add_headers
from api.limits import Limit
from api.oauth import backchannel, browsers, service
from api.oauth.answers import NO_STORE, app_url, check_single, redirect, refusal, repeated, required
from api.oauth.asking import TokenRequest
from api.oauth.pages import refusal_page
from api.oauth.schemas import (
    AuthorizeQuery,
    CallbackQuery,
    OAuthRefusal,
    PublicKeys,
    RevokeForm,
    ServerMetadata,
    TokenAnswer,
    TokenForm,
)
from api.services import Services
from auth import opaque
from auth.app_requests import UNMET, AppRequest
from auth.errors import Code, OAuthError, ProviderUnavailable, SignInRefused, UntrustedRedirect
from auth.sign_in import SignIns, StartedSignIn
from storage.sessions.repository import PendingSignIn
from storage.unit_of_work import transact

log = structlog.get_logger(__name__)
BEGUN = Limit(name="sign-ins", burst=300, every=timedelta(seconds=0.1))
"""Sign-ins begun from one address: each is kept for a while, whoever asks for it. A carrier's address may be
that of tens of thousands of phones: close to a million sign-ins a day go through one."""
router = APIRouter(tags=["oauth"])
router.include_router(backchannel.router)
# What a provider's refusal means to the app; whatever else it says, the person was not signed in.
_PASSED_ON: dict[str, Code] = {
    "server_error": "temporarily_unavailable",
    "temporarily_unavailable": "temporarily_unavailable",
    UNMET: UNMET,
}
REFUSALS: dict[int | str, dict[str, Any]] = {400: {"model": OAuthRefusal}, 401: {"model": OAuthRefusal}}


async def get_sign_ins(services: AllServices) -> SignIns:
    """Return what leads people to the identity provider and back."""
    return SignIns(services.settings.auth, services.identity_providers)


Leading = Annotated[SignIns, Depends(get_sign_ins)]


@router.get(
    "/oauth/authorize",
    summary="Sign somebody in, in a browser",
    status_code=302,
    response_class=Response,
)
async def authorize(
    request: Request,
    query: Annotated[AuthorizeQuery, Query()],
    services: AllServices,
    sign_ins: Leading,
    locale: Locale,
) -> Response:
    """Send a browser to the identity provider; refusals go to the app wherever it is known."""
    given = request.query_params.multi_items()
    asked = AppRequest(**query.model_dump() | dict.fromkeys(_ambiguous(given)))
    try:
        redirect_uri = sign_ins.trusted_redirect(asked)
    except UntrustedRedirect:
        return refusal_page("untrusted", locale)
    browser = browsers.secret_of(request, services.tokens.issuer) or opaque.draw()
    try:
        check_single(given)
        await _let_begin(request, services)
        started = await _started(sign_ins, asked, browser)
    except OAuthError as error:
        return _back_with(error, redirect_uri, services.tokens.issuer, asked.state)
    await transact(services.unit_of_work, lambda uow: sign_ins.keep(uow, started))
    return browsers.remember(redirect(started.url), services.tokens.issuer, browser)


@router.get(
    "/oauth/callback",
    summary="Where the identity provider sends the browser back to",
    status_code=302,
    response_class=Response,
)
async def callback(
    request: Request,
    query: Annotated[CallbackQuery, Query()],
    services: AllServices,
    sign_ins: Leading,
    locale: Locale,
) -> Response:
    """Take a browser back from the identity provider and send it to its app with a one-time code."""
    issuer, state = services.tokens.issuer, query.state or ""
    browser = browsers.secret_of(request, issuer) or ""
    pending = await transact(services.unit_of_work, lambda uow: sign_ins.take(uow, state, browser=browser))
    if pending is None:
        return refusal_page("expired", locale)
    try:
        code = await _admitted(services, sign_ins, pending, query)
    except OAuthError as error:
        return _back_with(error, pending.redirect_uri, issuer, pending.app_state)
    return redirect(app_url(pending.redirect_uri, issuer=issuer, state=pending.app_state, code=code))


@router.post("/oauth/token", summary="Get an access token", response_model=TokenAnswer, responses=REFUSALS)
async def token(request: Request, form: Annotated[TokenForm, Form()], services: AllServices) -> Response:
    """Change a code, a refresh token or an agency's proof for an access token."""
    authorization = request.headers.get("authorization")
    try:
        check_single((await request.form()).multi_items())
        asked = TokenRequest(form=form, authorization=authorization, shown=shown(request))
        answer = await service.grant(services, asked)
    except OAuthError as error:
        return refusal(error, challenge=authorization is not None)
    if answer is None:
        return refusal(OAuthError("invalid_grant", "unknown, used, expired, or issued to another app"))
    return JSONResponse(answer.model_dump(exclude_none=True), headers=NO_STORE)


@router.post("/oauth/revoke", summary="Sign out", responses=REFUSALS)
async def revoke(
    request: Request, form: Annotated[RevokeForm, Form()], uow: Uow, services: AllServices
) -> Response:
    """Sign out: end the session of a token (RFC 7009). A token that is not known is no error."""
    try:
        check_single((await request.form()).multi_items())
        client_id, known = required("client_id", form.client_id), required("token", form.token)
        await service.sessions_of(services).sign_out(uow, client_id=client_id, token=known)
    except OAuthError as error:
        return refusal(error)
    return Response(headers=NO_STORE)


@router.get("/.well-known/oauth-authorization-server", summary="Where everything of OAuth is")
async def metadata(services: AllServices) -> ServerMetadata:
    """Say where everything is (RFC 8414)."""
    issuer = services.tokens.issuer
    return ServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
    )


@router.get("/.well-known/jwks.json", summary="The keys that verify access tokens")
async def jwks(services: AllServices, response: Response) -> PublicKeys:
    """Publish the keys of our tokens (RFC 7517)."""
    response.headers["cache-control"] = "public, max-age=600"
    return PublicKeys.model_validate(services.tokens.jwks())


def _ambiguous(given: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Return what says where to answer, if it says so twice: then it says nothing."""
    return repeated(given) & {"client_id", "redirect_uri"}


async def _let_begin(request: Request, services: Services) -> None:
    spent = await limits.of_address(BEGUN, request, services)
    add_headers(request.scope, spent.headers())
    if not spent.granted:
        raise OAuthError("temporarily_unavailable", "too many sign-ins were begun from this network just now")


async def _started(sign_ins: SignIns, asked: AppRequest, browser: str) -> StartedSignIn:
    try:
        return await sign_ins.start(asked, browser=browser)
    except ProviderUnavailable as error:
        raise _unavailable(error) from error


async def _admitted(
    services: Services, sign_ins: SignIns, pending: PendingSignIn, query: CallbackQuery
) -> str:
    if query.error is not None or query.code is None:
        code = _PASSED_ON.get(query.error or "", "access_denied")
        raise OAuthError(code, "the identity provider did not confirm the sign-in")
    try:
        vouched = await sign_ins.identify(pending, code=query.code, issuer=query.iss)
        return await transact(services.unit_of_work, lambda uow: sign_ins.admit(uow, pending, vouched))
    except ProviderUnavailable as error:
        raise _unavailable(error) from error
    except SignInRefused as error:
        log.warning("sign_in_refused", reason=error.reason)
        raise OAuthError("access_denied", f"the sign-in was refused: {error.reason}") from error


def _unavailable(error: ProviderUnavailable) -> OAuthError:
    log.error("identity_provider_unavailable", error=str(error))
    return OAuthError("temporarily_unavailable", "the identity provider can not be reached")


def _back_with(error: OAuthError, redirect_uri: str, issuer: str, state: str | None) -> Response:
    answer = {"error": error.code, "error_description": error.description}
    return redirect(app_url(redirect_uri, issuer=issuer, state=state, **answer))
