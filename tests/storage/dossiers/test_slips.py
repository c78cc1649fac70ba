"""The secret on a receipt slip: one for each dossier and key, and hard to mistype."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.slips import ALPHABET, LENGTH, SlipKeys, grouped, read

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
KEYS = SlipKeys(keys=(NEW, OLD))
places = st.integers(0, LENGTH - 1)


@given(st.uuids())
def test_a_secret_is_read_as_it_is_printed(dossier_id: UUID) -> None:
    """In groups or not, in small letters, with the letters that people read for digits."""
    secret = KEYS.secret_of(dossier_id)
    assert len(secret) == LENGTH
    assert set(secret) <= set(ALPHABET)
    printed = grouped(secret)
    assert printed.count("-") == 2
    for typed in (
        secret,
        printed,
        printed.lower(),
        f" {printed.replace('-', ' ')} ",
        printed.replace("-", "–"),
    ):
        assert read(typed) == secret
    assert read(printed.replace("0", "o").replace("1", "l")) == secret
    assert read(printed.replace("0", "O").replace("1", "I")) == secret


@given(st.uuids(), st.uuids())
def test_a_secret_opens_its_own_dossier_alone(one: UUID, other: UUID) -> None:
    """Whatever else is given opens nothing."""
    assert KEYS.fits(one, KEYS.secret_of(one))
    assert KEYS.fits(other, KEYS.secret_of(one)) == (one == other)
    assert not KEYS.fits(one, None)


@given(st.uuids())
def test_a_key_can_be_replaced(dossier_id: UUID) -> None:
    """Slips of the old key are good as long as it verifies; new ones are of the new key."""
    old, new = SlipKeys(keys=(OLD,)), SlipKeys(keys=(NEW,))
    assert KEYS.fits(dossier_id, old.secret_of(dossier_id))
    assert KEYS.secret_of(dossier_id) == new.secret_of(dossier_id)
    assert not new.fits(dossier_id, old.secret_of(dossier_id))


@given(st.uuids(), places, st.sampled_from(ALPHABET))
def test_one_wrong_character_shows(dossier_id: UUID, place: int, letter: str) -> None:
    """So it is told at once from a secret that is not this dossier's."""
    secret = KEYS.secret_of(dossier_id)
    wrong = secret[:place] + letter + secret[place + 1 :]
    assert read(wrong) == (secret if wrong == secret else None)


@given(st.uuids(), places, places)
def test_two_characters_that_changed_places_show(dossier_id: UUID, one: int, other: int) -> None:
    """Wherever they stand."""
    secret = KEYS.secret_of(dossier_id)
    letters = list(secret)
    letters[one], letters[other] = letters[other], letters[one]
    wrong = "".join(letters)
    assert read(wrong) == (secret if wrong == secret else None)


@given(st.text(max_size=200))
def test_nothing_breaks_the_reading(text: str) -> None:
    """What is read is a secret in its one spelling, or none."""
    found = read(text)
    assert found is None or read(found) == found


@pytest.mark.parametrize("keys", [(), (b"short",), (OLD, OLD[:-1])])
def test_keys_are_held_to_their_length(keys: tuple[bytes, ...]) -> None:
    """None, or a short one, is refused; no key is shown."""
    with pytest.raises(ValueError, match="32 bytes"):
        SlipKeys(keys=keys)
    assert "keys=" not in repr(KEYS)
