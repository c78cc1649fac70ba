"""Blind signatures (RFC 9474, RSABSSA-SHA384-PSS-Randomized): the signer never sees what it signs. Pure.

An app prepares a message, blinds it, and has it signed; what it then finalizes is an ordinary RSASSA-PSS
signature (RFC 8017, 8.1), of which nobody can tell when or for whom it was made. The client's half is here
for apps in Python, such as those of tests: the server runs `blind_sign` and `is_signed` alone.
"""

import math
from dataclasses import dataclass, field
from hashlib import sha384
from secrets import randbelow, token_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384

PREFIX_BYTES = 32
SALT_BYTES = HASH_BYTES = 48
EXPONENT_BLINDING_BITS = 64

_PADDING = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=SALT_BYTES)


class BlindSigningError(ValueError):
    """What was given can not be signed, or what came back is no signature of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinded:
    """A message that went out to be signed.

    Attributes:
        message: what the signer gets to see: as long as the modulus, and any message may hide in it.
        inverse: turns the signer's answer into a signature; whoever knows it can link the two.
    """

    message: bytes
    inverse: int = field(repr=False)


def prepare(message: bytes, prefix: bytes | None = None) -> bytes:
    """Return what is signed in place of a message: the message after 32 random bytes (RFC 9474, 4.1)."""
    prefix = token_bytes(PREFIX_BYTES) if prefix is None else prefix
    if len(prefix) != PREFIX_BYTES:
        raise BlindSigningError(f"a prefix is {PREFIX_BYTES} bytes long")
    return prefix + message


def blind(key: RSAPublicKey, prepared: bytes, *, salt: bytes | None = None, r: int | None = None) -> Blinded:
    """Hide a prepared message (RFC 9474, 4.2).

    Args:
        key: whose signature is wanted.
        prepared: what `prepare` made.
        salt: of the PSS encoding, random unless a test gives it.
        r: what blinds, uniform below the modulus unless a test gives it.

    Raises:
        BlindSigningError: the message or `r` shares a factor with the modulus, which breaks the key.
    """
    public = key.public_numbers()
    encoded = _encode(prepared, key.key_size - 1, token_bytes(SALT_BYTES) if salt is None else salt)
    message = int.from_bytes(encoded)
    r = 1 + randbelow(public.n - 1) if r is None else r
    if math.gcd(message, public.n) != 1 or math.gcd(r, public.n) != 1:
        raise BlindSigningError("not invertible")
    hidden = message * pow(r, public.e, public.n) % public.n
    return Blinded(message=_to_bytes(hidden, key), inverse=pow(r, -1, public.n))


def blind_sign(key: RSAPrivateKey, blinded: bytes) -> bytes:
    """Sign what somebody has blinded (RFC 9474, 4.3).

    Python's numbers take a time that depends on them: so base and exponents are blinded anew each time, and
    the caller's number and the key's never meet in one power. What comes out is tried by the public
    half, as one faulty power of the two would give the key away.

    Raises:
        BlindSigningError: it is not of the modulus' length, or not below the modulus.
    """
    private = key.private_numbers()
    public = private.public_numbers
    message = int.from_bytes(blinded)
    if len(blinded) != _length(key) or message >= public.n:
        raise BlindSigningError("message representative out of range")
    r = 1 + randbelow(public.n - 1)
    hidden = message * pow(r, public.e, public.n) % public.n
    of_p = _power(hidden, private.dmp1, private.p)
    of_q = _power(hidden, private.dmq1, private.q)
    signed = of_q + private.q * ((of_p - of_q) * private.iqmp % private.p)
    signature = signed * pow(r, -1, public.n) % public.n
    if pow(signature, public.e, public.n) != message:
        raise ArithmeticError("a faulty signature, kept back")
    return _to_bytes(signature, key)


def finalize(key: RSAPublicKey, prepared: bytes, signed: bytes, inverse: int) -> bytes:
    """Take the blinding off a signer's answer (RFC 9474, 4.4).

    Raises:
        BlindSigningError: what is left is no signature of the prepared message.
    """
    if len(signed) != _length(key):
        raise BlindSigningError("unexpected input size")
    signature = _to_bytes(int.from_bytes(signed) * inverse % key.public_numbers().n, key)
    if not is_signed(key, prepared, signature):
        raise BlindSigningError("invalid signature")
    return signature


def is_signed(key: RSAPublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether a signature is one of a prepared message (RFC 9474, 4.5)."""
    try:
        key.verify(signature, prepared, _PADDING, SHA384())
    except InvalidSignature:
        return False
    return True


def _power(base: int, exponent: int, prime: int) -> int:
    # A multiple of the order of the group more is the same power, by another way each time.
    return pow(base, exponent + (1 + randbelow(2**EXPONENT_BLINDING_BITS)) * (prime - 1), prime)


def _encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """Return EMSA-PSS-ENCODE of a message in so many bits (RFC 8017, 9.1.1), with MGF1 over SHA-384."""
    length = (bits + 7) // 8
    digest = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    masked = int.from_bytes(block) ^ int.from_bytes(_mask(digest, len(block)))
    masked &= (1 << (bits - 8 * (HASH_BYTES + 1))) - 1
    return masked.to_bytes(len(block)) + digest + b"\xbc"


def _mask(seed: bytes, length: int) -> bytes:
    """Return so many bytes of MGF1 over SHA-384 (RFC 8017, B.2.1)."""
    rounds = range(-(-length // HASH_BYTES))
    return b"".join(sha384(seed + count.to_bytes(4)).digest() for count in rounds)[:length]


def _to_bytes(number: int, key: RSAPrivateKey | RSAPublicKey) -> bytes:
    return number.to_bytes(_length(key))


def _length(key: RSAPrivateKey | RSAPublicKey) -> int:
    return (key.key_size + 7) // 8
