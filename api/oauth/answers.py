"""Answers of the OAuth endpoints, and what is read from beside the form."""

import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlencode

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from api.oauth.schemas import LONGEST_DEVICE_NAME, TokenForm, TokenType
from auth import assertions
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


def device_name(form: TokenForm) -> str | None:
    """Return what the device is called, in NFC. Raises OAuthError where that is no name."""
    name = " ".join(unicodedata.normalize("NFC", form.device_name or "").split())
    if len(name) > LONGEST_DEVICE_NAME or not name.isprintable():
        raise OAuthError(
            "invalid_request", f"device_name holds at most {LONGEST_DEVICE_NAME} printable characters"
        )
    return name or None


def token_type(*, bound: bool) -> TokenType:
    """Return how an access token is to be shown (RFC 6750, and RFC 9449, section 5)."""
    return "DPoP" if bound else "Bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProof:
    """How a client proves itself: by its id and a secret, or by an assertion that says who it is."""

    client_id: str
    secret: str = field(default="", repr=False)
    assertion: str | None = field(default=None, repr=False)


def client_proof(authorization: str | None, form: TokenForm) -> ClientProof:
    """Return a client's proof from the header or the form (RFC 6749, section 2.3.1; RFC 7521, section 4.2).

    Raises:
        OAuthError: there is none, or more than one (RFC 6749, section 2.3), or it is malformed.
    """
    if [authorization, form.client_secret, form.client_assertion].count(None) < 2:  # noqa: PLR2004 - of three
        raise OAuthError("invalid_request", "a client proves itself in one way only")
    if form.client_assertion is not None:
        return _assertion(form.client_assertion, form)
    if authorization is not None:
        return _basic(authorization)
    if not form.client_id or not form.client_secret:
        raise OAuthError("invalid_client", "a client needs its id and a secret, or an assertion")
    return ClientProof(client_id=form.client_id, secret=form.client_secret)


def _assertion(assertion: str, form: TokenForm) -> ClientProof:
    if form.client_assertion_type != assertions.TYPE:
        raise OAuthError("invalid_request", f"the client_assertion_type is {assertions.TYPE}")
    client_id = assertions.claimed_client(assertion)
    if form.client_id not in {None, client_id}:
        raise OAuthError("invalid_client", "client_id and the assertion name different clients")
    return ClientProof(client_id=client_id, assertion=assertion)


def _basic(authorization: str) -> ClientProof:
    kind, _, credentials = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(credentials, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise OAuthError("invalid_client", "the Authorization header is malformed") from error
    if kind.lower() != "basic" or not colon:
        raise OAuthError("invalid_client", "the Authorization header is malformed")
    return ClientProof(client_id=unquote_plus(client_id), secret=unquote_plus(secret))
