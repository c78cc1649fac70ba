"""What relying parties call themselves: discovery, keys, tokens, userinfo. All of it can be made to fail."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.idp.clients import InvalidClientError, authenticate
from infra.sandbox.idp.grants import TOKEN_LIFETIME, Grant, Grants
from infra.sandbox.idp.id_tokens import IdTokens
from infra.sandbox.idp.realms import Realm
from infra.sandbox.scripts import Fault, Refuse, Status
from infra.sandbox.staff import Officer

Endpoint = Callable[[Request], Awaitable[Response]]

OFFLINE = "offline_access"
GRANT_TYPES = ("authorization_code", "refresh_token")
_PRIVATE = {"Cache-Control": "no-store"}


class BackChannel:
    """Endpoints of a provider that no browser sees.

    Args:
        realm: the provider.
        client_secret: of the relying party.
        grants: what was granted.
        id_tokens: signs ID tokens; None for a provider that signs nothing.
        faults: what goes wrong; with another provider than `idp`, its name leads that of the endpoint.
    """

    def __init__(
        self,
        *,
        realm: Realm,
        client_secret: str,
        grants: Grants,
        id_tokens: IdTokens | None,
        faults: Faults,
    ) -> None:
        self._realm = realm
        self._client_secret = client_secret
        self._grants = grants
        self._id_tokens = id_tokens
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        path, both = self._realm.path, ["GET", "POST"]
        always = [
            Route(path("token"), self._faulty("token", self.token), methods=["POST"]),
            Route(path("userinfo"), self._faulty("userinfo", self.userinfo), methods=both),
        ]
        if self._id_tokens is None:
            return always
        id_tokens = self._id_tokens

        async def jwks(_request: Request) -> Response:
            return JSONResponse(id_tokens.key_set())

        return [
            *always,
            Route(path(".well-known/openid-configuration"), self._faulty("discovery", self.discovery)),
            Route(path("jwks"), self._faulty("jwks", jwks)),
        ]

    async def discovery(self, _request: Request) -> Response:
        """Answer with the provider's metadata (OpenID Connect Discovery, 3)."""
        issuer = self._realm.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "end_session_endpoint": f"{issuer}/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email", "phone", OFFLINE],
                "acr_values_supported": ["1", "2"],
                "backchannel_logout_supported": True,
                "backchannel_logout_session_supported": True,
                "ui_locales_supported": ["vi", "en"],
                "authorization_response_iss_parameter_supported": True,
                "request_uri_parameter_supported": False,
            }
        )

    async def token(self, request: Request) -> Response:
        """Change a code or a refresh token into tokens (RFC 6749, 4.1.3 and 6; OpenID Core, 3.1.3)."""
        form = await request.form()
        try:
            authenticate(request.headers.get("authorization"), form, self._client_secret)
        except InvalidClientError as error:
            challenge = {"WWW-Authenticate": 'Basic realm="sandbox"'}
            return _refused("invalid_client", str(error), status=401, headers=challenge)
        if form.get("grant_type") not in GRANT_TYPES:
            return _refused("unsupported_grant_type", f"The grant types are {', '.join(GRANT_TYPES)}.")
        grant = self._granted({name: str(value) for name, value in form.items()})
        if grant is None or grant.account.sub in self._realm.suspended:
            return _refused("invalid_grant", "It is unknown, used, too old, or not yours.")
        return JSONResponse(self._tokens(grant), headers=_PRIVATE)

    async def userinfo(self, request: Request) -> Response:
        """Answer with the claims behind an access token (OpenID Connect Core, 5.3)."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        grant = self._grants.behind(token)
        if grant is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return _refused("invalid_token", "No such access token.", status=401, headers=challenge)
        if not self._realm.strict:
            return JSONResponse({"code": "00", "data": _scoped_claims(grant)}, headers=_PRIVATE)
        return JSONResponse({"sub": grant.account.sub} | _scoped_claims(grant), headers=_PRIVATE)

    def _granted(self, form: dict[str, str]) -> Grant | None:
        if form["grant_type"] == "refresh_token":
            return self._grants.renew(form.get("refresh_token", ""))
        return self._grants.redeem(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )

    def _tokens(self, grant: Grant) -> dict[str, object]:
        access_token = self._grants.issue_token(grant)
        tokens: dict[str, object] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME,
            "scope": " ".join(sorted(grant.request.scope)),
        }
        if OFFLINE in grant.request.scope:
            tokens["refresh_token"] = self._grants.issue_refresh(grant)
        if self._id_tokens is not None:
            tokens["id_token"] = self._id_tokens.sign(grant, access_token)
        return tokens

    def _faulty(self, name: str, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            place = name if self._realm.name == "idp" else f"{self._realm.name}-{name}"
            fault = await self._faults.meet("idp", to=(place,))
            response = _scripted(fault) or await endpoint(request)
            await self._faults.linger(fault)
            return response

        return answer


def _scripted(fault: Fault | None) -> Response | None:
    if isinstance(fault, Status):
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return _refused(
            "temporarily_unavailable", "Scripted by the sandbox.", status=fault.code, headers=headers
        )
    return _refused(fault.code, "Scripted by the sandbox.") if isinstance(fault, Refuse) else None


def _scoped_claims(grant: Grant) -> dict[str, object]:
    account, scope = grant.account, grant.request.scope
    claims: dict[str, object] = dict(account.claims())
    if isinstance(account, Officer):
        return claims
    if "email" in scope:
        claims |= {"email": account.email, "email_verified": True}
    if "phone" in scope:
        claims |= {"phone_number": account.phone, "phone_number_verified": True}
    return claims


def _refused(
    error: str, description: str, *, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    body = {"error": error, "error_description": description}
    return JSONResponse(body, status_code=status, headers=_PRIVATE | (headers or {}))
