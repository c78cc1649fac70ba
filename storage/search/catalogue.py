"""One version of the catalogue, ready to be asked."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from pathlib import Path

from storage.procedures.record import Procedure
from storage.search.facts import Facet, Facts, Sieve, facts_of, searchable_of
from storage.search.fitting import fitting
from storage.search.folding import fold, words_at
from storage.search.index import CANDIDATES, Index, Searchable
from storage.search.lexicon import Lexicon
from storage.search.names import plain_name
from storage.search.popularity import popularity
from storage.search.question import ASIDE, LONGEST, Question, understand
from storage.search.sifting import Places, Shelves, Sort
from storage.search.suggesting import Completion, Suggestions

SAID_WEIGHT = 0.5
"""Of a saying among suggestions: what is asked for most is proposed by its name."""

NAMES_REMEMBERED = 1000
"""Names whose words are remembered: some are found time and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A procedure that was found, with those that differ by where they are carried out alone.

    Attributes:
        facts: of the one that fits best.
        variants: of the others.
        marks: where words that were asked for stand in its name, from and to.
    """

    facts: Facts
    variants: tuple[Facts, ...]
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, the best first.

    Attributes:
        found: those asked for.
        total: how many there are on all pages.
        facets: by facet, how many of what was found have which value, its own choice left out of account.
        complete: whether hardly anything else fits; else total and facets are of the likeliest alone.
        read_as: the question as it was read, where words were taken for others.
    """

    found: Sequence[Found]
    total: int
    facets: Mapping[Facet, Mapping[str, int]]
    complete: bool = True
    read_as: str | None = None


class Catalogue:
    """Answers questions about one version of the catalogue. Never changed.

    Args:
        procedures: all of them.
        lexicon: what people say.
        version: number of the version.
        province_of: tells the new code of the province whose own a procedure is, if it is one's.
        folder: where the index is kept (`storage.search.index`); in memory where none is given.
    """

    def __init__(
        self,
        procedures: Iterable[Procedure],
        lexicon: Lexicon,
        *,
        version: int,
        province_of: Callable[[Procedure], str | None] = attrgetter("province"),
        folder: Path | None = None,
    ) -> None:
        self.version = version
        self._lexicon = lexicon
        self._facts: list[Facts] = []
        self._index = Index(self._taken(procedures, province_of), lexicon, folder)
        self._index.favour(popularity(self._index, lexicon))
        named = self._index.named
        self._family_of = [entry.family for entry in named]
        self._shelves = Shelves(self._facts, self._family_of)
        self._places = {facts.code: place for place, facts in enumerate(self._facts)}
        by_prior = sorted(range(len(named)), key=lambda place: (-named[place].prior, self._facts[place].name))
        self._everything = dict.fromkeys(named[place].family for place in by_prior)
        said = (Completion(text=" ".join(phrase), weight=SAID_WEIGHT) for phrase in lexicon.sayings)
        names = (
            Completion(text=plain_name(facts.name), weight=entry.prior)
            for facts, entry in zip(self._facts, named, strict=True)
        )
        self._suggestions = Suggestions([*said, *names])

    def __len__(self) -> int:
        """Return how many procedures there are."""
        return len(self._facts)

    def facts(self, code: str) -> Facts | None:
        """Return what lists say of a procedure by its short code; none where there is none."""
        place = self._places.get(code)
        return None if place is None else self._facts[place]

    def values(self, facet: Facet) -> Collection[str]:
        """Return the values by which a facet can be narrowed."""
        return self._shelves.values(facet)

    def complete(self, typed: str, count: int) -> list[str]:
        """Return what a question that is being typed may become."""
        return self._suggestions.complete(typed, count)

    def about(self, text: str, count: int) -> list[Facts]:
        """Return up to `count` procedures that somebody writes about; none where nothing written matters."""
        if not understand(text, self._lexicon, self._index.spelling).matters:
            return []
        return [found.facts for found in self.ask(text, Sieve(), count=count).found]

    def ask(
        self, text: str, sieve: Sieve, *, start: int = 0, count: int, sort: Sort = Sort.RELEVANCE
    ) -> Answer:
        """Return `count` of what fits a question, from the place `start` on.

        Where nothing is asked, everything is listed, what is likeliest first. What fits is found by the words
        alone: a sieve narrows it, so that each count of a facet is what choosing it leads to. Of very many
        that have words of it the likeliest alone are looked at; the answer tells whether others may fit.
        """
        question = understand(text, self._lexicon, self._index.spelling)
        hits, complete = self._hits(question, sieve) if question.folded else ({}, True)
        families = self._families(hits) if question.folded else self._everything
        passing = self._shelves.passing(sieve)
        order = self._shelves.order(sort)
        asked = {word for word, weight in question.folded.items() if weight > ASIDE}

        def members(family: int) -> Sequence[int]:
            return self._led(self._shelves.members(family, passing), hits, sieve.province)

        listed = [family for family in families if self._shelves.members(family, passing)]
        if order:
            listed.sort(key=lambda family: order(members(family)[0]))
        return Answer(
            found=[self._found(members(family), asked) for family in listed[start : start + count]],
            total=len(listed),
            complete=complete,
            facets=self._shelves.counts(families, sieve),
            read_as=_read_as(text, question),
        )

    def _taken(
        self, procedures: Iterable[Procedure], province_of: Callable[[Procedure], str | None]
    ) -> Iterable[Searchable]:
        for procedure in procedures:
            self._facts.append(facts_of(procedure, province_of(procedure)))
            yield searchable_of(procedure)

    def _hits(self, question: Question, sieve: Sieve) -> tuple[Mapping[int, float], bool]:
        """Return the places that fit, with how badly, the best first, and whether these are all."""
        views = self._views(sieve)
        found = self._index.candidates(question, len(self) if views else CANDIDATES)
        groups = [found[:CANDIDATES], *(self._within(view, found) for view in views)]
        return fitting(self._index, question, groups)

    def _within(self, view: Places, found: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
        return list(islice((hit for hit in found if hit[0] in view), CANDIDATES))

    def _views(self, sieve: Sieve) -> list[Places]:
        """Return what passes a sieve, and what passes it but for each of the facets that are chosen."""
        sieves = [sieve, *(sieve.without(facet) for facet, _ in sieve.facets)]
        return [places for one in sieves if (places := self._shelves.passing(one)) is not None]

    def _families(self, hits: Iterable[int]) -> Collection[int]:
        return dict.fromkeys(map(self._family_of.__getitem__, hits))

    def _led(self, places: Places, hits: Mapping[int, float], province: str | None) -> Sequence[int]:
        """Return the members of a family, the one that speaks for them first."""

        def leading(place: int) -> tuple[bool, float, float, int]:
            # Where a province is given its own comes first, else what holds everywhere.
            own = self._facts[place].province
            return own != province, hits.get(place, 0.0), -self._index.named[place].prior, place

        return sorted(places, key=leading)

    def _found(self, places: Sequence[int], asked: set[str]) -> Found:
        facts, *variants = (self._facts[place] for place in places)
        return Found(facts=facts, variants=tuple(variants), marks=tuple(_marks(facts.name, asked)))


def _marks(name: str, asked: set[str]) -> Iterator[tuple[int, int]]:
    for word, start, end in _folded_words(name):
        if word in asked:
            yield start, end


@lru_cache(maxsize=NAMES_REMEMBERED)
def _folded_words(name: str) -> tuple[tuple[str, int, int], ...]:
    return tuple((fold(word.text), word.start, word.end) for word in words_at(name))


def _read_as(text: str, question: Question) -> str | None:
    if not question.mended:
        return None
    mended = dict(question.mended)
    return " ".join(mended.get(word.text, word.text) for word in islice(words_at(text), LONGEST))
