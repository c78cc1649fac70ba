"""What a filter leaves, what its counts promise, and in what order it comes."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.procedures.record import ApplicantKind, Level, OnlineLevel
from storage.search.catalogue import Catalogue, Found
from storage.search.collation import collation_key
from storage.search.facts import Facet, Facts, Sieve, values_of
from storage.search.lexicon import lexicon
from storage.search.sifting import Sort
from tests.storage.search.examples import AGENCIES, CATALOGUES, FIELDS, NAMES, PROVINCES, procedure

ALL = 100
QUESTIONS = st.sampled_from(["", "khai sinh", "cap lai the", "giấy phép", "zzz"])
CHOICES = {
    Facet.FIELD: FIELDS[:2],
    Facet.AGENCY: AGENCIES[:2],
    Facet.LEVEL: tuple(Level),
    Facet.APPLICANT: tuple(ApplicantKind)[:3],
    Facet.ONLINE: tuple(OnlineLevel),
}
_CHOSEN = st.sampled_from(list(CHOICES)).flatmap(
    lambda facet: st.tuples(
        st.just(facet), st.sets(st.sampled_from(CHOICES[facet]), min_size=1, max_size=2).map(frozenset)
    )
)
# Not too narrow: of what leaves nothing, nothing is shown.
SIEVES = st.one_of(
    st.just(Sieve()),
    st.builds(
        Sieve, facets=st.lists(_CHOSEN, min_size=1, max_size=2, unique_by=lambda pair: pair[0]).map(tuple)
    ),
    st.builds(Sieve, facets=_CHOSEN.map(lambda pair: (pair,)), province=st.sampled_from(PROVINCES)),
    st.builds(Sieve, days=st.sampled_from([None, 0.0, 1.0, 5.0]), fee=st.sampled_from([None, 0, 20_000])),
)


def passes(facts: Facts, sieve: Sieve) -> bool:
    """Whether a sieve lets a procedure through, word by word as its docstring says."""
    return (
        (sieve.province is None or facts.province in {None, sieve.province})
        and (sieve.days is None or (facts.days is not None and facts.days <= sieve.days))
        and (sieve.fee is None or (facts.fee is not None and facts.fee <= sieve.fee))
        and all(wanted & set(values_of(facts, facet)) for facet, wanted in sieve.facets)
    )


def everybody(found: Found) -> list[Facts]:
    return [found.facts, *found.variants]


def make(procedures) -> Catalogue:
    return Catalogue(procedures, lexicon(), version=1)


@settings(max_examples=60, deadline=None)
@given(CATALOGUES, QUESTIONS, SIEVES)
def test_a_sieve_leaves_what_passes_it(procedures, text, sieve):
    """Of what fits a question, exactly that is listed which passes, each procedure once."""
    catalogue = make(procedures)
    fitting = catalogue.ask(text, Sieve(), count=ALL)
    kept = catalogue.ask(text, sieve, count=ALL)
    listed = [facts.code for found in kept.found for facts in everybody(found)]
    wanted = [facts.code for found in fitting.found for facts in everybody(found) if passes(facts, sieve)]
    assert sorted(listed) == sorted(wanted)
    assert kept.total == len(kept.found)


@settings(max_examples=60, deadline=None)
@given(CATALOGUES, QUESTIONS, SIEVES)
def test_a_count_is_what_choosing_it_leads_to(procedures, text, sieve):
    """Each value's count is the total of the same question with that value as its facet's only choice."""
    catalogue = make(procedures)
    facets = catalogue.ask(text, sieve, count=1).facets
    for facet in Facet:
        for value in catalogue.values(facet):
            others = sieve.without(facet).facets
            chosen = Sieve(
                facets=(*others, (facet, frozenset({value}))),
                province=sieve.province,
                days=sieve.days,
                fee=sieve.fee,
            )
            assert facets[facet].get(value, 0) == catalogue.ask(text, chosen, count=1).total


@settings(max_examples=40, deadline=None)
@given(CATALOGUES, QUESTIONS, SIEVES, st.sampled_from(Sort), st.integers(1, 4))
def test_pages_give_everything_once(procedures, text, sieve, sort, size):
    """Page after page gives the very list that one page would."""
    catalogue = make(procedures)
    whole = catalogue.ask(text, sieve, count=ALL, sort=sort).found
    paged = []
    for start in range(0, ALL, size):
        paged += catalogue.ask(text, sieve, start=start, count=size, sort=sort).found
    assert paged == whole


@settings(max_examples=40, deadline=None)
@given(CATALOGUES, SIEVES, st.sampled_from([Sort.NAME, Sort.DAYS, Sort.FEE]))
def test_a_sorted_list_ascends(procedures, sieve, sort):
    """By the alphabet, or from the least on, and what says nothing comes last."""
    keys = {
        Sort.NAME: lambda facts: collation_key(facts.name),
        Sort.DAYS: lambda facts: (facts.days is None, facts.days or 0),
        Sort.FEE: lambda facts: (facts.fee is None, facts.fee or 0),
    }
    found = make(procedures).ask("", sieve, count=ALL, sort=sort).found
    given_keys = [keys[sort](one.facts) for one in found]
    assert given_keys == sorted(given_keys)


def test_what_holds_everywhere_speaks_for_its_variants():
    """Unless a province is given, whose own then comes first, and others' own are left out."""
    catalogue = make(
        [procedure(1, province="24"), procedure(2), procedure(3, province="01"), procedure(4, NAMES[1])]
    )

    def listed(province: str | None) -> list[list[str]]:
        found = catalogue.ask("khai sinh", Sieve(province=province), count=1).found
        return [[facts.code for facts in everybody(one)] for one in found]

    assert listed(None) == [["1.000002", "1.000001", "1.000003"]]
    assert listed("24") == [["1.000001", "1.000002"]]
    assert listed("79") == [["1.000002"]]


def test_variants_of_a_filter_are_those_that_pass():
    """What is folded under a procedure passes the filter as well, and may speak where that does not."""
    catalogue = make([procedure(1, field="Hộ tịch"), procedure(2, field="Khác", province="01")])
    sieve = Sieve(facets=((Facet.FIELD, frozenset({"Khác"})),))
    (found,) = catalogue.ask("khai sinh", sieve, count=ALL).found
    assert [facts.code for facts in everybody(found)] == ["1.000002"]


@pytest.mark.parametrize(
    "names",
    [
        ["Am", "Ăn", "Ân", "Ba", "Can", "Da", "Đa", "Em", "Ê", "Oa", "Ôi", "Ơi", "Um", "Ưng", "Yên"],
        ["ma", "mà", "mả", "mã", "má", "mạ", "mai"],
        ["Cấp", "cấp lại", "Cấp mới"],
    ],
)
def test_the_alphabet_is_vietnamese(names):
    """Letters with hats are letters of their own, and tones decide between words of the same letters."""
    keys = [collation_key(name) for name in names]
    assert all(first < second for first, second in pairwise(keys))
