"""What people say for what the catalogue says: a table in the product, one line for one meaning. Pure.

The table is three files of `lexicon/`: `said.txt` (phrases and what is meant by them), `short.txt` (words of
dialects, abbreviations) and `asides.txt` (what says nothing of the matter). Each says of its own form.
"""

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

from storage.search.folding import fold, words

T = TypeVar("T")
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is meant by a phrase: phrases of the catalogue, `surely` or only perhaps."""

    phrases: tuple[Phrase, ...]
    surely: bool = True


class Phrases(Generic[T]):
    """Phrases that are looked for at a place of a text, the longest first.

    What is written without marks is met by what has them; what is written with marks by the same only.

    Args:
        entries: phrases and what they stand for.
        shortest_folded: words that a phrase has at least to be met without its marks.
    """

    def __init__(self, entries: Iterable[tuple[Phrase, T]], *, shortest_folded: int = 1) -> None:
        self._shortest_folded = shortest_folded
        self._by_first: dict[str, list[tuple[Phrase, T]]] = defaultdict(list)
        for phrase, value in entries:
            self._by_first[fold(phrase[0])].append((phrase, value))
        for found in self._by_first.values():
            found.sort(key=lambda entry: -len(entry[0]))

    def at(self, text: Sequence[str], place: int) -> tuple[int, T] | None:
        """Return how many words a phrase at `place` has, and what it stands for."""
        for phrase, value in self._by_first.get(fold(text[place]), ()):
            given = text[place : place + len(phrase)]
            alike = _same if len(phrase) >= self._shortest_folded else operator.eq
            if len(given) == len(phrase) and all(map(alike, given, phrase)):
                return len(phrase), value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The table, ready for use."""

    said: Phrases[Meaning]
    asides: Phrases[None]
    short: dict[str, Phrase]
    sayings: tuple[Phrase, ...] = field(repr=False)
    words: frozenset[str] = field(repr=False)


@cache
def lexicon() -> Lexicon:
    """Return the table that the product ships, read once."""
    said = [(phrase, meaning) for phrases, meaning in read_said(_text("said.txt")) for phrase in phrases]
    asides = list(read_asides(_text("asides.txt")))
    short = dict(read_short(_text("short.txt")))
    known = {word for phrase, meaning in said for part in (phrase, *meaning.phrases) for word in part}
    known |= {word for phrase in asides for word in phrase} | {
        word for full in short.values() for word in full
    }
    return Lexicon(
        # Without its marks `mỏ`, a mine, is `mở`, to open, and much else.
        said=Phrases(said, shortest_folded=2),
        asides=Phrases([(phrase, None) for phrase in asides]),
        short=short,
        sayings=tuple(phrase for phrase, meaning in said if meaning.surely),
        words=frozenset(fold(word) for word in known | set(short)),
    )


def read_said(text: str) -> Iterator[tuple[tuple[Phrase, ...], Meaning]]:
    """Yield each line's phrases with what they mean. Raises ValueError for a line of another form."""
    for line in _lines(text):
        surely = "|" in line
        said, parting, meant = line.partition("|" if surely else "~")
        if not parting:
            raise ValueError(f"no meaning is given: {line}")
        yield _phrases(said), Meaning(phrases=_phrases(meant), surely=surely)


def read_short(text: str) -> Iterator[tuple[str, Phrase]]:
    """Yield each short form with its words. Raises ValueError for a line of another form."""
    for line in _lines(text):
        short, _, full = line.partition("=")
        ((word,),) = _phrases(short)
        ((*phrase,),) = _phrases(full)
        yield word, tuple(phrase)


def read_asides(text: str) -> Iterator[Phrase]:
    """Yield the phrases that say nothing of the matter."""
    for line in _lines(text):
        yield from _phrases(line)


def _text(name: str) -> str:
    return (files("storage.search") / "lexicon" / name).read_text("utf-8")


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def _phrases(text: str) -> tuple[Phrase, ...]:
    found = tuple(tuple(words(part)) for part in text.split(","))
    if not all(found):
        raise ValueError(f"a phrase has no words: {text}")
    return found


def _same(given: str, known: str) -> bool:
    return given == known or (given.isascii() and given == fold(known))
