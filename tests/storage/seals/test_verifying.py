"""A verdict is a value: good only where a key that is published signed every bit, in its time."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.seals.claims import SealClaims
from storage.seals.cose import token as put_together
from storage.seals.errors import Fault, SealError
from storage.seals.key_sets import KeySet, public_key, read_key_set
from storage.seals.keys import SealKeys
from storage.seals.link import link
from storage.seals.verifying import Outcome, verify
from tests.storage.seals.sealing import (
    FULL,
    KEY,
    KEYS,
    NOW,
    ORDER,
    OTHER_KEY,
    claims,
    sealed,
    unhurried,
    with_members,
)

TOKEN = sealed(FULL)
LINK = link("dichvucong.gov.vn", "0123456789AB", TOKEN)
PUBLISHED = read_key_set(json.loads(json.dumps(KEYS.published())))


@unhurried
@given(claims())
@example(FULL)
def test_what_was_sealed_is_valid(given_claims: SealClaims) -> None:
    """By the bytes, the Base32 and the link, with the set as it is published."""
    token = sealed(given_claims)
    printed = link("dichvucong.gov.vn", "0123456789AB", token)
    for given_seal in (token, printed.fragment, printed.text.lower()):
        verdict = verify(given_seal, PUBLISHED, given_claims.issued_at)
        assert (verdict.outcome, verdict.claims) == (Outcome.VALID, given_claims)


def test_any_flipped_bit_is_refused() -> None:
    """Of all bits of the token none may be another, and nothing is told of what it says then."""
    for place in range(len(TOKEN) * 8):
        changed = bytearray(TOKEN)
        changed[place // 8] ^= 1 << place % 8
        verdict = verify(bytes(changed), PUBLISHED, NOW)
        assert verdict.outcome in {Outcome.FORGED, Outcome.UNKNOWN_KEY, Outcome.BROKEN}
        assert verdict.claims is verdict.key is None


def test_any_other_character_is_refused() -> None:
    """Nor may any character of the printed fragment."""
    for place, character in enumerate(LINK.fragment):
        other = "A" if character != "A" else "B"
        changed = LINK.fragment[:place] + other + LINK.fragment[place + 1 :]
        assert verify(changed, PUBLISHED, NOW).outcome is not Outcome.VALID


def test_the_twin_of_a_signature_is_the_same_seal() -> None:
    """(r, n-s) verifies too: other bytes, and not another seal."""
    half = len(TOKEN) - 32
    twin = TOKEN[:half] + (ORDER - int.from_bytes(TOKEN[half:])).to_bytes(32)
    assert twin != TOKEN
    verdict = verify(twin, PUBLISHED, NOW)
    assert verdict.outcome is not Outcome.VALID or verdict.claims == FULL


@pytest.mark.parametrize(
    "signature", [bytes(64), b"\xff" * 64, ORDER.to_bytes(32) * 2, b"\x00" * 63 + b"\x01"]
)
def test_signatures_out_of_range(signature: bytes) -> None:
    """Zero, the order itself and what lies beyond are no signatures."""
    assert verify(TOKEN[:-64] + signature, PUBLISHED, NOW).outcome is Outcome.FORGED


def test_a_seal_ends_at_its_second() -> None:
    """By the clock that is given; what it said is still told."""
    assert FULL.expires_at is not None
    assert verify(TOKEN, PUBLISHED, FULL.expires_at - 1).outcome is Outcome.VALID
    verdict = verify(TOKEN, PUBLISHED, FULL.expires_at)
    assert (verdict.outcome, verdict.claims) == (Outcome.EXPIRED, FULL)
    endless = sealed(replace(FULL, expires_at=None))
    assert verify(endless, PUBLISHED, 1e15).outcome is Outcome.VALID


def test_a_key_that_nobody_published() -> None:
    """Nothing is told of what a stranger signed."""
    verdict = verify(sealed(FULL, SealKeys([OTHER_KEY])), PUBLISHED, NOW)
    assert (verdict.outcome, verdict.claims) == (Outcome.UNKNOWN_KEY, None)
    assert verify(TOKEN, KeySet([]), NOW).outcome is Outcome.UNKNOWN_KEY


def test_a_strangers_signature_under_a_name_of_ours() -> None:
    """The name alone convinces nobody."""
    stranger = sealed(FULL, SealKeys([OTHER_KEY]))
    forged = put_together(public_key(KEY).key_id, FULL.to_bytes(), stranger[-64:])
    assert verify(forged, PUBLISHED, NOW).outcome is Outcome.FORGED


def test_two_keys_may_share_a_name() -> None:
    """Both are tried, in whichever order they are published."""
    ours = public_key(KEY)
    double = replace(public_key(OTHER_KEY), key_id=ours.key_id)
    for keys in ([ours, double], [double, ours]):
        verdict = verify(TOKEN, KeySet(keys), NOW)
        assert (verdict.outcome, verdict.key) == (Outcome.VALID, ours)
    assert verify(TOKEN, KeySet([double]), NOW).outcome is Outcome.FORGED


@pytest.mark.parametrize(
    ("withdrawn_at", "outcome"),
    [(NOW + 1, Outcome.VALID), (NOW, Outcome.WITHDRAWN_KEY), (0, Outcome.WITHDRAWN_KEY)],
)
def test_a_withdrawn_key(withdrawn_at: int, outcome: Outcome) -> None:
    """What was issued before the withdrawal stays good, however late it is looked at; what came after is not."""
    keys = SealKeys([with_members(KEY, withdrawn_at=withdrawn_at), OTHER_KEY])
    published = read_key_set(keys.published())
    verdict = verify(TOKEN, published, NOW + 1000)
    assert (verdict.outcome, verdict.claims) == (outcome, FULL)
    assert verdict.key is not None
    assert verdict.key.withdrawn_at == withdrawn_at


def test_a_link_without_token() -> None:
    """Its code is there to be asked for."""
    verdict = verify("https://dichvucong.gov.vn/v/0123456789ab", PUBLISHED, NOW)
    assert (verdict.outcome, verdict.reason, verdict.scanned.code) == (
        Outcome.BROKEN,
        Fault.NO_TOKEN,
        "0123456789AB",
    )


@pytest.mark.parametrize("payload", [b"", b"\xa0", FULL.to_bytes() + b"\x00", b"\x81" * 200])
def test_what_we_never_sign_is_broken_though_signed(payload: bytes) -> None:
    """A signature makes nothing readable."""
    verdict = verify(sealed(payload), PUBLISHED, NOW)
    assert verdict.outcome is Outcome.BROKEN
    assert verdict.reason in {Fault.CBOR, Fault.CLAIMS, Fault.NOT_DETERMINISTIC}


@unhurried
@given(st.binary(max_size=2000) | st.text(max_size=2000))
def test_nothing_raises(noise: bytes | str) -> None:
    """Whatever is scanned, there is a verdict."""
    assert verify(noise, PUBLISHED, NOW).outcome is not Outcome.VALID


def test_a_megabyte_is_not_even_read() -> None:
    """Of bytes or of text."""
    for noise in (b"\xd2" * 2**20, "A" * 2**20, TOKEN + bytes(1024)):
        assert verify(noise, PUBLISHED, NOW).reason is Fault.TOO_LONG


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"keys": {}},
        {"keys": ["x"]},
        {"keys": [KEY.as_dict(private=True)]},
        {"keys": [KEY.as_dict(private=False)] * 65},
        {"keys": [KEY.as_dict(private=False), {**KEY.as_dict(private=False), "withdrawn_at": 1}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256"}]},
        {"keys": [{**KEY.as_dict(private=False), "x": KEY.as_dict(private=False)["y"]}]},
        {"keys": [{**KEY.as_dict(private=False), "withdrawn_at": "soon"}]},
        {"keys": [{**KEY.as_dict(private=False), "withdrawn_at": True}]},
    ],
)
def test_what_is_no_key_set(document: object) -> None:
    """A point beside the curve, a time that is none and a secret key among them."""
    with pytest.raises(SealError, match="key_set"):
        read_key_set(document)


def test_a_key_has_the_name_of_its_point() -> None:
    """Whatever the set calls it; keys of other kinds are passed over."""
    published = KEYS.published()["keys"][0]
    keys = read_key_set(
        {"keys": [{**published, "kid": "another"}, {"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519"}]}
    )
    assert verify(TOKEN, keys, NOW).outcome is Outcome.VALID
