"""What an app does to have a token signed unseen (RFC 9474, RSABSSA-SHA384-PSS-Randomized)."""

import hashlib
import math
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PREFIX_BYTES = 32
SALT_BYTES = 48
_TRAILER = b"\xbc"


class BlindingError(ValueError):
    """What came back is no signature of what was sent."""


@dataclass(frozen=True, kw_only=True)
class Blinded:
    """A token on its way to be signed.

    Attributes:
        message: What the signer sees.
        inverse: Takes the blinding off again.
    """

    message: bytes
    inverse: int


def prepare(token: bytes) -> bytes:
    """Put random bytes before a token (4.1)."""
    return secrets.token_bytes(PREFIX_BYTES) + token


def blind(key: RSAPublicKey, prepared: bytes) -> Blinded:
    """Hide a prepared token by a random factor (4.2)."""
    numbers = key.public_numbers()
    message = int.from_bytes(_pss_encoded(prepared, key.key_size - 1))
    while math.gcd(factor := 1 + secrets.randbelow(numbers.n - 1), numbers.n) != 1:
        pass
    hidden = message * pow(factor, numbers.e, numbers.n) % numbers.n
    return Blinded(message=hidden.to_bytes(_length(key)), inverse=pow(factor, -1, numbers.n))


def finalize(key: RSAPublicKey, prepared: bytes, signed: bytes, inverse: int) -> bytes:
    """Take the factor off what was signed, and see that a signature is left (4.4).

    Raises:
        BlindingError: None is left.
    """
    signature = (int.from_bytes(signed) * inverse % key.public_numbers().n).to_bytes(_length(key))
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)
    try:
        key.verify(signature, prepared, scheme, hashes.SHA384())
    except InvalidSignature as error:
        raise BlindingError("it is no signature of the token") from error
    return signature


def _pss_encoded(message: bytes, bits: int) -> bytes:
    """Encode a message to be signed (RFC 8017, 9.1.1)."""
    salt, digest_of = secrets.token_bytes(SALT_BYTES), hashlib.sha384
    inner = digest_of(bytes(8) + digest_of(message).digest() + salt).digest()
    length = -(-bits // 8)
    data = (b"\x01" + salt).rjust(length - len(inner) - len(_TRAILER), b"\0")
    mask = b"".join(digest_of(inner + n.to_bytes(4)).digest() for n in range(-(-len(data) // len(inner))))
    masked = bytearray(a ^ b for a, b in zip(data, mask, strict=False))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + inner + _TRAILER


def _length(key: RSAPublicKey) -> int:
    return -(-key.key_size // 8)
