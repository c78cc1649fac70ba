"""One version of the catalogue, ready to be asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from storage.procedures.record import Procedure
from storage.search.facts import Facet, Facts, Sieve, all_values, facts_of, searchable_of, values_of
from storage.search.folding import fold, words_at
from storage.search.index import Index, Searchable
from storage.search.lexicon import Lexicon
from storage.search.names import plain_name
from storage.search.question import ASIDE, Question, understand
from storage.search.ranking import Hit, rank
from storage.search.suggesting import Completion, Suggestions

FITTING = 0.45
"""What fits less than this share of the best is left out: it has a word in common, and no more."""

SAID_WEIGHT = 2.5


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
        total: how many there are in all.
        facets: by facet, how many of what was found have which value, its own choice left out of account.
        read_as: the question as it was read, where words were taken for others.
    """

    found: Sequence[Found]
    total: int
    facets: Mapping[Facet, Mapping[str, int]]
    read_as: str | None = None


class Catalogue:
    """Answers questions about one version of the catalogue. Never changed.

    Args:
        procedures: all of them.
        lexicon: what people say.
        version: number of the version.
    """

    def __init__(self, procedures: Iterable[Procedure], lexicon: Lexicon, *, version: int) -> None:
        self.version = version
        self._lexicon = lexicon
        self._facts: list[Facts] = []
        self._index = Index(self._taken(procedures), lexicon)
        self._values = {facet: all_values(self._facts, facet) for facet in Facet}
        self._by_prior = sorted(
            range(len(self._facts)),
            key=lambda place: (-self._index.named[place].prior, self._facts[place].name),
        )
        said = (Completion(text=" ".join(phrase), weight=SAID_WEIGHT) for phrase in lexicon.sayings)
        named = (
            Completion(text=plain_name(facts.name), weight=self._index.named[place].prior)
            for place, facts in enumerate(self._facts)
        )
        self._suggestions = Suggestions([*said, *named])

    def __len__(self) -> int:
        """Return how many procedures there are."""
        return len(self._facts)

    def values(self, facet: Facet) -> frozenset[str]:
        """Return the values by which a facet can be narrowed."""
        return self._values[facet]

    def complete(self, typed: str, count: int) -> list[str]:
        """Return what a question that is being typed may become."""
        return self._suggestions.complete(typed, count)

    def ask(self, text: str, sieve: Sieve, *, start: int = 0, count: int) -> Answer:
        """Return `count` of what fits a question, from the place `start` on.

        Where nothing is asked, everything is listed, what is likeliest first.
        """
        question = understand(text, self._lexicon, self._index.spelling)
        hits = _fitting(rank(self._index, question)) if question.folded else self._everything()
        families: dict[int, list[int]] = {}
        for hit in hits:
            if sieve.passes(self._facts[hit.place]):
                families.setdefault(self._index.named[hit.place].family, []).append(hit.place)
        asked = {word for word, weight in question.folded.items() if weight > ASIDE}
        return Answer(
            found=[self._found(places, asked) for places in islice(families.values(), start, start + count)],
            total=len(families),
            facets={facet: self._counts(hits, sieve, facet) for facet in Facet},
            read_as=_read_as(text, question),
        )

    def _taken(self, procedures: Iterable[Procedure]) -> Iterable[Searchable]:
        for procedure in procedures:
            self._facts.append(facts_of(procedure))
            yield searchable_of(procedure)

    def _by_prior_and_name(self, place: int) -> tuple[float, str]:
        return -self._index.named[place].prior, self._facts[place].name

    def _everything(self) -> list[Hit]:
        return [Hit(place=place, score=self._index.named[place].prior) for place in self._by_prior]

    def _found(self, places: Sequence[int], asked: set[str]) -> Found:
        facts, *variants = (self._facts[place] for place in places)
        return Found(facts=facts, variants=tuple(variants), marks=tuple(_marks(facts.name, asked)))

    def _counts(self, hits: Iterable[Hit], sieve: Sieve, facet: Facet) -> Mapping[str, int]:
        seen = {
            (self._index.named[hit.place].family, value)
            for hit in hits
            if sieve.passes(facts := self._facts[hit.place], but=facet)
            for value in values_of(facts, facet)
        }
        return Counter(value for _, value in seen)


def _fitting(hits: Sequence[Hit]) -> Sequence[Hit]:
    least = FITTING * hits[0].score if hits else 0.0
    return [hit for hit in hits if hit.score >= least]


def _marks(name: str, asked: set[str]) -> Iterator[tuple[int, int]]:
    for word in words_at(name):
        if fold(word.text) in asked:
            yield word.start, word.end


def _read_as(text: str, question: Question) -> str | None:
    if not question.mended:
        return None
    mended = dict(question.mended)
    return " ".join(mended.get(word.text, word.text) for word in words_at(text))
