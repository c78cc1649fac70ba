"""Status lists: two bits a seal, as the standard has them, and none that we did not sign."""

import asyncio
import json
import tracemalloc
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet as JoseKeys

from storage.seals.errors import SealError
from storage.seals.keys import SealKeys
from storage.seals.statuses import (
    ENTRIES,
    LIFE_SECONDS,
    SealState,
    pack,
    read_status_list,
    to_sign,
    with_signature,
)
from tests.storage.seals.sealing import KEY, KEYS, NOW, OTHER_KEY, with_members

URL = "https://xacthuc.gov.vn/v1/status-lists"
NOTHING = pack({})


def listed(packed: bytes = NOTHING, *, number: int = 0, keys: SealKeys = KEYS) -> str:
    """Return a signed list."""
    key = keys.signing(NOW)
    text = to_sign(f"{URL}/{number}", packed, kid=key.public.kid, issued_at=NOW, ttl=900)
    return with_signature(text, asyncio.run(key.sign(text.encode())))


def signed(changes: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """Return a list with other claims or another header, signed by our key nevertheless."""
    given = [json.loads(urlsafe_b64decode(part + "==")) for part in listed().split(".")[:2]]
    parts = [
        json.dumps(one | other).encode() for one, other in zip(given, (header or {}, changes), strict=True)
    ]
    text = ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return with_signature(text, asyncio.run(KEYS.signing(NOW).sign(text.encode())))


@settings(deadline=None, max_examples=30)
@given(
    st.sets(st.integers(0, ENTRIES - 1), max_size=50),
    st.sets(st.integers(0, ENTRIES - 1), max_size=50),
    st.integers(0, 1000),
)
def test_every_seal_is_told_of(revoked: set[int], superseded: set[int], number: int) -> None:
    """Each stands as was said, its neighbours as before."""
    superseded -= revoked
    packed = pack({SealState.REVOKED: revoked, SealState.SUPERSEDED: superseded})
    found = read_status_list(listed(packed, number=number), KEYS.key_set, NOW)
    assert found.issued_at == NOW
    for entry in revoked | superseded | {0, 1, ENTRIES - 1} | {e - 1 for e in revoked if e}:
        state = found.state_of(number * ENTRIES + entry)
        assert (state is SealState.REVOKED) == (entry in revoked)
        assert (state is SealState.SUPERSEDED) == (entry in superseded)


def test_the_bits_lie_as_the_standard_has_them() -> None:
    """Its example of two bits: 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3 are the bytes C9 44 F9; ours has no 2."""
    values = [1, 0, 0, 3, 0, 1, 0, 1, 1, 0, 3, 3]
    states = {
        SealState.REVOKED: [i for i, value in enumerate(values) if value == 1],
        SealState.SUPERSEDED: [i for i, value in enumerate(values) if value == 3],
    }
    packed = pack(states)
    assert packed[:3] == bytes([0xC9 & ~0x08, 0x44, 0xF9 & ~0x08])
    assert (len(packed), any(packed[3:])) == (32 * 1024, False)


def test_another_library_reads_the_same() -> None:
    """To any reader of JWT it is a `statuslist+jwt` with the claims of the standard."""
    packed = pack({SealState.REVOKED: [7]})
    token = jwt.decode(listed(packed), JoseKeys.import_key_set(KEYS.published()), algorithms=["ES256"])
    assert token.header["typ"] == "statuslist+jwt"
    status_list = token.claims.pop("status_list")
    assert token.claims == {"sub": f"{URL}/0", "iat": NOW, "exp": NOW + LIFE_SECONDS, "ttl": 900}
    assert status_list["bits"] == 2
    assert zlib.decompress(urlsafe_b64decode(status_list["lst"] + "==")) == packed


def test_it_is_small() -> None:
    """Of one seal in a hundred that is not valid any more, a phone fetches some kilobytes."""
    assert len(listed()) < 600
    assert len(listed(pack({SealState.SUPERSEDED: range(0, ENTRIES, 100)}))) < 4_000


def test_another_list_does_not_tell() -> None:
    """Nor does a list hold for the same place in the next one."""
    found = read_status_list(listed(pack({SealState.REVOKED: [5]})), KEYS.key_set, NOW)
    assert found.state_of(5) is SealState.REVOKED
    with pytest.raises(SealError, match="status_list"):
        found.state_of(ENTRIES + 5)


def test_its_time_ends() -> None:
    """Who was offline for more than a day is told nothing."""
    assert read_status_list(listed(), KEYS.key_set, NOW + LIFE_SECONDS - 1).issued_at == NOW
    with pytest.raises(SealError, match="its time is over"):
        read_status_list(listed(), KEYS.key_set, NOW + LIFE_SECONDS)


def test_a_list_of_a_withdrawn_key() -> None:
    """It counts from before the withdrawal, as a seal does."""
    for withdrawn_at, good in ((NOW + 1, True), (NOW, False)):
        keys = SealKeys([with_members(KEY, withdrawn_at=withdrawn_at), OTHER_KEY])
        if good:
            assert read_status_list(listed(), keys.key_set, NOW).issued_at == NOW
        else:
            with pytest.raises(SealError, match="withdrawn"):
                read_status_list(listed(), keys.key_set, NOW)


BOMB = urlsafe_b64encode(zlib.compress(bytes(50_000_000), 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c",
        "ä.b.c",
        listed()[:-4],
        listed().replace(".", "..", 1),
        listed(keys=SealKeys([OTHER_KEY])),
        "A" * (128 * 1024 + 1),
        signed({}, {"typ": "JWT"}),
        signed({}, {"kid": "another"}),
        signed({}, {"kid": ["x"]}),
        signed({"status_list": {"bits": 1, "lst": "eNo"}}),
        signed({"status_list": {"bits": 2, "lst": "eNo"}}),
        signed({"status_list": {"bits": 2, "lst": 7}}),
        signed({"status_list": {"bits": 2, "lst": urlsafe_b64encode(zlib.compress(b"x")).decode()}}),
        signed({"status_list": None}),
        signed({"iat": "now"}),
        signed({"exp": None}),
        signed({"exp": NOW - 1}),
    ],
)
def test_what_is_no_list(text: str) -> None:
    """Unsigned, changed, of another type, too large, or of nonsense that we would never sign."""
    with pytest.raises(SealError, match="status_list"):
        read_status_list(text, KEYS.key_set, NOW)


def test_a_bomb_does_not_go_off() -> None:
    """Fifty megabytes are never unpacked, whoever signed them."""
    text = signed({"status_list": {"bits": 2, "lst": BOMB}})
    tracemalloc.start()
    try:
        with pytest.raises(SealError, match="another length"):
            read_status_list(text, KEYS.key_set, NOW)
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_value_that_has_no_meaning_here_is_not_valid() -> None:
    """Another issuer's "suspended" must not read as good."""
    found = read_status_list(listed(bytes([2]) + NOTHING[1:]), KEYS.key_set, NOW)
    with pytest.raises(SealError, match="not known"):
        found.state_of(0)
