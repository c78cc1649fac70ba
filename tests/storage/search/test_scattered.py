"""Phrases are found where other words stand between theirs, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.cases import Cases, read_cases
from storage.search.folding import fold, words
from storage.search.scattered import MOST_BETWEEN, Scattered

PHRASES = ("rút bảo hiểm", "mua xe cũ", "mất thẻ", "xe xe")
SCATTERED = Scattered([(tuple(phrase.split()), phrase) for phrase in (*PHRASES, "mỏ")])


def found(text: str) -> dict[str, int]:
    return {phrase: between for between, phrase in SCATTERED.within(words(text))}


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("rút bảo hiểm", {"rút bảo hiểm": 0}),
        ("muốn rút hết tiền bảo hiểm về", {"rút bảo hiểm": 2}),
        ("rut het tien bao hiem", {"rút bảo hiểm": 2}),
        ("rút het tien bao hiểm", {"rút bảo hiểm": 2}),
        ("bảo hiểm rút", {}),
        ("rụt hết bảo hiểm", {}),
        ("rút rút bảo hiểm", {"rút bảo hiểm": 0}),
        ("mua con xe SH cũ", {"mua xe cũ": 2}),
        ("xe", {}),
        ("xe này xe", {"xe xe": 1}),
        ("mỏ", {}),
        ("", {}),
    ],
)
def test_within(text, there):
    """All words in their order, marks as they are or left out, counted by what stands between."""
    assert found(text) == there


@given(st.integers(min_value=0, max_value=3 * MOST_BETWEEN))
def test_what_is_too_far_apart_is_not_together(between):
    """So many words between are well, and not one more."""
    told = found("mất" + " à" * between + " thẻ")
    assert told == ({"mất thẻ": between} if between <= MOST_BETWEEN else {})


@given(
    st.lists(st.sampled_from([*"abc", "rút", "rut", "bảo", "hiểm", "hiem", "xe", "mua", "cũ"]), max_size=30)
)
def test_every_word_is_there(text):
    """Of whatever is told, each word is in the text, with its marks or without any."""
    for between, phrase in SCATTERED.within(text):
        assert 0 <= between <= MOST_BETWEEN
        assert all(word in text or fold(word) in text for word in phrase.split())


CASES = Cases(read_cases(["lại | mất, bị rách", "đổi, cấp đổi | rách, mất", "thay đổi"]))


@pytest.mark.parametrize(
    ("text", "of_name", "of_question"),
    [
        ("cấp lại thẻ", 0b001, 0b001),
        ("mất thẻ", 0, 0b011),
        ("the bi rach", 0, 0b001),
        ("thay đổi", 0b100, 0b100),
        ("thay rồi đổi", 0b010, 0b010),
        ("", 0, 0),
    ],
)
def test_cases(text, of_name, of_question):
    """A question has more words for a case than a name; of two phrases at a place the longer counts."""
    assert CASES.of_name(words(text)) == of_name
    assert CASES.of_question(words(text)) == of_question
