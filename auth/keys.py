"""The keys under which our own tokens are signed, and for how long each of them counts.

The old key ends by itself once the last token that it signed has expired.
"""

import math
from collections.abc import Sequence

from joserfc.jwk import ECKey, KeySet, KeySetSerialization

from storage.signing import SIGNS_FROM, next_key, signing, signs_from


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
        return signing(self._latest_first, now, starts=signs_from)

    def counting(self, now: float) -> list[ECKey]:
        """Return the keys under which tokens are or will be good: the next, the one that signs, the old."""
        return [key for key in self._latest_first if now < self.ends_at(key)]

    def ends_at(self, key: ECKey) -> float:
        """Return until when a key counts, in seconds since 1970; infinity where none follows it."""
        return self._end[signs_from(key)]


def rotated(keys: Sequence[ECKey], *, now: int, signs_at: int, overlap: int) -> list[ECKey]:
    """Return the keys that still count, and behind them a fresh one that signs from `signs_at` on.

    Raises:
        ValueError: a key waits for its time already.
    """
    fresh = next_key(keys, now=now, signs_at=signs_at)
    return [*KeyRing(keys, overlap=overlap).counting(now), fresh]
