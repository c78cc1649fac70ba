"""Who is signed in at the officers' page: begun with a code, renewed when the access token ran out, ended."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from api.console import cookies
from api.dependencies import shown
from api.oauth import service as oauth
from api.oauth.asking import TokenRequest
from api.oauth.schemas import TokenAnswer, TokenForm
from api.services import Services
from auth.apps import CONSOLE
from auth.callers import Scheme, Shown
from auth.errors import InvalidToken, OAuthError
from auth.principals import Officer

DEVICE_NAME = "Trang cán bộ"
"""What a visit is called among somebody's sessions."""


class Visit(BaseModel):
    """What the browser of somebody who is signed in keeps for us."""

    model_config = ConfigDict(frozen=True)

    access_token: str
    refresh_token: str


async def begin(request: Request, services: Services, *, code: str, redirect_uri: str, verifier: str) -> bool:
    """Sign somebody in with a one-time code; say whether it was good.

    Who was signed in here before no longer is: a browser has one visit.
    """
    form = TokenForm(
        grant_type="authorization_code",
        client_id=CONSOLE,
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
        device_name=DEVICE_NAME,
    )
    granted = await _granted(services, form)
    if granted is None:
        return False
    await _end_session(services, _kept(request, services))
    _keep(request, services, granted)
    return True


async def current(request: Request, services: Services) -> Officer | None:
    """Return who is signed in, with the visit renewed if need be; none where nobody is.

    No connection is held when this returns, nor is one needed while it renews but its own.
    """
    visit = _kept(request, services)
    if visit is None:
        return None
    try:
        who = await services.callers.identify(
            services.unit_of_work, Scheme.BEARER, visit.access_token, shown(request)
        )
    except InvalidToken:
        return await _renewed(request, services, visit)
    return who if isinstance(who, Officer) else None


async def end(request: Request, services: Services) -> None:
    """Sign out: the session ends for whoever holds a copy of the cookie, too."""
    await _end_session(services, _kept(request, services))
    cookies.forget(request, services, cookies.VISIT)


def sealed(services: Services, visit: Visit) -> str:
    """Return the value of the cookie that a visit is kept in."""
    return cookies.sealed(services, cookies.VISIT, visit.model_dump_json())


async def _renewed(request: Request, services: Services, visit: Visit) -> Officer | None:
    # Two tabs may ask at once: a token gives the same successor again for a minute (ADR 19).
    form = TokenForm(grant_type=oauth.REFRESH, client_id=CONSOLE, refresh_token=visit.refresh_token)
    granted = await _granted(services, form)
    if granted is None:
        cookies.forget(request, services, cookies.VISIT)
        return None
    _keep(request, services, granted)
    return services.tokens.verify_officer(granted.access_token)


async def _granted(services: Services, form: TokenForm) -> TokenAnswer | None:
    """Ask our own token endpoint, without the way over the network."""
    here = Shown(method="POST", path="/oauth/token", proofs=())
    try:
        return await oauth.grant(services, TokenRequest(form=form, authorization=None, shown=here))
    except OAuthError:
        return None


async def _end_session(services: Services, visit: Visit | None) -> None:
    if visit is None:
        return
    async with services.unit_of_work() as uow:
        sessions = oauth.sessions_of(services)
        await sessions.sign_out(uow, client_id=CONSOLE, token=visit.refresh_token)
        await uow.commit()


def _kept(request: Request, services: Services) -> Visit | None:
    text = cookies.opened(request, services, cookies.VISIT)
    try:
        return None if text is None else Visit.model_validate_json(text)
    except ValidationError:
        return None


def _keep(request: Request, services: Services, granted: TokenAnswer) -> None:
    visit = Visit(access_token=granted.access_token, refresh_token=granted.refresh_token or "")
    cookies.keep(request, services, cookies.VISIT, sealed(services, visit))
