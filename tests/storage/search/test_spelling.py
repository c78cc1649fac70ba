"""A slip of the finger is mended; a word that is written is left alone."""

import random
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.spelling import Spelling

FREQUENCY = {
    "sinh": 100.0,
    "doanh": 80.0,
    "khau": 60.0,
    "khai": 50.0,
    "thuong": 40.0,
    "tru": 30.0,
    "xe": 20.0,
}
SPELLING = Spelling(FREQUENCY)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sihn", "sinh"),
        ("doah", "doanh"),
        ("khauu", "khau"),
        ("thuogn", "thuong"),
        ("thuongg", "thuong"),
        ("sinh", None),
        ("xq", None),
        ("2026", None),
        ("a1b", None),
        ("zzzzzz", None),
    ],
)
def test_mend(given, meant):
    """Letters swapped, left out, doubled or beside are mended; what is short, a number or far off is not."""
    assert SPELLING.mend(given) == meant


@given(
    st.sampled_from(sorted(word for word in FREQUENCY if len(word) > 3)), st.randoms(use_true_random=False)
)
def test_one_slip_leads_to_a_word_that_is_written(word, chance: random.Random):
    """Whatever the slip, what comes of it is a word; none where it made another one that is known."""
    place = chance.randrange(len(word))
    slip = chance.choice(
        [word[:place] + word[place + 1 :], word[:place] + chance.choice(ascii_lowercase) + word[place:]]
    )
    mended = SPELLING.mend(slip)
    assert (mended is None) == SPELLING.knows(slip)
    assert mended is None or SPELLING.knows(mended)


@given(st.text(max_size=80))
def test_anything_may_be_asked(text):
    """Nothing that is given is an error."""
    mended = SPELLING.mend(text)
    assert mended is None or mended in FREQUENCY
