"""Published answers of one moment, ready to be asked."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.questions.entries import Entry, Published
from storage.questions.likeness import likeness
from storage.search.fitting import fitting
from storage.search.index import CANDIDATES, Index, Searchable
from storage.search.lexicon import lexicon
from storage.search.question import Question, understand
from storage.search.sifting import Places

Value = tuple[str, Hashable]

ALIKE = 0.32
"""How alike two questions are at least of which the one is proposed to who asks the other."""

BY_WORDS = 0.3
"""How much it counts among them how well an entry fits by all of its words, those of the answer too."""

COMPARED = 12
"""Of the likeliest by their words, so many are compared with what is being asked."""

STALE_PRIOR = -0.6
"""A stale answer stands below a fresh one that fits about as well (`storage.search.ranking.PRIOR`)."""

STALE_BEHIND = 0.1
"""And among those that are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfSieve:
    """What an entry must be to be listed.

    Attributes:
        procedure: the short code of the procedure that it rests on.
        agency_id: the agency that answers, or one above it.
        faq: whether those alone are wanted that an agency wrote by itself.
    """

    procedure: str | None = None
    field: str | None = None
    agency_id: UUID | None = None
    faq: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfAnswer:
    """What was found, the best first.

    Attributes:
        found: those asked for.
        total: how many there are on all pages.
        complete: whether hardly anything else fits; else the total is of the likeliest alone.
    """

    found: Sequence[Entry]
    total: int
    complete: bool = True


class Shelf:
    """Answers questions by what was answered before. Never changed.

    Args:
        published: all that there is.
        folder: where the index is kept (`storage.search.index`); in memory where none is given.
    """

    def __init__(self, published: Published, folder: Path | None = None) -> None:
        self.stamp = published.stamp
        self._entries = published.entries
        self._lexicon = lexicon()
        known = replace(self._lexicon, words=self._lexicon.words | published.known)
        self._index = Index(map(_searchable, self._entries), known, folder)
        self._by_value = _by_value(self._entries)
        # What is in no question that was answered tells as much as what is in none but one.
        self._unheard = math.log(1 + 2 * len(self._entries))

    def __getstate__(self) -> dict[str, Any]:
        # The process that takes it over has the table already.
        return {name: part for name, part in vars(self).items() if name != "_lexicon"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._lexicon = lexicon()

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    @property
    def number(self) -> int:
        """The last transaction that changed one."""
        return self.stamp.last

    def ask(self, text: str, *, sieve: ShelfSieve, start: int = 0, count: int) -> ShelfAnswer:
        """Return `count` of what fits a question, from the place `start` on.

        Where nothing is asked, everything is listed, the newest first.
        """
        passing = self._passing(sieve)
        question = self._understood(text)
        if question.folded:
            hits, complete = fitting(self._index, question, [self._candidates(question, passing)])
            listed = list(hits)
        else:
            listed, complete = sorted(range(len(self)) if passing is None else passing), True
        found = [self._entries[place] for place in listed[start : start + count]]
        return ShelfAnswer(found=found, total=len(listed), complete=complete)

    def similar(self, text: str, count: int, procedure: str | None = None) -> Sequence[Entry]:
        """Return up to `count` of those that answer what somebody is about to ask, the most alike first.

        Where nothing really does, nothing is returned. Of a procedure, those that rest on it come first.
        """
        question = self._understood(text)
        if not question.matters:
            return []
        own = self._by_value.get(("procedure", procedure), frozenset()) if procedure else frozenset()
        likely = {**self._likeliest(question, None), **self._likeliest(question, own)}
        alike = sorted(
            (place not in own, -like - BY_WORDS * fits + STALE_BEHIND * self._entries[place].stale, place)
            for place, fits in likely.items()
            if (like := self._likeness(question, place)) >= ALIKE
        )
        return [self._entries[place] for *_, place in alike[:count]]

    def _understood(self, text: str) -> Question:
        return understand(text, self._lexicon, self._index.spelling)

    def _likeliest(self, question: Question, passing: Places | None) -> Mapping[int, float]:
        """Return a few places with how well each fits by its words, the best by 1."""
        hits, _ = fitting(self._index, question, [self._candidates(question, passing)])
        few = list(islice(hits.items(), COMPARED))
        return {place: worse / few[0][1] for place, worse in few}

    def _likeness(self, question: Question, place: int) -> float:
        return likeness(question, self._understood(self._entries[place].question), self._tells)

    def _tells(self, word: str) -> float:
        return self._index.tells(word) or self._unheard

    def _candidates(self, question: Question, passing: Places | None) -> list[tuple[int, float]]:
        if passing is None:
            return self._index.candidates(question)
        if not passing:
            return []
        found = self._index.candidates(question, len(self))
        return list(islice((hit for hit in found if hit[0] in passing), CANDIDATES))

    def _passing(self, sieve: ShelfSieve) -> Places | None:
        """Return the places that a sieve lets through; none where that is all of them."""
        wanted = {
            "procedure": sieve.procedure,
            "field": sieve.field,
            "agency": sieve.agency_id,
            "faq": sieve.faq or None,
        }
        kept = [
            self._by_value.get((what, value), frozenset())
            for what, value in wanted.items()
            if value is not None
        ]
        return reduce(Places.intersection, kept) if kept else None


def _searchable(entry: Entry) -> Searchable:
    topic = (entry.procedure_name, entry.field, entry.agency_name)
    return Searchable(
        code=str(entry.id),
        name=entry.question,
        topic=" ".join(part for part in topic if part),
        body=entry.answer,
        prior=STALE_PRIOR if entry.stale else 0.0,
    )


def _values(entry: Entry) -> Iterator[Value]:
    """Yield by what an entry can be narrowed."""
    yield "procedure", entry.procedure_code
    yield "field", entry.field
    yield "faq", entry.faq
    for agency_id in entry.agencies:
        yield "agency", agency_id


def _by_value(entries: Sequence[Entry]) -> Mapping[Value, Places]:
    found: dict[Value, set[int]] = defaultdict(set)
    for place, entry in enumerate(entries):
        for value in _values(entry):
            found[value].add(place)
    return {value: frozenset(places) for value, places in found.items()}
