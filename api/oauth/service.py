"""The grants of the token endpoint."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.oauth.answers import client_credentials, required
from api.oauth.schemas import TokenAnswer, TokenForm
from api.services import Services
from auth import agencies, representation
from auth.errors import OAuthError
from auth.sessions import Sessions, TokenPair
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A request for a token: its form, and its Authorization header if it has one."""

    form: TokenForm
    authorization: str | None


Grant = Callable[[UnitOfWork, Services, TokenRequest], Awaitable[TokenAnswer | None]]


async def grant(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer | None:
    """Return tokens; None where a code or refresh token is not good, which is to be committed all the same.

    Raises:
        OAuthError: the request is wrong in another way; there is nothing to commit.
    """
    name = required("grant_type", request.form.grant_type)
    if name not in _GRANTS:
        raise OAuthError("unsupported_grant_type", f"the grant types are {', '.join(_GRANTS)}")
    return await _GRANTS[name](uow, services, request)


def sessions_of(services: Services) -> Sessions:
    """Return what starts and ends sessions."""
    return Sessions(services.settings.auth, services.tokens)


async def _by_code(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer | None:
    form = request.form
    pair = await sessions_of(services).redeem(
        uow,
        client_id=required("client_id", form.client_id),
        code=required("code", form.code),
        redirect_uri=required("redirect_uri", form.redirect_uri),
        verifier=required("code_verifier", form.code_verifier),
    )
    return _answer(pair)


async def _by_refresh_token(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer | None:
    pair = await sessions_of(services).refresh(
        uow,
        client_id=required("client_id", request.form.client_id),
        refresh_token=required("refresh_token", request.form.refresh_token),
    )
    return _answer(pair)


async def _by_client(uow: UnitOfWork, services: Services, request: TokenRequest) -> TokenAnswer:
    client_id, secret = client_credentials(request.authorization, request.form)
    caller = await agencies.authenticate(uow, client_id=client_id, secret=secret, scope=request.form.scope)
    return TokenAnswer(
        access_token=services.tokens.for_agency(caller),
        expires_in=services.tokens.life_seconds,
        scope=" ".join(sorted(caller.scopes)),
    )


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
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client,
    representation.GRANT_TYPE: _by_exchange,
}


def _answer(pair: TokenPair | None) -> TokenAnswer | None:
    if pair is None:
        return None
    return TokenAnswer(
        access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in
    )
