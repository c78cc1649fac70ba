"""Phrases that are looked for in a text. Pure."""

import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from storage.search.folding import fold, words

T = TypeVar("T")
Phrase = tuple[str, ...]


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


def read_phrases(text: str) -> tuple[Phrase, ...]:
    """Return the phrases of a line, which commas part. Raises ValueError for one without words."""
    found = tuple(tuple(words(part)) for part in text.split(","))
    if not all(found):
        raise ValueError(f"a phrase has no words: {text}")
    return found


def _same(given: str, known: str) -> bool:
    return given == known or (given.isascii() and given == fold(known))
