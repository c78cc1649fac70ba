"""COSE_Sign1 (RFC 9052, section 4.2) with ES256 (RFC 9053, section 2.1), in the one shape that a seal has."""

from dataclasses import dataclass
from typing import Any

from storage.seals.cbor import MOST_BYTES, decode, encode
from storage.seals.errors import Fault, SealError
from storage.seals.es256 import SIGNATURE_BYTES

KEY_ID_BYTES = 8
_TAG = b"\xd2"
"""Tag 18, in the one byte that it takes. Within the token no tag is allowed."""
_ALGORITHM, _KEY_ID = 1, 4
_ES256 = -7
_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A token taken apart, of which nothing is proven yet.

    Attributes:
        key_id: 8 bytes that hint at the key; two keys may share them.
        payload: the claims.
        signature: r and s, 32 bytes each.
        message: what was signed.
    """

    key_id: bytes
    payload: bytes
    signature: bytes
    message: bytes


def to_sign(key_id: bytes, payload: bytes) -> bytes:
    """Return the bytes over which the signature is made (`Sig_structure`)."""
    return encode(["Signature1", _protected(key_id), b"", payload])


def token(key_id: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return a COSE_Sign1 with its tag. The signature is r and s, 32 bytes each."""
    return _TAG + encode([_protected(key_id), {}, payload, signature])


def read_token(data: bytes) -> Signed:
    """Take a token apart without believing it.

    Raises:
        SealError: `too_long`, `cbor`, `not_deterministic`, `shape`, `unprotected` where a header stands
            outside the signature, `algorithm` where it is not ES256, `key_id`, or `signature` where it has
            not 64 bytes.
    """
    if len(data) > MOST_BYTES:
        raise SealError(Fault.TOO_LONG, f"{len(data)} bytes")
    if data[:1] != _TAG:
        raise SealError(Fault.SHAPE, "it does not begin as a COSE_Sign1")
    parts = decode(data[1:])
    if type(parts) is not list or len(parts) != _PARTS:
        raise SealError(Fault.SHAPE, "it has not four parts")
    protected, unprotected, payload, signature = parts
    if type(protected) is not bytes or type(payload) is not bytes or type(unprotected) is not dict:
        raise SealError(Fault.SHAPE, "a part is of another type")
    if unprotected:
        raise SealError(Fault.UNPROTECTED, "a header is not covered by the signature")
    key_id = _key_id(decode(protected))
    if type(signature) is not bytes or len(signature) != SIGNATURE_BYTES:
        raise SealError(Fault.SIGNATURE, "it has not 64 bytes")
    message = to_sign(key_id, payload)
    return Signed(key_id=key_id, payload=payload, signature=signature, message=message)


def _key_id(header: Any) -> bytes:
    if type(header) is not dict or any(type(key) is not int for key in header):
        raise SealError(Fault.SHAPE, "the header is no map of integers")
    if header.get(_ALGORITHM) != _ES256 or type(header[_ALGORITHM]) is not int:
        raise SealError(Fault.ALGORITHM, "it is not ES256")
    key_id = header.get(_KEY_ID)
    if type(key_id) is not bytes or len(key_id) != KEY_ID_BYTES:
        raise SealError(Fault.KEY_ID, "it has not 8 bytes")
    if len(header) > len((_ALGORITHM, _KEY_ID)):
        raise SealError(Fault.SHAPE, "the header says more than is understood")
    return key_id


def _protected(key_id: bytes) -> bytes:
    return encode({_ALGORITHM: _ES256, _KEY_ID: key_id})
