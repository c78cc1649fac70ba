"""Words as they are compared: Vietnamese syllables, with their marks and without. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

REMEMBERED = 20_000
"""Words whose folding is remembered: a whole catalogue is written in some ten thousand."""

_WORD = re.compile(r"[^\W_]+")
_OWN_LETTERS = str.maketrans("đĐ", "dD")
# The tone of oa, oe and uy is written on either vowel: `hoá` and `hóa` are one word.
_TONED = (("o", "a"), ("o", "e"), ("u", "y"))


class Word(NamedTuple):
    """A word of a text, in lower case and NFC, and where it stands there (in the NFC text)."""

    text: str
    start: int
    end: int


def words_at(text: str) -> Iterator[Word]:
    """Yield the words of a text with their places; whatever is neither letter nor digit parts them."""
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        yield Word(_settle(match[0]), match.start(), match.end())


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, NFC, tones where the old spelling puts them."""
    return [_settle(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=REMEMBERED)
def fold(word: str) -> str:
    """Return a word without its marks: `đường` is `duong`."""
    parts = unicodedata.normalize("NFD", word.translate(_OWN_LETTERS))
    return unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part)))


def pairs(folded: Sequence[str]) -> list[str]:
    """Return neighbouring words as one: most Vietnamese words have two syllables."""
    return [f"{first}_{second}" for first, second in pairwise(folded)]


@lru_cache(maxsize=REMEMBERED)
def _settle(word: str) -> str:
    return _RESPELLED.sub(lambda match: _RESPELLING[match[0]], word.lower())


def _respelling() -> dict[str, str]:
    marks = "\u0300\u0301\u0303\u0309\u0323"
    found = {}
    for first, second in _TONED:
        for mark in marks:
            modern = unicodedata.normalize("NFC", first + second + mark)
            found[modern] = unicodedata.normalize("NFC", first + mark + second)
    return found


_RESPELLING = _respelling()
# At the end of a word only: in `hoàn` the tone has one place. And `quý` has one vowel.
_RESPELLED = re.compile(f"(?<!q)(?:{'|'.join(map(re.escape, _RESPELLING))})$")
