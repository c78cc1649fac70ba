"""What is kept encrypted can be read under its own key, for its own party and purpose, and not otherwise."""

import base64
import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cipher import Cipher, PartyKey, UndecipherableError

MASTER, INDEX = bytes(range(32)), bytes(range(32, 64))
CIPHER = Cipher(master_key=MASTER, index_key=INDEX)

texts = st.text(max_size=200)
purposes = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
parties = st.uuids()


def key_of(party_id: UUID) -> PartyKey:
    return CIPHER.new_party_key(party_id)[0]


@given(texts.filter(lambda text: text.isprintable()), purposes, parties)
def test_what_is_written_can_be_read(text: str, purpose: str, party_id: UUID) -> None:
    """Also by a key that was wrapped, kept and opened again."""
    key, wrapped = CIPHER.new_party_key(party_id)
    sealed = key.encrypt(text, purpose)
    assert CIPHER.open_party_key(party_id, wrapped).decrypt(sealed, purpose) == text


@given(st.text("Nguyễn 0123456789", min_size=6, max_size=50), purposes, parties)
def test_nothing_shows_through(text: str, purpose: str, party_id: UUID) -> None:
    """The bytes hold neither the text nor the key, and differ each time."""
    key, wrapped = CIPHER.new_party_key(party_id)
    sealed = {key.encrypt(text, purpose) for _ in range(3)}
    assert len(sealed) == 3
    assert all(text.encode() not in one for one in sealed)
    assert {len(one) for one in sealed} == {1 + 12 + len(text.encode()) + 16}
    assert MASTER not in wrapped
    assert repr(key) == f"PartyKey(party_id={party_id!r})"


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()), parties, st.data())
def test_a_changed_byte_is_noticed(text: str, party_id: UUID, data: st.DataObject) -> None:
    """Tampering, cutting and lengthening make it unreadable, for texts and for keys."""
    key, wrapped = CIPHER.new_party_key(party_id)
    for whole, read in (
        (key.encrypt(text, "note"), lambda sealed: key.decrypt(sealed, "note")),
        (wrapped, lambda sealed: CIPHER.open_party_key(party_id, sealed)),
    ):
        place = data.draw(st.integers(0, len(whole) - 1))
        flipped = data.draw(st.integers(1, 255))
        changed = whole[:place] + bytes([whole[place] ^ flipped]) + whole[place + 1 :]
        for broken in (changed, whole[:place], whole + b"\x00", b""):
            with pytest.raises(UndecipherableError):
                read(broken)


@given(parties, parties, purposes, purposes)
def test_it_is_bound_to_its_party_and_purpose(one: UUID, other: UUID, purpose: str, another: str) -> None:
    """A row moved to another party, or a value to another column, can not be read there."""
    key, wrapped = CIPHER.new_party_key(one)
    sealed = key.encrypt("An", purpose)
    if purpose != another:
        with pytest.raises(UndecipherableError):
            key.decrypt(sealed, another)
    if one != other:
        with pytest.raises(UndecipherableError):
            CIPHER.open_party_key(other, wrapped)
        moved = PartyKey(party_id=other, _aead=key._aead)
        with pytest.raises(UndecipherableError):
            moved.decrypt(sealed, purpose)
    with pytest.raises(UndecipherableError):
        key_of(one).decrypt(sealed, purpose)


def test_another_master_key_opens_nothing() -> None:
    """And the error tells neither key nor text."""
    party_id = UUID(int=1)
    _, wrapped = CIPHER.new_party_key(party_id)
    with pytest.raises(UndecipherableError) as raised:
        Cipher(master_key=os.urandom(32), index_key=INDEX).open_party_key(party_id, wrapped)
    assert str(raised.value) == "party key"


def test_nothing_stays_nothing() -> None:
    """Optional values need no text."""
    key = key_of(UUID(int=1))
    assert key.encrypt_optional(None, "name") is None
    assert key.decrypt_optional(None, "name") is None
    sealed = key.encrypt_optional("", "name")
    assert sealed is not None
    assert key.decrypt_optional(sealed, "name") == ""


@given(
    purposes,
    texts.filter(lambda text: text.isprintable()),
    purposes,
    texts.filter(lambda text: text.isprintable()),
)
def test_an_index_finds_its_own_value_only(purpose: str, value: str, another: str, other: str) -> None:
    """The same purpose and value always give the same 32 bytes; any other pair gives others."""
    index = CIPHER.blind_index(purpose, value)
    assert len(index) == 32
    assert (index == CIPHER.blind_index(another, other)) == ((purpose, value) == (another, other))
    assert index == Cipher(master_key=os.urandom(32), index_key=INDEX).blind_index(purpose, value)
    assert index != Cipher(master_key=MASTER, index_key=MASTER).blind_index(purpose, value)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_root_keys_have_one_length(size: int) -> None:
    """A short key would be accepted by AES as a weaker one."""
    for keys in (
        {"master_key": bytes(size), "index_key": INDEX},
        {"master_key": MASTER, "index_key": bytes(size)},
    ):
        with pytest.raises(ValueError, match="32 bytes"):
            Cipher(**keys)


def test_keys_do_not_repeat() -> None:
    """Each party has a key of its own, also a party that is made twice."""
    wrapped = {base64.b64encode(CIPHER.new_party_key(UUID(int=1))[1]) for _ in range(50)}
    assert len(wrapped) == 50


def test_what_belongs_to_no_party_is_sealed_for_a_purpose() -> None:
    """It opens under the same master key and purpose alone, and never looks the same twice."""
    sealed = CIPHER.seal("mã bí mật", "provider.access")
    assert CIPHER.unseal(sealed, "provider.access") == "mã bí mật"
    assert CIPHER.seal("mã bí mật", "provider.access") != sealed
    with pytest.raises(UndecipherableError):
        CIPHER.unseal(sealed, "provider.refresh")
    with pytest.raises(UndecipherableError):
        CIPHER.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "provider.access")
    other = Cipher(master_key=bytes(31) + b"\x07", index_key=bytes(32))
    with pytest.raises(UndecipherableError):
        other.unseal(sealed, "provider.access")
