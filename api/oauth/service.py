"""The grants of the token endpoint."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from api.oauth import clients
from api.oauth.answers import device_name, required, token_type
from api.oauth.asking import TokenRequest, proved_key
from api.oauth.schemas import TokenAnswer, TokenForm
from api.oauth.warning import warn
from api.services import Services
from auth import representation
from auth.errors import OAuthError
from auth.sessions import Sessions, Theft, TokenPair
from auth.standing import Standings
from storage.unit_of_work import UnitOfWork

CLIENT_CREDENTIALS = "client_credentials"
REFRESH = "refresh_token"
Grant = Callable[[UnitOfWork, Services, TokenRequest], Awaitable[TokenAnswer | None]]


async def grant(services: Services, request: TokenRequest) -> TokenAnswer | None:
    """Return tokens; None where a code or refresh token is not good, which is committed all the same.

    Raises:
        OAuthError: the request is wrong in another way; nothing is committed.
    """
    name = required("grant_type", request.form.grant_type)
    if name == CLIENT_CREDENTIALS:
        # Its keys may have to be fetched, so it opens units of its own, with none held meanwhile.
        return await clients.grant(services, request)
    if name not in _GRANTS:
        known = ", ".join([*_GRANTS, CLIENT_CREDENTIALS])
        raise OAuthError("unsupported_grant_type", f"the grant types are {known}")
    if name == REFRESH:
        await _check_standing(services, request.form)
    async with services.unit_of_work() as uow:
        bound_to = await proved_key(uow, services, request.shown)
        answer = await _GRANTS[name](uow, services, replace(request, bound_to=bound_to))
        await uow.commit()
        return answer


def sessions_of(services: Services) -> Sessions:
    """Return what starts and ends sessions."""
    return Sessions(services.settings.auth, services.tokens)


async def _check_standing(services: Services, form: TokenForm) -> None:
    """Have the provider asked, if it is time, whether the account is still good; if not, the session ends."""
    auth, client_id = services.settings.auth, form.client_id or ""
    if client_id not in auth.registered_apps():
        # It has no sessions, and may hold what the database can not even be asked for, such as NUL.
        return
    standings = Standings(auth, services.identity_providers, services.cipher, services.unit_of_work)
    ended = await standings.check(client_id=client_id, refresh_token=form.refresh_token or "")
    if ended is not None:
        services.callers.ended.note([ended])


async def _by_code(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer | None:
    form = request.form
    pair = await sessions_of(services).redeem(
        uow,
        client_id=required("client_id", form.client_id),
        code=required("code", form.code),
        redirect_uri=required("redirect_uri", form.redirect_uri),
        verifier=required("code_verifier", form.code_verifier),
        bound_to=request.bound_to,
        device_name=device_name(form),
    )
    return _answer(pair)


async def _by_refresh_token(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer | None:
    pair = await sessions_of(services).refresh(
        uow,
        client_id=required("client_id", request.form.client_id),
        refresh_token=required("refresh_token", request.form.refresh_token),
        bound_to=request.bound_to,
    )
    if isinstance(pair, Theft):
        await warn(uow, pair)
        return None
    return _answer(pair)


async def _by_exchange(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer:
    form, plain = request.form, {None, representation.ACCESS_TOKEN}
    if required("subject_token_type", form.subject_token_type) not in plain:
        raise OAuthError("invalid_request", f"the subject_token_type is {representation.ACCESS_TOKEN}")
    if form.requested_token_type not in plain:
        raise OAuthError("invalid_request", f"the requested_token_type is {representation.ACCESS_TOKEN}")
    token = await representation.exchange(
        uow,
        services.tokens,
        client_id=required("client_id", form.client_id),
        subject_token=required("subject_token", form.subject_token),
        representation_id=_uuid(required("representation_id", form.representation_id)),
        now=datetime.now(UTC),
    )
    return TokenAnswer(
        access_token=token.access_token,
        token_type=token_type(bound=token.bound),
        expires_in=token.expires_in,
        issued_token_type=representation.ACCESS_TOKEN,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_GRANTS: dict[str, Grant] = {
    "authorization_code": _by_code,
    REFRESH: _by_refresh_token,
    representation.GRANT_TYPE: _by_exchange,
}


def _answer(pair: TokenPair | None) -> TokenAnswer | None:
    if pair is None:
        return None
    return TokenAnswer(
        access_token=pair.access_token,
        token_type=token_type(bound=pair.bound),
        refresh_token=pair.refresh_token,
        expires_in=pair.expires_in,
    )
