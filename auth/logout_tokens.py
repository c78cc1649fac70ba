"""Whether a logout token may be believed (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth.errors import SignInRefused
from auth.id_tokens import LEEWAY_SECONDS, LONGEST, Expected, read
from auth.identity import SignedOut

TYPES = {None, "jwt", "logout+jwt"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_SECONDS = 300
LONGEST_NAME = 255
_REASON = "logout_token"


def issuer_of(token: str) -> str | None:
    """Return whom a token names as its issuer, unverified: only to know whose keys to try."""
    if len(token) > LONGEST:
        return None
    try:
        payload = json.loads(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    issuer = payload.get("iss") if isinstance(payload, dict) else None
    return issuer if isinstance(issuer, str) else None


def verify(token: str, *, keys: KeySet, expected: Expected, now: Callable[[], float]) -> SignedOut:
    """Return what a logout token tells. Whether it was told before is not asked here.

    Raises:
        UnknownKey: other keys may help.
        SignInRefused: nothing will.
    """
    claims = read(
        _REASON,
        token,
        types=TYPES,
        keys=keys,
        required={"iss": expected.issuer, "aud": expected.client_id, "iat": None, "jti": None},
        now=now,
    )
    events = claims.get("events")
    # An ID token has a nonce and no events: neither can pass for the other.
    if "nonce" in claims or not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise SignInRefused(_REASON)
    if now() - claims["iat"] > OLDEST_SECONDS + LEEWAY_SECONDS:
        raise SignInRefused("logout_token_age")
    told = SignedOut(
        issuer=expected.issuer,
        jti=_name(claims, "jti") or "",
        told_at=datetime.fromtimestamp(claims["iat"], UTC),
        subject=_name(claims, "sub"),
        sid=_name(claims, "sid"),
    )
    if told.subject is None and told.sid is None:
        raise SignInRefused(_REASON)
    return told


def _name(claims: dict[str, Any], claim: str) -> str | None:
    given = claims.get(claim)
    if given is None:
        return None
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_NAME:
        raise SignInRefused(_REASON)
    return given
