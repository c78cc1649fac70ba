"""Keys that sign: elliptic curve P-256 (ES256, RFC 7518), read from settings, and which of them signs when.

A key may say from when on it signs (`nbf` in its JWK, seconds since 1970). So the next key is published
long before its time, and every process changes over at the same moment without being told.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from joserfc.jwk import ECKey

CURVE = "P-256"
SIGNS_FROM = "nbf"
_OWN_NAMES = {"kid", "key_ops"}

K = TypeVar("K")


def new_key() -> str:
    """Return a fresh private key in PEM."""
    return ECKey.generate_key(CURVE).as_pem(private=True).decode()


def next_key(keys: Sequence[ECKey], *, now: int, signs_at: int) -> ECKey:
    """Return a fresh key that signs from `signs_at` on.

    Raises:
        ValueError: a key waits for its time already.
    """
    if any(signs_from(key) > now for key in keys):
        raise ValueError("a next key waits already")
    return named(ECKey.generate_key(CURVE), **{SIGNS_FROM: signs_at})


def read_keys(text: str, *, also_public: bool = False) -> list[ECKey]:
    """Read a private key in PEM or JWK, or a JWK set of such keys.

    Args:
        text: the keys.
        also_public: take public halves as well, of keys that sign no more.

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
        if key.curve_name != CURVE or not (key.is_private or also_public):
            raise ValueError("not a private key of the curve")
    return [named(key) for key in keys]


def write_keys(keys: Sequence[ECKey]) -> str:
    """Return keys as a JWK set on one line, as `read_keys` takes it."""
    return json.dumps({"keys": [key.as_dict(private=key.is_private) for key in keys]}, separators=(",", ":"))


def named(key: ECKey, **more: Any) -> ECKey:
    """Return a key under its own name, with further members in its JWK.

    The thumbprint (RFC 7638) names a key, whatever its file called it: the same in every process.

    Raises:
        ValueError: `nbf` is no time.
    """
    given: dict[str, Any] = {**key.as_dict(private=key.is_private), **more}
    parts = {name: value for name, value in given.items() if name not in _OWN_NAMES}
    if not is_time(parts.get(SIGNS_FROM, 0)):
        raise ValueError("nbf is no time in seconds since 1970")
    return ECKey.import_key(parts, {"use": "sig", "alg": "ES256", "kid": key.thumbprint()})


def is_time(value: Any) -> bool:
    """Tell whether a member of a JWK is a time in whole seconds since 1970."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def signs_from(key: ECKey) -> int:
    """Return from when on a key signs, in seconds since 1970; 0 where it does not say."""
    start: Any = key.get(SIGNS_FROM)
    return int(start or 0)


def signing(keys: Sequence[K], now: float, *, starts: Callable[[K], int]) -> K:
    """Return the key that signs: of those whose time has come the latest, among equals the one named first.

    Where none has come yet it is the first to come.
    """
    come = [key for key in keys if starts(key) <= now]
    return max(come, key=starts) if come else min(keys, key=starts)
