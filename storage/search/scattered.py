"""Phrases of which a text has all words in their order, with others between them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

from storage.search.folding import fold
from storage.search.phrases import Phrase

T = TypeVar("T")

MOST_BETWEEN = 4
"""Words that may stand between those of a phrase, all together; farther apart they belong to other things."""


class Scattered(Generic[T]):
    """Phrases that are looked for in a text word by word: `rút hết tiền bảo hiểm` has `rút bảo hiểm`.

    What is written without marks is met by what has them; what is written with marks by the same only.

    Args:
        entries: phrases and what they stand for; those of one word are left out.
    """

    def __init__(self, entries: Iterable[tuple[Phrase, T]]) -> None:
        known = [(phrase, value) for phrase, value in entries if len(phrase) > 1]
        seen = Counter(chain.from_iterable(set(phrase) for phrase, _ in known))
        # By its rarest word, so that a text is compared with few phrases.
        self._by_rarest: dict[str, list[tuple[Phrase, T]]] = defaultdict(list)
        for phrase, value in known:
            rarest = min(phrase, key=lambda word: (seen[word], word))
            for written in {rarest, fold(rarest)}:
                self._by_rarest[written].append((phrase, value))

    def within(self, text: Sequence[str]) -> Iterator[tuple[int, T]]:
        """Yield, of each phrase that is in a text, how many words stand between, and what it stands for."""
        where: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(text):
            where[word].append(place)
        for word in where:
            for phrase, value in self._by_rarest.get(word, ()):
                between = _between(phrase, where)
                if between is not None:
                    yield between, value


def _between(phrase: Phrase, where: dict[str, list[int]]) -> int | None:
    """Return the fewest words between those of a phrase; none where it is not there or too far apart."""
    places = [_places(word, where) for word in phrase]
    if not all(places):
        return None
    spans = (_span(start, places) for start in places[0])
    fewest = min(spans) - len(phrase)
    return int(fewest) if fewest <= MOST_BETWEEN else None


def _places(word: str, where: dict[str, list[int]]) -> list[int]:
    plain = fold(word)
    return where.get(word, []) if plain == word else sorted(where.get(word, []) + where.get(plain, []))


def _span(start: int, places: Sequence[Sequence[int]]) -> float:
    """Return from where to where a phrase goes that begins at `start`, each word at its next place."""
    last = start
    for later in places[1:]:
        last = next((place for place in later if place > last), -1)
        if last < 0:
            return float("inf")
    return last - start + 1
