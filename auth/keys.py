"""The keys under which our own tokens are signed: elliptic curve P-256 (ES256, RFC 7518).

A key may say from when on it signs (`nbf` in its JWK, seconds since 1970). So the next key is published
long before its time, every process changes over at the same moment without being told, and the old key
ends by itself once the last token that it signed has expired.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from joserfc.jwk import ECKey, KeySet, KeySetSerialization

CURVE = "P-256"
SIGNS_FROM = "nbf"
_OWN_NAMES = {"kid", "key_ops"}


def new_key() -> str:
    """Return a fresh private key in PEM."""
    return ECKey.generate_key(CURVE).as_pem(private=True).decode()


def read_keys(text: str) -> list[ECKey]:
    """Read a private key in PEM or JWK, or a JWK set of such keys.

    Raises ValueError, TypeError, KeyError or JoseError where it is anything else.
    """
    if text.lstrip().startswith("{"):
        given = json.loads(text)
        keys = [ECKey.import_key(item) for item in given.get("keys", [given])]
    else:
        keys = [ECKey.import_key(text)]
    if not keys:
        raise ValueError("the set is empty")
    for key in keys:
        if key.curve_name != CURVE or not key.is_private:
            raise ValueError("not a private key of the curve")
    return [_named(key) for key in keys]


def write_keys(keys: Sequence[ECKey]) -> str:
    """Return private keys as a JWK set on one line, as `read_keys` takes it."""
    return json.dumps({"keys": [key.as_dict(private=True) for key in keys]}, separators=(",", ":"))


def public_set(keys: Sequence[ECKey]) -> KeySetSerialization:
    """Return the public halves as a JWK set (RFC 7517), and nothing of when they sign."""
    published = KeySet(list(keys)).as_dict(private=False)
    for key in published["keys"]:
        key.pop(SIGNS_FROM, None)
    return published


class KeyRing:
    """The keys of a process, and which of them counts when.

    Of the keys whose time has come the latest signs; among equals the one that was named first.

    Args:
        keys: at least one.
        overlap: seconds for which a token may be about, so how long a key counts after another took over.
    """

    def __init__(self, keys: Sequence[ECKey], *, overlap: int) -> None:
        self._latest_first = sorted(keys, key=signs_from, reverse=True)
        starts = sorted({signs_from(key) for key in keys})
        self._end = {
            start: later + overlap for start, later in zip(starts, [*starts[1:], math.inf], strict=True)
        }

    def signing(self, now: float) -> ECKey:
        """Return the key that signs; the first to come where none has come yet."""
        come = (key for key in self._latest_first if signs_from(key) <= now)
        return next(come, None) or min(self._latest_first, key=signs_from)

    def counting(self, now: float) -> list[ECKey]:
        """Return the keys under which tokens are or will be good: the next, the one that signs, the old."""
        return [key for key in self._latest_first if now < self.ends_at(key)]

    def ends_at(self, key: ECKey) -> float:
        """Return until when a key counts, in seconds since 1970; infinity where none follows it."""
        return self._end[signs_from(key)]


def signs_from(key: ECKey) -> int:
    """Return from when on a key signs, in seconds since 1970; 0 where it does not say."""
    start: Any = key.get(SIGNS_FROM)
    return int(start or 0)


def rotated(keys: Sequence[ECKey], *, now: int, signs_at: int, overlap: int) -> list[ECKey]:
    """Return the keys that still count, and behind them a fresh one that signs from `signs_at` on.

    Raises:
        ValueError: a key waits for its time already.
    """
    if any(signs_from(key) > now for key in keys):
        raise ValueError("a next key waits already")
    fresh = _named(ECKey.generate_key(CURVE), **{SIGNS_FROM: signs_at})
    return [*KeyRing(keys, overlap=overlap).counting(now), fresh]


def _named(key: ECKey, **more: Any) -> ECKey:
    # The thumbprint (RFC 7638) names a key, whatever its file called it: the same in every process.
    given: dict[str, Any] = {**key.as_dict(private=True), **more}
    parts = {name: value for name, value in given.items() if name not in _OWN_NAMES}
    start = parts.get(SIGNS_FROM, 0)
    if not isinstance(start, int) or isinstance(start, bool) or start < 0:
        raise ValueError("nbf is no time in seconds since 1970")
    return ECKey.import_key(parts, {"use": "sig", "alg": "ES256", "kid": key.thumbprint()})
