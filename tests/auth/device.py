"""A phone's own key, and the proofs that it makes (RFC 9449)."""

import time
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from auth import opaque

LEAVE_OUT = object()


class Device:
    """Makes proofs; whatever is in one can be changed, or left out."""

    def __init__(self, key: ECKey | OKPKey | None = None, *, algorithm: str = "ES256") -> None:
        self.key = key or ECKey.generate_key("P-256")
        self.algorithm = algorithm
        self.thumbprint = self.key.thumbprint()

    def proof(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        header: dict[str, Any] | None = None,
        signed_with: Any = None,
        **claims: Any,
    ) -> str:
        """Return a proof for a request."""
        head = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.key.as_dict(private=False)}
        said = {"htm": method, "htu": url, "iat": int(time.time()), "jti": str(uuid4())}
        if token is not None:
            said["ath"] = opaque.digest_text(token)
        head, said = _changed(head, header or {}), _changed(said, claims)
        return jwt.encode(
            head, said, signed_with or self.key, algorithms=[str(head.get("alg"))], default_type=None
        )


def _changed(given: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (given | changes).items() if value is not LEAVE_OUT}
