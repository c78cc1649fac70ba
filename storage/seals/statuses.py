"""Lists of how seals stand, signed and small: Token Status List of the IETF (draft-ietf-oauth-status-list).

A list has two bits for each of 131,072 seals, the first seal in the lowest bits, compressed by zlib within a
JWT of the type `statuslist+jwt`. Whoever keeps a copy can tell for all of them, without telling anybody which
one is looked at. That a seal ran out stands in the seal itself, and in no list.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.seals.errors import Fault, SealError
from storage.seals.es256 import is_signed
from storage.seals.key_sets import KeySet

ENTRIES = 2**17
BITS = 2
LIFE_SECONDS = 24 * 3600
"""How long a list counts: who could not fetch another one meanwhile is told nothing any more."""
TYPE = "statuslist+jwt"
LONGEST = 128 * 1024
"""In characters; a list whose every seal stood in a way of its own has about 60,000."""
_A_BYTE = 8 // BITS
_LENGTH = ENTRIES // _A_BYTE
_MASK = 2**BITS - 1
_PARTS = 3


class SealState(StrEnum):
    """What its issuer says of a seal."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


_VALUES: Mapping[SealState, int] = {SealState.VALID: 0, SealState.REVOKED: 1, SealState.SUPERSEDED: 3}
_STATES = {value: state for state, value in _VALUES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """A list that was signed by a key of ours.

    Attributes:
        url: where the list is published; ends in its number.
        issued_at: as of when it tells, in seconds since 1970.
        packed: the bits.
    """

    url: str
    issued_at: int
    packed: bytes

    def state_of(self, status_index: int) -> SealState:
        """Return how a seal stands.

        Raises:
            SealError: `status_list` where this is not the list of that seal, or holds a value unknown here.
        """
        number, entry = divmod(status_index, ENTRIES)
        if self.url.rpartition("/")[2] != str(number):
            raise SealError(Fault.STATUS_LIST, f"it is not the list {number}")
        value = self.packed[entry // _A_BYTE] >> (entry % _A_BYTE * BITS) & _MASK
        if value not in _STATES:
            raise SealError(Fault.STATUS_LIST, "it tells of the seal what is not known here")
        return _STATES[value]


def pack(states: Mapping[SealState, Iterable[int]]) -> bytes:
    """Return the bits of a list; of entries that are not named the seal is valid.

    Args:
        states: entries of the list (0 to 131,071) by how their seals stand.
    """
    packed = bytearray(_LENGTH)
    for state, entries in states.items():
        value = _VALUES[state]
        for entry in entries:
            packed[entry // _A_BYTE] |= value << (entry % _A_BYTE * BITS)
    return bytes(packed)


def to_sign(url: str, packed: bytes, *, kid: str, issued_at: int, ttl: int) -> str:
    """Return the text over which a list is signed: the JWT without its signature.

    Args:
        url: where it is published.
        packed: the bits.
        kid: thumbprint of the key.
        issued_at: in seconds since 1970.
        ttl: seconds for which a copy may be kept before another is asked for.
    """
    header = {"alg": "ES256", "typ": TYPE, "kid": kid}
    claims = {
        "sub": url,
        "iat": issued_at,
        "exp": issued_at + LIFE_SECONDS,
        "ttl": ttl,
        "status_list": {"bits": BITS, "lst": _text(zlib.compress(packed, zlib.Z_BEST_COMPRESSION))},
    }
    return ".".join(_text(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))


def with_signature(signed: str, signature: bytes) -> str:
    """Return the whole JWT."""
    return f"{signed}.{_text(signature)}"


def read_status_list(text: str, keys: KeySet, now: float) -> StatusList:
    """Return a list, once its signature and its time have proved good.

    Raises:
        SealError: `status_list` in any other case.
    """
    try:
        return _read(text, keys, now)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise SealError(Fault.STATUS_LIST, "it can not be read") from error


def _read(text: str, keys: KeySet, now: float) -> StatusList:
    _require(len(text) <= LONGEST, "it is too long")
    parts = text.strip().split(".")
    _require(len(parts) == _PARTS, "it is no JWT")
    header = json.loads(_bytes(parts[0]))
    _require((header["alg"], header["typ"]) == ("ES256", TYPE), "it is of another type")
    key = keys.named(header["kid"])
    signed = ".".join(parts[:2]).encode()
    if key is None or not is_signed(key.key, signed, _bytes(parts[2])):
        raise SealError(Fault.STATUS_LIST, "none of the keys signed it")
    claims = json.loads(_bytes(parts[1]))
    _require(key.counts_at(claims["iat"]), "its key was withdrawn")
    _require(claims["iat"] <= claims["exp"] and now < claims["exp"], "its time is over")
    _require(claims["status_list"]["bits"] == BITS, "it has other bits")
    packed = _unpacked(_bytes(claims["status_list"]["lst"]))
    return StatusList(url=claims["sub"], issued_at=claims["iat"], packed=packed)


def _unpacked(compressed: bytes) -> bytes:
    packed = zlib.decompressobj().decompress(compressed, _LENGTH + 1)
    _require(len(packed) == _LENGTH, "it is of another length")
    return packed


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: Any) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _require(good: bool, detail: str) -> None:  # noqa: FBT001 - what is required comes first
    if not good:
        raise SealError(Fault.STATUS_LIST, detail)
