"""Blind signatures against OpenSSL, which knows the same signatures by another way, and against tampering.

What the vectors of RFC 9474 (appendix A) fix is shown without them: encoding, power and unblinding are each
compared, bit by bit, with what OpenSSL or the plain formula makes of the same numbers.
"""

from hashlib import sha384
from secrets import randbelow

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from hypothesis import given
from hypothesis import strategies as st

from storage.ratings import blind_signing
from storage.ratings.blind_signing import (
    BlindSigningError,
    blind,
    blind_sign,
    finalize,
    is_signed,
    prepare,
)

PSS = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=48)


@pytest.fixture(scope="module", params=[2048, 2055])
def key(request: pytest.FixtureRequest) -> rsa.RSAPrivateKey:
    """A key; the second one's length is no whole number of bytes."""
    return rsa.generate_private_key(65537, request.param)


def salt_of(encoded: bytes, bits: int) -> bytes:
    """Take the salt out of an encoded message as RFC 8017, 9.1.2 does, byte by byte."""
    masked, digest = encoded[:-49], encoded[-49:-1]
    mask = b"".join(sha384(digest + bytes([0, 0, 0, n])).digest() for n in range(8))
    block = bytearray(a ^ b for a, b in zip(masked, mask, strict=False))
    block[0] &= 0xFF >> (8 * len(encoded) - bits)
    return bytes(block[-48:])


def test_a_message_is_encoded_as_openssl_encodes_it(key: rsa.RSAPrivateKey) -> None:
    """To the bit: the salt is taken from a signature of OpenSSL's, and what was signed comes out again."""
    numbers, bits = key.public_key().public_numbers(), key.key_size - 1
    for message in (b"", b"abc", bytes(1000)):
        signature = key.sign(message, PSS, SHA384())
        encoded = pow(int.from_bytes(signature), numbers.e, numbers.n).to_bytes((bits + 7) // 8)
        salt = salt_of(encoded, bits)
        assert blind_signing._encode(message, bits, salt) == encoded
        hidden = blind(key.public_key(), message, salt=salt)
        assert (
            finalize(key.public_key(), message, blind_sign(key, hidden.message), hidden.inverse) == signature
        )


def test_each_step_is_the_formula_of_the_rfc(key: rsa.RSAPrivateKey) -> None:
    """Blinding, signing and unblinding by plain powers of given numbers come to the same."""
    numbers = key.private_numbers()
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    size, prepared, salt, r = (n.bit_length() + 7) // 8, bytes(range(64)), bytes(range(48)), randbelow(n)
    m = int.from_bytes(blind_signing._encode(prepared, n.bit_length() - 1, salt))
    hidden = blind(key.public_key(), prepared, salt=salt, r=r)
    assert hidden.message == (m * pow(r, e, n) % n).to_bytes(size)
    assert hidden.inverse * r % n == 1
    signed = blind_sign(key, hidden.message)
    assert signed == pow(int.from_bytes(hidden.message), numbers.d, n).to_bytes(size)
    assert finalize(key.public_key(), prepared, signed, hidden.inverse) == pow(m, numbers.d, n).to_bytes(size)


@given(message=st.binary(max_size=200))
def test_what_is_finalized_is_an_ordinary_signature(key: rsa.RSAPrivateKey, message: bytes) -> None:
    """OpenSSL verifies it; of another message, prefix or signature it is none."""
    public, prepared = key.public_key(), prepare(message)
    hidden = blind(public, prepared)
    signature = finalize(public, prepared, blind_sign(key, hidden.message), hidden.inverse)
    public.verify(signature, prepared, PSS, SHA384())
    assert is_signed(public, prepared, signature)
    assert not is_signed(public, prepare(message), signature)
    assert not is_signed(public, prepared + b"\0", signature)
    assert not is_signed(public, prepared, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not is_signed(public, prepared, b"")


def test_what_the_signer_sees_says_nothing_of_the_message(key: rsa.RSAPrivateKey) -> None:
    """Any signature fits any blinded message: for each pair there is a factor that would have made it so."""
    public, numbers = key.public_key(), key.public_key().public_numbers()
    hidden = blind(public, prepare(b"mine"))
    other = prepare(b"another's")
    elsewhere = blind(public, other)
    signature = finalize(public, other, blind_sign(key, elsewhere.message), elsewhere.inverse)
    encoded = pow(int.from_bytes(signature), numbers.e, numbers.n)
    seen = int.from_bytes(hidden.message)
    signed = int.from_bytes(blind_sign(key, hidden.message))
    factor = signed * pow(int.from_bytes(signature), -1, numbers.n)
    assert encoded * pow(factor, numbers.e, numbers.n) % numbers.n == seen


def test_the_signer_refuses_what_is_no_message(key: rsa.RSAPrivateKey) -> None:
    """Neither of another length, nor the modulus and above."""
    size, n = (key.key_size + 7) // 8, key.public_key().public_numbers().n
    for wrong in (b"", bytes(size - 1), bytes(size + 1), n.to_bytes(size), b"\xff" * size):
        with pytest.raises(BlindSigningError):
            blind_sign(key, wrong)
    assert blind_sign(key, bytes(size)) == bytes(size)
    assert blind_sign(key, (n - 1).to_bytes(size)) == (n - 1).to_bytes(size)


def test_a_client_takes_no_wrong_answer(key: rsa.RSAPrivateKey) -> None:
    """Of another key, length or factor."""
    public, prepared = key.public_key(), prepare(b"message")
    hidden = blind(public, prepared)
    signed = blind_sign(key, hidden.message)
    other = rsa.generate_private_key(65537, 2048)
    for answer, inverse in (
        (hidden.message, hidden.inverse),
        (signed, hidden.inverse + 1),
        (signed + b"\0", hidden.inverse),
        (blind_sign(other, blind(other.public_key(), prepared).message), hidden.inverse),
    ):
        with pytest.raises(BlindSigningError):
            finalize(public, prepared, answer, inverse)
    with pytest.raises(BlindSigningError):
        prepare(b"message", b"short")
    for r in (0, key.private_numbers().p):
        with pytest.raises(BlindSigningError):
            blind(public, prepared, r=r)


def test_a_faulty_power_never_leaves(key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong half of a signature would tell a factor of the modulus."""
    power = blind_signing._power
    p = key.private_numbers().p
    monkeypatch.setattr(
        blind_signing, "_power", lambda base, exponent, prime: power(base, exponent, prime) ^ (prime == p)
    )
    with pytest.raises(ArithmeticError):
        blind_sign(key, blind(key.public_key(), prepare(b"message")).message)
