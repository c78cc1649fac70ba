"""A token says what was put in, in one form of bytes; whatever else is given in its place is refused by name."""

import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.seals.cbor import MOST_BYTES, decode, encode
from storage.seals.claims import SealClaims, read_claims
from storage.seals.cose import read_token, to_sign, token
from storage.seals.errors import Fault, SealError
from tests.storage.seals.sealing import FULL, NOW, claims, sealed, unhurried

KEY_ID = bytes(8)
SIGNATURE = bytes(64)
HEADER = {1: -7, 4: KEY_ID}
OURS = -65537


def fault(read: Any, given: bytes) -> Fault:
    """Return why something is refused."""
    with pytest.raises(SealError) as raised:
        read(given)
    assert str(raised.value).startswith(raised.value.reason)
    return raised.value.reason


def cose(
    header: Any = None,
    unprotected: Any = None,
    payload: Any = b"x",
    signature: Any = SIGNATURE,
    tag: int = 18,
) -> bytes:
    protected = header if isinstance(header, bytes) else encode(HEADER if header is None else header)
    return cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected or {}, payload, signature]), canonical=True)


def cwt(**changes: Any) -> bytes:
    """Return the full claims with some changed by their keys, `ours_…` those within; `None` leaves one out."""
    whole: dict[int, Any] = cbor2.loads(FULL.to_bytes())
    inner = whole[OURS]
    for name, value in changes.items():
        place, key = (inner, name.removeprefix("ours_")) if name.startswith("ours_") else (whole, name[1:])
        if value is None:
            del place[int(key)]
        else:
            place[int(key)] = value
    return encode(whole)


@unhurried
@given(claims())
@example(FULL)
def test_claims_come_back(given_claims: SealClaims) -> None:
    """Whatever can be sealed reads as it was."""
    assert read_claims(given_claims.to_bytes()) == given_claims


def test_another_library_reads_the_same() -> None:
    """The bytes are CBOR Web Token claims as the plan names them, to any reader of CBOR."""
    found = cbor2.loads(sealed(FULL))
    assert found.tag == 18
    protected, unprotected, payload, signature = found.value
    assert (cbor2.loads(protected)[1], unprotected, len(signature)) == (-7, {}, 64)
    assert cbor2.loads(payload) == {
        1: "dichvucong.gov.vn",
        4: FULL.expires_at,
        6: NOW,
        7: FULL.seal_id.bytes,
        OURS: {
            1: "1.001193",
            2: "000.00.00.H26-261121-0001",
            3: "001********1",
            4: bytes(range(16)),
            5: 57_000_000,
        },
    }


@unhurried
@given(st.binary(max_size=200), st.binary(min_size=8, max_size=8))
def test_a_token_comes_apart_as_it_was_put_together(payload: bytes, key_id: bytes) -> None:
    """Payload, key and what was signed are those that went in."""
    signed = read_token(token(key_id, payload, SIGNATURE))
    assert (signed.payload, signed.key_id, signed.signature) == (payload, key_id, SIGNATURE)
    assert signed.message == to_sign(key_id, payload)


@pytest.mark.parametrize(
    ("given_token", "reason"),
    [
        (b"", Fault.SHAPE),
        (cose(tag=17), Fault.SHAPE),
        (cose()[1:], Fault.SHAPE),
        (b"\xd2" + encode([encode(HEADER), {}, b"x"]), Fault.SHAPE),
        (b"\xd2" + encode({1: 2}), Fault.SHAPE),
        (b"\xd2\xd2" + cose()[1:], Fault.CBOR),
        (b"\xd2" + encode([encode(HEADER), {}, "x", SIGNATURE]), Fault.SHAPE),
        (b"\xd2" + encode([HEADER, {}, b"x", SIGNATURE]), Fault.SHAPE),
        (b"\xd2" + encode([encode(HEADER), [], b"x", SIGNATURE]), Fault.SHAPE),
        (cose(unprotected={4: KEY_ID}), Fault.UNPROTECTED),
        (cose(unprotected={1: -7}), Fault.UNPROTECTED),
        (cose(b""), Fault.CBOR),
        (cose([1, -7]), Fault.SHAPE),
        (cose({"1": -7}), Fault.SHAPE),
        (cose({True: -7, 4: KEY_ID}), Fault.SHAPE),
        (cose({}), Fault.ALGORITHM),
        (cose({4: KEY_ID}), Fault.ALGORITHM),
        (cose({1: -8, 4: KEY_ID}), Fault.ALGORITHM),
        (cose({1: 0, 4: KEY_ID}), Fault.ALGORITHM),
        (cose({1: "ES256", 4: KEY_ID}), Fault.ALGORITHM),
        (cose({1: -7.0, 4: KEY_ID}), Fault.ALGORITHM),
        (cose({1: -7}), Fault.KEY_ID),
        (cose({1: -7, 4: b"short"}), Fault.KEY_ID),
        (cose({1: -7, 4: "12345678"}), Fault.KEY_ID),
        (cose({1: -7, 2: [1], 4: KEY_ID}), Fault.SHAPE),
        (cose(signature=bytes(63)), Fault.SIGNATURE),
        (cose(signature=bytes(65)), Fault.SIGNATURE),
        (cose(signature="s" * 64), Fault.SIGNATURE),
        (cose() + b"\x00", Fault.NOT_DETERMINISTIC),
        (cose(b"\xa2\x04\x48" + KEY_ID + b"\x01\x26"), Fault.NOT_DETERMINISTIC),
        (cose(b"\xa2\x01\x38\x06\x04\x48" + KEY_ID), Fault.NOT_DETERMINISTIC),
        (cose(b"\xa3\x01\x26\x01\x26\x04\x48" + KEY_ID), Fault.CBOR),
        (cose(payload=bytes(1024)), Fault.TOO_LONG),
    ],
)
def test_what_is_no_token_of_ours(given_token: bytes, reason: Fault) -> None:
    """Each departure from the one shape has its name."""
    assert fault(read_token, given_token) is reason


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Fault.CBOR),
        (encode([1]), Fault.CLAIMS),
        (encode("text"), Fault.CLAIMS),
        (cwt(_1=None), Fault.CLAIMS),
        (cwt(_6=None), Fault.CLAIMS),
        (cwt(_7=None), Fault.CLAIMS),
        (encode({1: "x", 6: NOW, 7: bytes(16)}), Fault.CLAIMS),
        (cwt(ours_5=None), Fault.CLAIMS),
        (cwt(_1=b"bytes"), Fault.CLAIMS),
        (cwt(_1=""), Fault.CLAIMS),
        (cwt(_1="x" * 65), Fault.CLAIMS),
        (cwt(_1="gov.vn\u202emoc"), Fault.CLAIMS),
        (cwt(_1="two\nlines"), Fault.CLAIMS),
        (cwt(_4="tomorrow"), Fault.CLAIMS),
        (cwt(_4=1.5), Fault.CLAIMS),
        (cwt(_4=NOW), Fault.CLAIMS),
        (cwt(_4=2**60), Fault.CLAIMS),
        (cwt(_4=2**4000), Fault.CBOR),
        (cwt(_6=-1), Fault.CLAIMS),
        (cwt(_6=True), Fault.CLAIMS),
        (cwt(_7=bytes(15)), Fault.CLAIMS),
        (cwt(_7="0" * 16), Fault.CLAIMS),
        (cwt(_5=NOW), Fault.CLAIMS),
        (cwt(ours_1=1), Fault.CLAIMS),
        (cwt(ours_2="0" * 81), Fault.CLAIMS),
        (cwt(ours_3="001190000011"), Fault.CLAIMS),
        (cwt(ours_3="CMND 012345678"), Fault.CLAIMS),
        (cwt(ours_3="001 190 000 011"), Fault.CLAIMS),
        (cwt(ours_4=bytes(32)), Fault.CLAIMS),
        (cwt(ours_5=-1), Fault.CLAIMS),
        (cwt(ours_5=2**63), Fault.CLAIMS),
        (cwt(ours_6=1), Fault.CLAIMS),
        (cwt(ours_1=cbor2.undefined), Fault.CLAIMS),
        (encode({1: "x", 6: NOW, 7: bytes(16), OURS: {3: None, 5: 1}}), Fault.CLAIMS),
        (encode({True: "x", 6: NOW, 7: bytes(16), OURS: {5: 1}}), Fault.CLAIMS),
        (FULL.to_bytes() + b"\x00", Fault.NOT_DETERMINISTIC),
        (b"\xbf\x01\x02\xff", Fault.CBOR),
        (b"\xa2\x01\x02\x01\x02", Fault.CBOR),
        (b"\xa1\x18\x01\x02", Fault.NOT_DETERMINISTIC),
        (b"\x81" * 1000 + b"\x01", Fault.CBOR),
        (b"\x81" * 4 + b"\x01", Fault.CBOR),
        (b"\x9b" + b"\xff" * 8, Fault.CBOR),
        (b"\x5b\x00\x00\x00\xff\xff\xff\xff\xff", Fault.CBOR),
        (b"\x62\xff\xff", Fault.CBOR),
        (b"\xa1\xa1\x01\x02\x03", Fault.CLAIMS),
        (bytes(MOST_BYTES + 1), Fault.TOO_LONG),
    ],
)
def test_what_are_no_claims_of_ours(payload: bytes, reason: Fault) -> None:
    """Also where a key of ours had signed it: what can not be shown in full is not taken in part."""
    assert fault(read_claims, payload) is reason


@pytest.mark.parametrize(
    "tagged",
    [
        b"\xc5\x82\x1a\x3b\x9a\xca\x00\x01",  # 1 * 2^1,000,000,000
        b"\xc4\x82\x1a\x3b\x9a\xca\x00\x01",
        b"\xc2\x59\x03\xe0" + b"\xff" * 992,
        b"\xd8\x23\x78\x1e" + b"(((((a{1000}){1000}){1000})+)+",
        b"\xd8\x1c\x81\xd8\x1d\x00",
        b"\xd9\x01\x02\x81\x01",
        b"\xd9\xd9\xf7\x01",
    ],
)
def test_tags_are_never_followed(tagged: bytes) -> None:
    """No number is computed, no expression compiled, nothing made to hold itself."""
    started = time.perf_counter()
    assert fault(decode, tagged) is Fault.CBOR
    assert time.perf_counter() - started < 0.1


@unhurried
@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"\xd2\x84\x4d" + rest))
def test_noise_ends_in_a_name(noise: bytes) -> None:
    """Nothing but a SealError ever comes of bytes."""
    for read in (read_token, read_claims, decode):
        with suppress(SealError):
            read(noise)


@unhurried
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.integers(-2, 9) | st.text(max_size=2), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_cbor_ends_in_a_name(value: Any) -> None:
    """Well-formed things of another kind are refused no less."""
    for read in (read_token, read_claims):
        with pytest.raises(SealError):
            read(cbor2.dumps(value, canonical=True))


def test_a_seal_is_not_made_of_what_it_could_not_be_read_from() -> None:
    """The same checks stand before the signature."""
    with pytest.raises(SealError, match="claims: holder"):
        SealClaims(issuer="x", issued_at=NOW, seal_id=UUID(int=1), holder="079203000001", status_index=0)
