"""The public keys under which seals are good, as they are published (JWK set, RFC 7517)."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from storage.seals.cose import KEY_ID_BYTES
from storage.seals.errors import Fault, SealError
from storage.signing import CURVE, is_time

WITHDRAWN = "withdrawn_at"
"""Member of a JWK: from when on what the key signs counts no more, in seconds since 1970."""
MOST_KEYS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One key.

    Attributes:
        kid: its JWK thumbprint (RFC 7638).
        key_id: the first 8 bytes of that, which a token has room for.
        withdrawn_at: in seconds since 1970; none where it is good.
        key: of the curve P-256.
    """

    kid: str
    key_id: bytes
    withdrawn_at: int | None
    key: EllipticCurvePublicKey

    def counts_at(self, issued_at: int) -> bool:
        """Tell whether the key counts for what was issued then.

        Papers of before the withdrawal are in people's hands and stay good. Whoever stole a key can write any
        time of issue, though: let a stolen one be withdrawn from before its first use. Against what it sealed
        earlier by its own word, the online status stands, which knows no seal but ours.
        """
        return self.withdrawn_at is None or issued_at < self.withdrawn_at

    def as_dict(self) -> dict[str, Any]:
        """Return it as a JWK."""
        jwk: dict[str, Any] = ECKey.import_key(self.key).as_dict(private=False)
        jwk |= {"use": "sig", "alg": "ES256", "kid": self.kid}
        return jwk if self.withdrawn_at is None else jwk | {WITHDRAWN: self.withdrawn_at}


class KeySet:
    """Keys, found by what a token or a header says of them.

    Raises ValueError where one is there twice: who knows which of its times of withdrawal counts?
    """

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        given = list(keys)
        self._by_kid = {key.kid: key for key in given}
        if len(self._by_kid) < len(given):
            raise ValueError("a key is there twice")

    def hinted(self, key_id: bytes) -> list[PublicKey]:
        """Return the keys with these 8 bytes: any number, as nobody keeps two from sharing them."""
        return [key for key in self._by_kid.values() if key.key_id == key_id]

    def named(self, kid: str) -> PublicKey | None:
        """Return the key with this thumbprint."""
        return self._by_kid.get(kid)

    def as_dict(self) -> dict[str, Any]:
        """Return the JWK set that is published, and that `read_key_set` reads."""
        return {"keys": [key.as_dict() for key in self._by_kid.values()]}


def public_key(key: ECKey) -> PublicKey:
    """Return the public half of a key of the curve P-256, under its true name whatever it is called.

    Raises:
        ValueError: its time of withdrawal is no time.
    """
    withdrawn_at: Any = key.get(WITHDRAWN)
    if withdrawn_at is not None and not is_time(withdrawn_at):
        raise ValueError(f"{WITHDRAWN} is no time in seconds since 1970")
    # Read anew from the point itself: its coordinates can be spelt in several ways, and have one name.
    kid = ECKey.import_key(key.public_key).thumbprint()
    return PublicKey(
        kid=kid,
        key_id=urlsafe_b64decode(f"{kid}=")[:KEY_ID_BYTES],
        withdrawn_at=withdrawn_at,
        key=key.public_key,
    )


def read_key_set(document: Any) -> KeySet:
    """Return the keys of a JWK set; those of other kinds are passed over, as the RFC has it.

    Raises:
        SealError: `key_set` where it is none, holds over 64 keys, a secret one, or a broken one.
    """
    given = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise SealError(Fault.KEY_SET, 'it is no JWK set, {"keys": [...]}')
    if len(given) > MOST_KEYS:
        raise SealError(Fault.KEY_SET, f"it holds over {MOST_KEYS} keys")
    if any("d" in one for one in given):
        raise SealError(Fault.KEY_SET, "it holds a secret key: the published set is asked for")
    usable = [one for one in given if one.get("kty") == "EC" and one.get("crv") == CURVE]
    try:
        return KeySet([public_key(ECKey.import_key(dict(one))) for one in usable])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SealError(Fault.KEY_SET, "a key is broken") from error
