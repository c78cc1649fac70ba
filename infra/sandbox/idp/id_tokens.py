"""What the provider signs, with RS256: ID tokens (OpenID Connect Core, 2) and logout tokens."""

import base64
import hashlib
import secrets
import time

from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.sandbox.idp.clients import CLIENT_ID
from infra.sandbox.idp.grants import Grant

LIFETIME = 600  # seconds
LOGOUT_LIFETIME = 120  # seconds
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class IdTokens:
    """Signs tokens and publishes the key that proves them."""

    def __init__(self, *, key: RSAKey, issuer: str) -> None:
        self._key = key
        self._kid = key.thumbprint()
        self._issuer = issuer

    def key_set(self) -> dict[str, object]:
        """Return the public key as a JWK set (RFC 7517, 5)."""
        public: dict[str, object] = dict(self._key.as_dict(private=False))
        return {"keys": [public | {"kid": self._kid, "use": "sig", "alg": "RS256"}]}

    def sign(self, grant: Grant, access_token: str) -> str:
        """Return the ID token for a grant, bound to the access token beside it."""
        claims: dict[str, object] = {
            "sub": grant.account.sub,
            "sid": grant.sid,
            "auth_time": int(grant.granted_at),
            "at_hash": _half_hash(access_token),
        }
        if grant.account.level is not None:
            claims["acr"] = grant.account.level
        if grant.request.nonce is not None:
            claims["nonce"] = grant.request.nonce
        return self._signed("JWT", claims | grant.account.claims(), LIFETIME)

    def logout_token(self, sub: str, sid: str | None) -> str:
        """Return what tells that somebody signed out (OpenID Connect Back-Channel Logout, 2.4)."""
        claims: dict[str, object] = {
            "sub": sub,
            "jti": secrets.token_hex(16),
            "events": {LOGOUT_EVENT: {}},
        }
        return self._signed("logout+jwt", claims | ({} if sid is None else {"sid": sid}), LOGOUT_LIFETIME)

    def _signed(self, kind: str, claims: dict[str, object], lifetime: int) -> str:
        now = int(time.time())
        common = {"iss": self._issuer, "aud": CLIENT_ID, "iat": now, "exp": now + lifetime}
        return jwt.encode({"alg": "RS256", "typ": kind, "kid": self._kid}, common | claims, self._key)


def _half_hash(token: str) -> str:
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
