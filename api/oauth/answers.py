"""Answers of the OAuth endpoints, and what is read from beside the form."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote_plus, urlencode

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from api.oauth.schemas import TokenForm
from auth.errors import OAuthError

NO_STORE = {"cache-control": "no-store"}


def redirect(url: str) -> Response:
    """Send a browser on."""
    return RedirectResponse(url, status_code=302, headers=NO_STORE)


def app_url(redirect_uri: str, *, issuer: str, state: str | None, **answer: str) -> str:
    """Return where an app is called back with an answer that names its issuer (RFC 9207)."""
    parameters = answer | ({} if state is None else {"state": state}) | {"iss": issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(parameters)}"


def refusal(error: OAuthError, *, challenge: bool = False) -> Response:
    """Say in JSON what is wrong (RFC 6749, section 5.2), with a challenge where HTTP Basic was tried."""
    unknown = error.code == "invalid_client"
    headers = NO_STORE | ({"www-authenticate": 'Basic realm="tindan"'} if unknown and challenge else {})
    body = {"error": error.code, "error_description": error.description}
    return JSONResponse(body, status_code=401 if unknown else 400, headers=headers)


def repeated(parameters: Sequence[tuple[str, object]]) -> frozenset[str]:
    """Return the names that are given more than once."""
    counts = Counter(name for name, _ in parameters)
    return frozenset(name for name, count in counts.items() if count > 1)


def check_single(parameters: Sequence[tuple[str, object]]) -> None:
    """Raise OAuthError where a parameter is given more than once (RFC 6749, section 3.1)."""
    if repeated(parameters):
        raise OAuthError("invalid_request", "a parameter is given more than once")


def required(name: str, value: str | None) -> str:
    """Return a parameter, or raise OAuthError where it is missing or empty."""
    if not value:
        raise OAuthError("invalid_request", f"{name} is missing")
    return value


def client_credentials(authorization: str | None, form: TokenForm) -> tuple[str, str]:
    """Return a client's id and secret from the header or the form (RFC 6749, section 2.3.1).

    Raises:
        OAuthError: there is neither, both, or the header is malformed.
    """
    if authorization is None:
        if not form.client_id or not form.client_secret:
            raise OAuthError("invalid_client", "client_id and client_secret are required")
        return form.client_id, form.client_secret
    if form.client_secret is not None:
        raise OAuthError("invalid_request", "the secret may be given in one way only")
    return _basic(authorization)


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, credentials = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(credentials, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise OAuthError("invalid_client", "the Authorization header is malformed") from error
    if kind.lower() != "basic" or not colon:
        raise OAuthError("invalid_client", "the Authorization header is malformed")
    return unquote_plus(client_id), unquote_plus(secret)
