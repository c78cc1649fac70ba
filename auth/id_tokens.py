"""Whether an ID token may be believed (OpenID Connect Core 1.0, section 3.1.3.7).

Authlib's own check takes unsigned tokens where the provider's metadata lists `none`, and a foreign
audience where `azp` is ours; this one does not.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from auth.errors import SignInRefused

ALGORITHMS = ("RS256", "ES256")
LEEWAY_SECONDS = 30


class UnknownKey(SignInRefused):
    """The token names a key that is not in the set: it is forged, or the set is out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token must say to be an answer to our question."""

    issuer: str
    client_id: str
    nonce: str


def verify(
    token: str, access_token: str, *, keys: KeySet, expected: Expected, now: Callable[[], float]
) -> dict[str, Any]:
    """Return the claims of an ID token that came together with `access_token`.

    Raises:
        UnknownKey: other keys may help.
        SignInRefused: nothing will.
    """
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(now()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except InvalidKeyIdError as error:
        raise UnknownKey("id_token_key") from error
    except (JoseError, ValueError, TypeError) as error:
        raise SignInRefused("id_token") from error
    _check_party(claims, expected.client_id)
    _check_same("nonce", claims.get("nonce"), expected.nonce)
    if "at_hash" in claims:
        _check_same("at_hash", claims["at_hash"], half_hash(access_token))
    return claims


def half_hash(token: str) -> str:
    """Return the left half of a token's SHA-256 in base64url (section 3.1.3.6, for the two algorithms)."""
    half = sha256(token.encode(errors="replace")).digest()[:16]
    return urlsafe_b64encode(half).rstrip(b"=").decode()


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if many or "azp" in claims:
        _check_same("azp", claims.get("azp"), client_id)


def _check_same(name: str, given: object, wanted: str) -> None:
    text = given if isinstance(given, str) else ""
    if not hmac.compare_digest(text.encode(errors="replace"), wanted.encode()):
        raise SignInRefused(name)
