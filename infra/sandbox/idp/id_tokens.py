"""The ID token: OpenID Connect Core, 2 and 3.1.3.6, signed with RS256."""

import base64
import hashlib
import time

from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.sandbox.idp.clients import CLIENT_ID
from infra.sandbox.idp.grants import Grant

LIFETIME = 600  # seconds


class IdTokens:
    """Signs ID tokens and publishes the key that proves them."""

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
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "sub": grant.account.sub,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + LIFETIME,
            "auth_time": int(grant.granted_at),
            "at_hash": _half_hash(access_token),
        }
        if grant.request.nonce is not None:
            claims["nonce"] = grant.request.nonce
        header = {"alg": "RS256", "typ": "JWT", "kid": self._kid}
        return jwt.encode(header, claims | grant.account.claims(), self._key)


def _half_hash(token: str) -> str:
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
