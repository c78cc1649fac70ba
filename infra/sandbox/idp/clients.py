"""The one relying party, and how it proves itself (RFC 6749, 2.3)."""

import base64
import binascii
import secrets
import urllib.parse

from starlette.datastructures import FormData

CLIENT_ID = "tindan"

_LOOPBACK = {"127.0.0.1", "localhost"}


class InvalidClientError(Exception):
    """The caller of the token endpoint is not the relying party."""


def may_redirect_to(uri: str) -> bool:
    """Return whether a redirect URI is ours to use: http on this machine, at any port and path."""
    try:
        parts = urllib.parse.urlsplit(uri)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and has_port and _is_plain(parts)


def _is_plain(parts: urllib.parse.SplitResult) -> bool:
    return not parts.fragment and "@" not in parts.netloc


def authenticate(authorization: str | None, form: FormData, secret: str) -> None:
    """Check `client_secret_basic` or `client_secret_post`.

    Raises:
        InvalidClientError: Neither, both, or not with the right name and secret.
    """
    posted = form.get("client_secret")
    if (authorization is None) == (posted is None):
        raise InvalidClientError("Exactly one way of client authentication is required.")
    name, given = _basic(authorization) if authorization is not None else (form.get("client_id"), posted)
    if name != CLIENT_ID or not secrets.compare_digest(str(given).encode(), secret.encode()):
        raise InvalidClientError("Unknown client, or wrong secret.")


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    try:
        name, colon, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClientError("Malformed Authorization header.") from error
    if scheme.lower() != "basic" or not colon:
        raise InvalidClientError("Malformed Authorization header.")
    # RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
    return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret)
