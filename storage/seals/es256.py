"""Signatures of ES256 (RFC 7518, section 3.4; RFC 9053, section 2.1): r and s, 32 bytes each."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

SIGNATURE_BYTES = 64
_HALF = SIGNATURE_BYTES // 2
_ALGORITHM = ECDSA(SHA256())


def sign(key: EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return the signature of a key of the curve P-256."""
    r, s = decode_dss_signature(key.sign(message, _ALGORITHM))
    return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def is_signed(key: EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    """Tell whether a key of the curve P-256 made a signature.

    For every good signature (r, s) there is a good (r, n-s) that anyone can make: that it is good says what
    was signed, and not that these bytes are the ones that were issued.
    """
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        key.verify(encode_dss_signature(r, s), message, _ALGORITHM)
    except InvalidSignature:
        return False
    return True
