"""Words are cut and compared alike, however they are written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.folding import fold, pairs, words, words_at

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"


@given(st.text())
def test_any_text_is_cut_into_words(text):
    """Whatever is given, words are neither empty nor hold a space, and their places lie in the text."""
    settled = unicodedata.normalize("NFC", text)
    found = list(words_at(text))
    assert [word.text for word in found] == words(text)
    for word in found:
        assert word.text
        assert not any(letter.isspace() for letter in word.text)
        assert 0 <= word.start < word.end <= len(settled)


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " .,-"))
def test_composed_and_decomposed_are_one(text):
    """NFC and NFD of a text have the same words."""
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=VIETNAMESE, min_size=1))
def test_folding_leaves_plain_letters(word):
    """Every Vietnamese letter becomes a plain one, and folding twice changes nothing."""
    assert fold(word).isascii()
    assert len(fold(word)) == len(word)
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Đăng ký khai-sinh, lần 2", ["đăng", "ký", "khai", "sinh", "lần", "2"]),
        ("hoá hóa khoẻ khỏe thuỷ thủy", ["hóa", "hóa", "khỏe", "khỏe", "thủy", "thủy"]),
        ("quý hoàn Quỹ", ["quý", "hoàn", "quỹ"]),
        ('AND (name:* OR "x") --; DROP TABLE', ["and", "name", "or", "x", "drop", "table"]),
        ("😀 …?!", []),
        ("", []),
    ],
)
def test_words(text, cut):
    """Marks of both spellings are one, and signs part words."""
    assert words(text) == cut


def test_pairs():
    """Neighbours stand together in their order."""
    assert pairs(["dang", "ky", "xe"]) == ["dang_ky", "ky_xe"]
    assert pairs(["xe"]) == []
