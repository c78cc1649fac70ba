"""Sifting, folding, counting and sorting what was found. Pure.

What a sieve asks is answered by sets made once for a catalogue, so that it costs next to nothing a question.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import reduce
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from storage.search.collation import collation_key
from storage.search.facts import Facet, Facts, Sieve, values_of

Places = frozenset[int]
_BEYOND = float("inf")


class Sort(StrEnum):
    """In what order a list is wanted: what fits best, the alphabet, the quickest, the cheapest."""

    RELEVANCE = "relevance"
    NAME = "name"
    DAYS = "days"
    FEE = "fee"


class Shelves:
    """The procedures of a catalogue by what they are sifted by; a family is those of one plain name.

    Args:
        catalogue: all of them; a place is an index in it.
        families: the family of each.
    """

    def __init__(self, catalogue: Sequence[Facts], families: Sequence[int]) -> None:
        self._catalogue = catalogue
        self._by_value = {facet: _by_value(catalogue, facet) for facet in Facet}
        self._by_days = _ascending((facts.days, place) for place, facts in enumerate(catalogue))
        self._by_fee = _ascending((facts.fee, place) for place, facts in enumerate(catalogue))
        self._by_province: dict[str | None, set[int]] = defaultdict(set)
        members: list[set[int]] = [set() for _ in range(max(families, default=-1) + 1)]
        for place, (facts, family) in enumerate(zip(catalogue, families, strict=True)):
            self._by_province[facts.province].add(place)
            members[family].add(place)
        self._families = [frozenset(places) for places in members]
        self._values = {facet: self._of_families(facet) for facet in Facet}
        names = sorted(range(len(catalogue)), key=lambda place: collation_key(catalogue[place].name))
        self._name_order = {place: order for order, place in enumerate(names)}

    def values(self, facet: Facet) -> Collection[str]:
        """Return the values by which a facet can be narrowed."""
        return self._by_value[facet].keys()

    def passing(self, sieve: Sieve) -> Places | None:
        """Return the places that a sieve lets through; none where that is all of them."""
        kept = [self._of_facet(facet, wanted) for facet, wanted in sieve.facets]
        if sieve.province:
            kept.append(frozenset(self._by_province[None] | self._by_province.get(sieve.province, set())))
        if sieve.days is not None:
            kept.append(_up_to(self._by_days, sieve.days))
        if sieve.fee is not None:
            kept.append(_up_to(self._by_fee, sieve.fee))
        return reduce(frozenset.intersection, sorted(kept, key=len)) if kept else None

    def members(self, family: int, passing: Places | None) -> Places:
        """Return the places of a family that pass."""
        places = self._families[family]
        return places if passing is None else places & passing

    def counts(self, families: Collection[int], sieve: Sieve) -> Mapping[Facet, Mapping[str, int]]:
        """Return how many of the families have a member of each value, a facet's own choice left aside."""
        chosen = {facet for facet, _ in sieve.facets}
        views = {but: self._view(families, but) for but in {sieve, *map(sieve.without, chosen)}}
        return {
            facet: self._count(facet, views[sieve.without(facet) if facet in chosen else sieve])
            for facet in Facet
        }

    def order(self, sort: Sort) -> Callable[[int], float] | None:
        """Return what places are sorted by; none where they stay as they are."""
        catalogue = self._catalogue
        orders: dict[Sort, Callable[[int], float]] = {
            Sort.NAME: self._name_order.__getitem__,
            Sort.DAYS: lambda place: _or_last(catalogue[place].days),
            Sort.FEE: lambda place: _or_last(catalogue[place].fee),
        }
        return orders.get(sort)

    def _of_families(self, facet: Facet) -> Sequence[frozenset[str]]:
        # The same few values for most of them: one set does for all that have the same.
        known: dict[frozenset[str], frozenset[str]] = {}
        found = (
            frozenset(chain.from_iterable(values_of(self._catalogue[place], facet) for place in places))
            for places in self._families
        )
        return [known.setdefault(values, values) for values in found]

    def _of_facet(self, facet: Facet, wanted: Iterable[str]) -> Places:
        none: Places = frozenset()
        return none.union(*(self._by_value[facet].get(value, none) for value in wanted))

    def _view(self, families: Collection[int], sieve: Sieve) -> "_View":
        passing = self.passing(sieve)
        if passing is None:
            return _View(whole=families, parts=())
        whole, parts = [], []
        for family in families:
            members = self._families[family] & passing
            if len(members) == len(self._families[family]):
                whole.append(family)
            elif members:
                parts.append(members)
        return _View(whole=whole, parts=parts)

    def _count(self, facet: Facet, view: "_View") -> Mapping[str, int]:
        counts = Counter(chain.from_iterable(map(self._values[facet].__getitem__, view.whole)))
        for members in view.parts:
            counts.update({value for place in members for value in values_of(self._catalogue[place], facet)})
        return counts


class _View(NamedTuple):
    """Families as a sieve leaves them: those that pass as a whole, and what is left of the others."""

    whole: Collection[int]
    parts: Sequence[Places]


def _by_value(catalogue: Iterable[Facts], facet: Facet) -> Mapping[str, Places]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, facts in enumerate(catalogue):
        for value in values_of(facts, facet):
            found[value].add(place)
    return {value: frozenset(places) for value, places in found.items()}


def _ascending(values: Iterable[tuple[float | None, int]]) -> Sequence[tuple[float, int]]:
    return sorted((value, place) for value, place in values if value is not None)


def _up_to(values: Sequence[tuple[float, int]], most: float) -> Places:
    return frozenset(place for _, place in values[: bisect_right(values, most, key=itemgetter(0))])


def _or_last(value: float | None) -> float:
    return _BEYOND if value is None else value
