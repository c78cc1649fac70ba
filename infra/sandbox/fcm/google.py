"""Google's token service for one service account (RFC 7523, JWT bearer grant)."""

import hmac
import secrets
import time

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROJECT = "tindan-sandbox"
CLIENT_EMAIL = f"tindan@{PROJECT}.iam.gserviceaccount.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 3600  # seconds, of an access token

# Google's libraries address the assertion to this, whatever `token_uri` says.
_GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"


class Google:
    """Hands out the service account and changes its assertions into access tokens."""

    def __init__(self, *, key: RSAKey, public_url: str) -> None:
        self._key = key
        self._token_uri = f"{public_url}/google/token"
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": CLIENT_EMAIL},
            aud={"essential": True, "values": [_GOOGLE_AUDIENCE, self._token_uri]},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._secret = key.as_pem(private=True)

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/google/token", self.token, methods=["POST"]),
            Route("/sandbox/service-account.json", self.service_account, methods=["GET"]),
        ]

    def recognises(self, authorization: str) -> bool:
        """Return whether an Authorization header carries an access token of ours that is still good."""
        content, _, mac = authorization.removeprefix("Bearer ").rpartition(".")
        if not (mac.isascii() and hmac.compare_digest(mac, self._mac(content))):
            return False
        return time.time() < float(content.split(".")[1])

    async def token(self, request: Request) -> Response:
        """Answer an assertion with an access token."""
        form = await request.form()
        if form.get("grant_type") != JWT_BEARER:
            return _refused("unsupported_grant_type", f"Expected {JWT_BEARER}.")
        try:
            token = jwt.decode(str(form.get("assertion", "")), self._key, algorithms=["RS256"])
            self._claims.validate(token.claims)
        except (JoseError, ValueError) as error:
            return _refused("invalid_grant", f"Invalid JWT: {error}")
        return JSONResponse(
            {"access_token": self._issue(), "expires_in": LIFETIME, "token_type": "Bearer"},
            headers={"Cache-Control": "no-store"},
        )

    async def service_account(self, _request: Request) -> Response:
        """Answer with the file that a deployment would download from Google's console."""
        return JSONResponse(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": self._key.thumbprint(),
                "private_key": self._key.as_pem(private=True).decode(),
                "client_email": CLIENT_EMAIL,
                "client_id": "100000000000000000000",
                "token_uri": self._token_uri,
                "universe_domain": "googleapis.com",
            }
        )

    def _issue(self) -> str:
        """Return a token that proves itself, so that starting the sandbox anew does not end it."""
        content = f"ya29.{time.time() + LIFETIME:.0f}.{secrets.token_urlsafe(24)}"
        return f"{content}.{self._mac(content)}"

    def _mac(self, content: str) -> str:
        return hmac.digest(self._secret, content.encode(), "sha256").hex()


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status_code=400)
