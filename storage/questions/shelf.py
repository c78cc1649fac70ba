"""Published answers of one moment, ready to be asked."""

import operator
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.questions.entries import Entry, Published
from storage.questions.likeness import Packed, direction, likeness, packed
from storage.search.fitting import fitting
from storage.search.folding import fold, words
from storage.search.index import Index, Searchable, idf
from storage.search.lexicon import lexicon
from storage.search.question import Question, understand
from storage.search.sifting import Places

ALIKE = 0.32
"""How alike two questions are at least of which the one is proposed to who asks the other."""

BY_WORDS = 0.03
"""What each point counts among them by which an entry fits worse than the best (`storage.search.ranking`)."""

COMPARED = 8
"""Of the likeliest by their words, so many are compared with what is being asked."""

FEWEST = 40
"""Of fewer questions it can not be told which of their words are common: all of them would be."""

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

    @property
    def tags(self) -> Sequence[str]:
        """What an entry must all be tagged with."""
        wanted = {
            "procedure": self.procedure,
            "field": self.field,
            "agency": self.agency_id,
            "faq": self.faq or None,
        }
        return [f"{what}:{value}" for what, value in wanted.items() if value is not None]


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
        known = replace(self._lexicon, words=self._lexicon.words | _known(published))
        formerly = published.formerly
        self._index = Index(
            (_searchable(entry, formerly.get(entry.agency_id, ())) for entry in self._entries), known, folder
        )
        self._tagged = _by_tag(self._entries)
        self._heard = Counter(chain.from_iterable(named.words for named in self._index.named))
        # Each as soon as it is needed: for all of them it takes longer than all else.
        self._directions: dict[int, Packed] = {}

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
        question = self._understood(text)
        if question.folded:
            hits, complete = fitting(
                self._index, question, [self._index.candidates(question, tags=sieve.tags)]
            )
            listed: Sequence[int] = list(hits)
        else:
            listed, complete = self._passing(sieve), True
        found = [self._entries[place] for place in listed[start : start + count]]
        return ShelfAnswer(found=found, total=len(listed), complete=complete)

    def similar(self, text: str, count: int, procedure: str | None = None) -> Sequence[Entry]:
        """Return up to `count` of those that answer what somebody is about to ask, the most alike first.

        Where nothing really does, nothing is returned. Of a procedure, those that rest on it come first.
        """
        question = self._understood(text)
        if not question.matters:
            return []
        asked = direction(question, self._tells)
        likely = self._likeliest(question)
        if procedure:
            likely |= self._likeliest(question, ShelfSieve(procedure=procedure).tags)
        alike = sorted(
            (
                procedure is not None and self._entries[place].procedure_code != procedure,
                BY_WORDS * behind - like + STALE_BEHIND * self._entries[place].stale,
                place,
            )
            for place, behind in likely.items()
            if (like := likeness(asked, self._direction(place))) >= ALIKE
        )
        return [self._entries[place] for *_, place in alike[:count]]

    def _understood(self, text: str) -> Question:
        return understand(text, self._lexicon, self._index.spelling)

    def _likeliest(self, question: Question, tags: Sequence[str] = ()) -> dict[int, float]:
        """Return a few places with how far each is behind the one that fits best by its words."""
        hits, _ = fitting(self._index, question, [self._index.candidates(question, tags=tags)])
        best = next(iter(hits.values()), 0.0)
        return {place: worse - best for place, worse in islice(hits.items(), COMPARED)}

    def _direction(self, place: int) -> Packed:
        if place not in self._directions:
            question = self._understood(self._entries[place].question)
            self._directions[place] = packed(direction(question, self._tells))
        return self._directions[place]

    def _tells(self, word: str) -> float:
        return idf(self._heard[word], max(len(self), FEWEST))

    def _passing(self, sieve: ShelfSieve) -> Sequence[int]:
        """Return the places that a sieve lets through, the newest first."""
        kept = [self._tagged.get(tag, Places()) for tag in sieve.tags]
        return sorted(reduce(operator.and_, kept)) if kept else range(len(self))


def _known(published: Published) -> frozenset[str]:
    """Return words, without marks, that are not to be taken for slips of those that answers have."""
    texts = chain(published.names, {name for names in published.formerly.values() for name in names})
    return frozenset(fold(word) for text in texts for word in words(text))


def _searchable(entry: Entry, formerly: Sequence[str]) -> Searchable:
    topic = (entry.procedure_name, entry.field, entry.agency_name, *formerly)
    return Searchable(
        code=str(entry.id),
        name=entry.question,
        topic=" ".join(part for part in topic if part),
        body=entry.answer,
        prior=STALE_PRIOR if entry.stale else 0.0,
        tags=tuple(_tags(entry)),
    )


def _tags(entry: Entry) -> Iterator[str]:
    """Yield by what an entry can be narrowed."""
    yield from ShelfSieve(procedure=entry.procedure_code, field=entry.field, faq=entry.faq).tags
    for agency_id in entry.agencies:
        yield from ShelfSieve(agency_id=agency_id).tags


def _by_tag(entries: Sequence[Entry]) -> Mapping[str, Places]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, entry in enumerate(entries):
        for tag in _tags(entry):
            found[tag].add(place)
    return {tag: frozenset(places) for tag, places in found.items()}
