"""Lists of words, and what of a text is in them, with its marks or written without any. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from storage.questions.scrubbing.reading import Reading
from storage.search.folding import fold, words

SHARE_OF_MARKED = 0.2
"""The share of words with marks from which on a word without them is meant to have none."""

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


class Token(NamedTuple):
    """A word of a text and its place there; `settled` is in lower case with its marks, `plain` without."""

    text: str
    settled: str
    plain: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        """Whether it is in capitals throughout; of a single letter that cannot be told."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def marked(self) -> bool:
        """Whether it has marks."""
        return self.settled != self.plain


def tokens(reading: Reading) -> list[Token]:
    """Return the words of a text that are of letters; an apostrophe within parts none (`H'Yăm`)."""
    return [
        Token(match[0], _settled(match[0]), reading.plain[match.start() : match.end()], *match.span())
        for match in _TOKEN.finditer(reading.seen)
    ]


@cache
def _known_words(name: str) -> frozenset[str]:
    return frozenset(word for phrase in phrases(name) for word in phrase)


class WordList:
    """Single words."""

    def __init__(self, settled: Iterable[str]) -> None:
        self._settled = frozenset(settled)
        self._plain = frozenset(map(fold, self._settled))

    def __contains__(self, token: Token) -> bool:
        """Whether a word is one of these, or could be if it was written without marks."""
        return token.settled in self._settled or (not token.marked and token.plain in self._plain)

    def holds(self, token: Token) -> bool:
        """Whether a word is one of these as it is written."""
        return token.settled in self._settled

    def plain(self) -> Iterable[str]:
        """Return the words without their marks, the longest first."""
        return sorted(self._plain, key=lambda word: (-len(word), word))


@dataclass(frozen=True, slots=True)
class Found:
    """How many words of a text are a phrase, and whether as it is written rather than without its marks."""

    length: int
    exact: bool


class PhraseList:
    """Phrases of a word or more."""

    def __init__(self, listed: Iterable[Sequence[str]]) -> None:
        by_first: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for phrase in listed:
            by_first[fold(phrase[0])].add(tuple(phrase))
        self._by_first = {first: sorted(some, key=len, reverse=True) for first, some in by_first.items()}

    def at(self, text: Sequence[Token], place: int) -> Found | None:
        """Return the longest phrase that begins at a word of a text."""
        for phrase in self._by_first.get(text[place].plain, ()):
            there = text[place : place + len(phrase)]
            if len(there) == len(phrase) and all(map(_alike, there, phrase)):
                exact = all(token.settled == word for token, word in zip(there, phrase, strict=True))
                return Found(len(phrase), exact)
        return None


@cache
def word_list(*names: str) -> WordList:
    """Return the words of lists of ours."""
    return WordList(word for name in names for word in _known_words(name))


@cache
def phrase_list(*names: str) -> PhraseList:
    """Return the phrases of lists of ours."""
    return PhraseList([phrase for name in names for phrase in phrases(name)])


def phrases(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of a list of ours; a line parts them by bars, or has single words."""
    for line in (files("storage.questions.scrubbing.words") / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if "|" in line:
            yield from (tuple(words(part)) for part in line.split("|") if part.strip())
        else:
            yield from ((word,) for word in words(line))


@lru_cache(maxsize=20_000)
def _settled(text: str) -> str:
    return "'".join("".join(words(part)) for part in text.split("'"))


def _alike(token: Token, word: str) -> bool:
    return token.settled == word or (not token.marked and token.plain == fold(word))
