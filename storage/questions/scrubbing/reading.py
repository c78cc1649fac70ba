"""A text as it is searched: one spelling for the many in which the same can be written. Pure."""

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from storage.questions.scrubbing.kinds import Span

TAKEN = "\ue000"
"""Stands for each character of what was taken out: neither letter nor digit nor space."""

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
_CLUSTER = rf"(?:{_ENTITY}|(?s:.))(?:[{_MARKS}{_INVISIBLE}]+|&#(?:7[6-9]\d|8[0-7]\d|820[3-7]);)*"
_TAG = r"<[/!]?[A-Za-z][^<>]{0,500}>"
_SHOWN = re.compile(_CLUSTER)
_BARE = re.compile(f"(?P<tag>{_TAG})|{_CLUSTER}")
_UNSEEN = re.compile(f"[{_INVISIBLE}]")
_ALIKE = str.maketrans(
    "АВЕКМНОРСТХаеорсухіјѕԁɡһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαινı\u2010\u2011\u2012\u2013\u2014\u2015\u2212\r\t\v\f\u0085\u2028\u2029\u2800’ʼ‘ʻ`´",
    "ABEKMHOPCTXaeopcyxijsdghABEZHIKMNOPTYXoaivi-------\n    \n\n ''''''",
)
_OWN_LETTERS = str.maketrans("đĐ", "dD")
# What looks like a digit counts as one in a word that has digits, or nothing but zeros.
_FIGURE = re.compile(r"(?<![^\W_])[\doOlI]+(?![^\W_])")
_FIGURES = str.maketrans("oOlI", "0011")


class Reading:
    """A text in four forms of one length; what is found in it is taken out of all.

    Attributes:
        seen: NFKC, homoglyphs as Latin letters, nothing invisible; a letter is one character.
        plain: that in lower case and without marks.
        figures: `plain` with O and l read as digits where digits are meant.
    """

    __slots__ = ("_ends", "_starts", "figures", "plain", "seen")

    def __init__(self, text: str, taken: Iterable[Span], *, bare: bool) -> None:
        """Read a text without what was taken; `bare`, without the tags of its markup as well."""
        letters: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        hidden = _hidden(text, taken)
        for piece in (_BARE if bare else _SHOWN).finditer(hidden):
            if bare and piece["tag"] and piece["tag"].strip(TAKEN):
                continue
            for letter in _settle(piece[0]):
                letters.append(letter)
                self._starts.append(piece.start())
                self._ends.append(piece.end())
        self.seen = "".join(letters)
        self.plain = "".join(map(_plain, letters))
        self.figures = "".join(
            figure if figure.isdigit() else letter
            for figure, letter in zip(_FIGURE.sub(_as_digits, self.seen), self.plain, strict=True)
        )

    def take(self, spans: Iterable[Span]) -> list[Span]:
        """Take out what was found here, and return where it stands in the text as it was given."""
        ordered = sorted(span for span in spans if span.start < span.end)
        if not ordered:
            return []
        self.seen = blanked(self.seen, ordered)
        self.plain = blanked(self.plain, ordered)
        self.figures = blanked(self.figures, ordered)
        return [Span(self._starts[span.start], self._ends[span.end - 1], span.kind) for span in ordered]


def blanked(text: str, spans: Iterable[Span], by: str = TAKEN) -> str:
    """Return a text, as long as before, with another character all over some places, given in order."""
    parts, done = [], 0
    for span in spans:
        start = max(span.start, done)
        end = max(span.end, start)
        parts += [text[done:start], by * (end - start)]
        done = end
    return "".join([*parts, text[done:]])


def _hidden(text: str, taken: Iterable[Span]) -> str:
    return blanked(text.replace(TAKEN, "\ufffd"), sorted(taken))


@lru_cache(maxsize=20_000)
def _settle(piece: str) -> str:
    """Return what is read where a letter stands with its marks: mostly one character, or none."""
    if "&" in piece:
        piece = html.unescape(piece)
    settled = unicodedata.normalize("NFKC", _UNSEEN.sub("", piece)).translate(_ALIKE)
    # Any mark, be it around its letter as on the keys of a telephone.
    return "".join(_digit(letter) for letter in settled if unicodedata.category(letter)[0] != "M")


def _digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    if value is not None:
        return str(value)
    return " " if letter.isspace() and letter != "\n" else letter


@lru_cache(maxsize=20_000)
def _plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter.lower().translate(_OWN_LETTERS))[0]


def _as_digits(word: re.Match[str]) -> str:
    meant = len(word[0]) > 1 and (not word[0].isalpha() or not word[0].strip("oO"))
    return word[0].translate(_FIGURES) if meant else word[0]
