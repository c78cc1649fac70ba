"""What relying parties call themselves: discovery, keys, tokens, userinfo. All of it can be made to fail."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.idp.clients import InvalidClientError, authenticate
from infra.sandbox.idp.grants import TOKEN_LIFETIME, Grant, Grants
from infra.sandbox.idp.id_tokens import IdTokens
from infra.sandbox.scripts import Fault, Refuse, Status

Endpoint = Callable[[Request], Awaitable[Response]]

_PRIVATE = {"Cache-Control": "no-store"}


class BackChannel:
    """Endpoints below /idp that no browser sees."""

    def __init__(
        self, *, issuer: str, client_secret: str, grants: Grants, id_tokens: IdTokens, faults: Faults
    ) -> None:
        self._issuer = issuer
        self._client_secret = client_secret
        self._grants = grants
        self._id_tokens = id_tokens
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/idp/.well-known/openid-configuration", self._faulty("discovery", self.discovery)),
            Route("/idp/jwks", self._faulty("jwks", self.jwks)),
            Route("/idp/token", self._faulty("token", self.token), methods=["POST"]),
            Route("/idp/userinfo", self._faulty("userinfo", self.userinfo), methods=["GET", "POST"]),
        ]

    async def discovery(self, _request: Request) -> Response:
        """Answer with the provider's metadata (OpenID Connect Discovery, 3)."""
        return JSONResponse(
            {
                "issuer": self._issuer,
                "authorization_endpoint": f"{self._issuer}/authorize",
                "token_endpoint": f"{self._issuer}/token",
                "userinfo_endpoint": f"{self._issuer}/userinfo",
                "jwks_uri": f"{self._issuer}/jwks",
                "end_session_endpoint": f"{self._issuer}/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email", "phone"],
                "ui_locales_supported": ["vi", "en"],
                "authorization_response_iss_parameter_supported": True,
                "request_uri_parameter_supported": False,
            }
        )

    async def jwks(self, _request: Request) -> Response:
        """Answer with the public key."""
        return JSONResponse(self._id_tokens.key_set())

    async def token(self, request: Request) -> Response:
        """Change a code into tokens (RFC 6749, 4.1.3; OpenID Connect Core, 3.1.3)."""
        form = await request.form()
        try:
            authenticate(request.headers.get("authorization"), form, self._client_secret)
        except InvalidClientError as error:
            challenge = {"WWW-Authenticate": 'Basic realm="sandbox"'}
            return _refused("invalid_client", str(error), status=401, headers=challenge)
        if form.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type", "The grant type is authorization_code.")
        grant = self._grants.redeem(
            str(form.get("code", "")),
            redirect_uri=str(form.get("redirect_uri", "")),
            verifier=str(form.get("code_verifier", "")),
        )
        if grant is None:
            return _refused("invalid_grant", "The code is unknown, used, too old, or not yours.")
        return JSONResponse(self._tokens(grant), headers=_PRIVATE)

    async def userinfo(self, request: Request) -> Response:
        """Answer with the claims behind an access token (OpenID Connect Core, 5.3)."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        grant = self._grants.behind(token)
        if grant is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return _refused("invalid_token", "No such access token.", status=401, headers=challenge)
        return JSONResponse({"sub": grant.account.sub} | _scoped_claims(grant), headers=_PRIVATE)

    def _tokens(self, grant: Grant) -> dict[str, object]:
        access_token = self._grants.issue_token(grant)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME,
            "scope": " ".join(sorted(grant.request.scope)),
            "id_token": self._id_tokens.sign(grant, access_token),
        }

    def _faulty(self, name: str, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            fault = await self._faults.meet("idp", to=(name,))
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
