"""Whether what a provider signed may be believed, an ID token above all (OpenID Connect Core 1.0, 3.1.3.7).

Authlib's own check takes unsigned tokens where the provider's metadata lists `none`, and a foreign
audience where `azp` is ours; this one does not.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from auth.errors import SignInRefused

ALGORITHMS = ("RS256", "ES256", "PS256")
LEEWAY_SECONDS = 30
LONGEST = 16 * 1024
SIGNED_TYPES = {None, "jwt"}


class UnknownKey(SignInRefused):
    """The token names a key that is not in the set: it is forged, or the set is out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say to be meant for us: who speaks, and to whom."""

    issuer: str
    client_id: str


def verify(
    token: str,
    access_token: str,
    *,
    nonce: str,
    nonce_required: bool = True,
    keys: KeySet,
    expected: Expected,
    now: Callable[[], float],
) -> dict[str, Any]:
    """Return the claims of an ID token that came together with `access_token`.

    Args:
        token: the ID token.
        access_token: what `at_hash` speaks of, if it is there.
        nonce: what was sent along.
        nonce_required: whether a token without nonce is refused, too.
        keys: of the provider.
        expected: who speaks, and to whom.
        now: seconds since 1970.

    Raises:
        UnknownKey: other keys may help.
        SignInRefused: nothing will.
    """
    claims = read(
        "id_token",
        token,
        types=SIGNED_TYPES,
        keys=keys,
        required={
            "iss": expected.issuer,
            "aud": expected.client_id,
            "sub": None,
            "exp": None,
            "iat": None,
        },
        now=now,
    )
    _check_party(claims, expected.client_id)
    if nonce_required or "nonce" in claims:
        _check_same("nonce", claims.get("nonce"), nonce)
    if "at_hash" in claims:
        _check_same("at_hash", claims["at_hash"], half_hash(access_token))
    return claims


def read(
    name: str,
    token: str,
    *,
    types: Collection[str | None],
    keys: KeySet,
    required: Mapping[str, str | None],
    now: Callable[[], float],
) -> dict[str, Any]:
    """Return the claims of a JWT of the provider (RFC 7519; RFC 8725 for what to refuse).

    Args:
        name: what the token is, for the reason of a refusal.
        token: the token.
        types: `typ` headers that it may have, in lower case; None for none.
        keys: of the provider.
        required: claims that must be there, with the value that they must have, or None.
        now: seconds since 1970.

    Raises:
        UnknownKey: other keys may help.
        SignInRefused: nothing will.
    """
    essential: dict[str, Any] = {
        claim: {"essential": True} | ({} if value is None else {"value": value})
        for claim, value in required.items()
    }
    registry = jwt.JWTClaimsRegistry(now=lambda: int(now()), leeway=LEEWAY_SECONDS, **essential)
    if len(token) > LONGEST:
        raise SignInRefused(name)
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        registry.validate(decoded.claims)
    except InvalidKeyIdError as error:
        raise UnknownKey(f"{name}_key") from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise SignInRefused(name) from error
    kind: str | None = decoded.header.get("typ")
    if (kind and kind.lower()) not in types:
        raise SignInRefused(name)
    return decoded.claims


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
