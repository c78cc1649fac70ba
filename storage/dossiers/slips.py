"""The secret on a receipt slip: derived whenever it is needed, kept nowhere. Pure.

Whoever reads the database, a backup or a log of it learns no secret: without the key, the id of a dossier
says nothing.
"""

import hmac
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for another, or for a digit."""
LENGTH = 12
"""Eleven characters of 5 bits that nobody can guess, and one that tells a slip of the finger."""
GROUP = 4
KEY_BYTES = 32

_LOOK_ALIKES = str.maketrans("OIL", "011")
_SEPARATORS = str.maketrans("", "", " \t\u00a0.-\u2010\u2011\u2012\u2013\u2014\u2212")
_PURPOSE = b"tindan.slip.1\x00"
_NO_SECRET = "-" * LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipKeys:
    """Keys of 32 bytes: the first makes secrets, all verify them."""

    keys: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse none, and one of another length."""
        if not self.keys or any(len(key) != KEY_BYTES for key in self.keys):
            raise ValueError(f"keys of slips are {KEY_BYTES} bytes long, and there is at least one")

    def secret_of(self, dossier_id: UUID) -> str:
        """Return the secret of a dossier: 12 characters, of which the last is a check on the others."""
        return _secret(self.keys[0], dossier_id)

    def fits(self, dossier_id: UUID, secret: str | None) -> bool:
        """Whether a secret, as `read` returns it, is a dossier's.

        How long this takes tells neither how much was right, nor by which key, nor whether it was a secret.
        """
        given = (secret or _NO_SECRET).encode()
        compared = [hmac.compare_digest(_secret(key, dossier_id).encode(), given) for key in self.keys]
        return any(compared)


def grouped(secret: str) -> str:
    """Return a secret as it is printed, in groups of four: ``7K3M-0QXV-92TE``."""
    return "-".join(secret[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read(text: str) -> str | None:
    """Return a secret as it was typed or scanned, in its one spelling; none where it can be none.

    Case, spaces and dashes do not count; O is read as 0, I and L as 1. One wrong character, or two that
    changed places, always show in the check.
    """
    secret = unicodedata.normalize("NFKC", text).upper().translate(_SEPARATORS).translate(_LOOK_ALIKES)
    if len(secret) != LENGTH or not set(secret) <= set(ALPHABET):
        return None
    return secret if _check([ALPHABET.index(letter) for letter in secret]) == 0 else None


def _secret(key: bytes, dossier_id: UUID) -> str:
    number = int.from_bytes(hmac.digest(key, _PURPOSE + dossier_id.bytes, sha256))
    digits = [number >> 5 * place & 31 for place in range(LENGTH - 1)]
    digits.append(_times_x(_check(digits)))
    return "".join(ALPHABET[digit] for digit in digits)


def _check(digits: list[int]) -> int:
    """Evaluate the digits as a polynomial over GF(32), by Horner's rule; a whole secret gives 0.

    Each place weighs another power of x, and none weighs 0: hence what `read` promises.
    """
    total = 0
    for digit in digits:
        total = _times_x(total) ^ digit
    return total


def _times_x(element: int) -> int:
    """Multiply in GF(32), modulo the primitive polynomial x^5 + x^2 + 1."""
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled
