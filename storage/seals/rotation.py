"""A set of sealing keys as it changes: another key takes over, or one is withdrawn."""

from collections.abc import Sequence

from joserfc.jwk import ECKey

from storage.seals.key_sets import WITHDRAWN, public_key
from storage.signing import named, new_key, next_key, read_keys, signing, signs_from


def rotated(keys: Sequence[ECKey], *, now: int, signs_at: int) -> list[ECKey]:
    """Return the keys with a fresh one that signs from `signs_at` on.

    Of keys that another one has followed the public half alone is kept: what they sealed stays good, and a
    secret that is nowhere can not be stolen.

    Raises:
        ValueError: a key waits for its time already.
    """
    able = [key for key in keys if _signs(key)]
    fresh = next_key(able, now=now, signs_at=signs_at)
    present = signing(able, now, starts=signs_from)
    return [*[key if key is present else _retired(key) for key in keys], fresh]


def withdrawn(keys: Sequence[ECKey], kid: str, *, at: int) -> list[ECKey]:
    """Return the keys with one withdrawn: what it signs from `at` on (seconds since 1970) counts no more.

    Where none is left that signs, a fresh key does so at once.

    Args:
        keys: all of them.
        kid: the whole name of the key, or the beginning of it that no other has.
        at: the time. Of a key that was stolen, one before its first use.

    Raises:
        ValueError: there is no such key, or it was withdrawn from an earlier time on.
    """
    found = [key for key in keys if (key.kid or "").startswith(kid)]
    if not kid or len(found) != 1:
        raise ValueError("no key, or more than one, begins with this name")
    before = public_key(found[0]).withdrawn_at
    if before is not None and before < at:
        raise ValueError("it was withdrawn from an earlier time on, which stays")
    left = [named(_retired(key), **{WITHDRAWN: at}) if key is found[0] else key for key in keys]
    return left if any(_signs(key) for key in left) else [*left, *read_keys(new_key())]


def _signs(key: ECKey) -> bool:
    return key.is_private and public_key(key).withdrawn_at is None


def _retired(key: ECKey) -> ECKey:
    return named(ECKey.import_key(key.as_dict(private=False)))
