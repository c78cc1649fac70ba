"""The words of a text, and what those around a word say of it: that a name follows, or none. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from storage.questions.scrubbing.reading import Reading
from storage.questions.scrubbing.wordlists import (
    SHARE_OF_MARKED,
    Token,
    WordList,
    phrase_list,
    tokens,
    word_list,
)

UNMISTAKABLE = frozenset({"nguyen", "huynh", "tran", "pham"})
"""Surnames that are no word otherwise, or hardly, even without marks and capitals."""
_JOINT = re.compile(r"[ *_~-]{1,5}|\.[ ]?")
_WRAPPED = re.compile(r" ?\n ?")
_AFTER_INTRODUCTION = re.compile(r"[ :*_~\"'“]{1,4}|\s?:\s?\n?\s?")
_AFTER_GUARD = re.compile(r"[ .\"'“”]{1,3}")
_SAID_PLAINLY = frozenset({"ong", "anh", "chi", "chau", "em", "vo", "chong"})
"""What introduces somebody also in a text without marks, by itself: `ba` is a number there too."""
_LONGEST_PLACE = 4
_PAIR = 2


class Introduction(IntEnum):
    """How surely a name follows."""

    NONE = 0
    LIKELY = 1
    """After `ông`, `tôi là`: a name, if it looks like one."""
    SURE = 2
    """After `tôi tên là`, `họ và tên`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in words, with what its words introduce and what they are called by."""

    plain: str
    words: Sequence[Token]
    introduced: Mapping[int, Introduction]
    guarded: frozenset[int]
    kept: Mapping[int, int]
    marked: bool

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Return a text in words."""
        words = tokens(reading)
        marked = sum(word.marked for word in words) > SHARE_OF_MARKED * len(words)
        kept = _kept(words, marked=marked)
        return cls(
            plain=reading.plain,
            words=words,
            introduced=_introduced(reading, words, kept, marked=marked),
            guarded=_guarded(reading, words),
            kept=kept,
            marked=marked,
        )

    def gap(self, place: int) -> str:
        """Return what stands before a word, after the one before."""
        return self.plain[self.words[place - 1].end : self.words[place].start]

    def ordinary(self, word: Token) -> bool:
        """Whether a word is none of a name; where others have their marks, `Lan` is not `lần`."""
        listed = word_list("ordinary")
        return listed.holds(word) if self.marked else word in listed

    def joined(self, place: int, first: int) -> bool:
        """Whether a word belongs to the one before it, in a name that began with the first."""
        if place >= len(self.words):
            return False
        gap = self.gap(place)
        if gap.startswith("."):
            return bool(_JOINT.fullmatch(gap)) and len(self.words[place - 1].text) == 1
        return bool(
            _JOINT.fullmatch(gap) or (place == first + 1 and self._wraps(first) and _WRAPPED.fullmatch(gap))
        )

    def _wraps(self, first: int) -> bool:
        return self.words[first] in surnames() and not self.words[first].shouted


def surnames() -> WordList:
    """Return all surnames that are known."""
    return word_list("surnames_sure", "surnames")


def _introduced(
    reading: Reading, words: Sequence[Token], kept: Mapping[int, int], *, marked: bool
) -> dict[int, Introduction]:
    found: dict[int, Introduction] = {}
    for level, name in ((Introduction.LIKELY, "introducing"), (Introduction.SURE, "naming")):
        listed = phrase_list(name)
        for place in range(len(words)):
            phrase = listed.at(words, place)
            after = place + phrase.length if phrase else 0
            if phrase is None or after - 1 in kept:
                continue
            if not phrase.exact and (
                marked or (phrase.length == 1 and words[place].plain not in _SAID_PLAINLY)
            ):
                continue
            if after < len(words) and _AFTER_INTRODUCTION.fullmatch(
                reading.seen[words[after - 1].end : words[after].start]
            ):
                found[after] = level
    return found


def _guarded(reading: Reading, words: Sequence[Token]) -> frozenset[int]:
    found: set[int] = set()
    for place in range(len(words)):
        phrase = phrase_list("guarding").at(words, place)
        if phrase is None:
            continue
        last = words[place + phrase.length - 1]
        after = place + phrase.length
        certain = phrase.exact or phrase.length > 1 or len(last.plain) > 3  # noqa: PLR2004  # `cho` is no market
        if (
            certain
            and after < len(words)
            and _AFTER_GUARD.fullmatch(reading.seen[last.end : words[after].start])
        ):
            found.update(_called_so(words, after))
    return frozenset(found)


def _called_so(words: Sequence[Token], first: int) -> Iterator[int]:
    """Yield the words that a place or an agency is called by, from the first of them."""
    for place in range(first, min(first + _LONGEST_PLACE, len(words))):
        word, before = words[place], words[place - 1]
        if place > first and (word.start != before.end + 1 or not word.capital or word.plain in UNMISTAKABLE):
            return
        yield place


def _kept(words: Sequence[Token], *, marked: bool) -> dict[int, int]:
    """Return how many words are kept, by the place of the first; for those after it, how many are left."""
    found: dict[int, int] = {}
    for place in range(len(words)):
        phrase = phrase_list("kept", "provinces").at(words, place)
        # `CHÂU THANH AN` is not of Châu Thành. Longer ones are told without their marks too.
        if phrase is None or (marked and not phrase.exact and phrase.length == _PAIR):
            continue
        for inner in range(phrase.length):
            found[place + inner] = max(found.get(place + inner, 0), phrase.length if inner == 0 else 1)
    return found
