"""What the law knows of acting for another: pure, by properties, and what is kept of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.working_days import VIETNAM
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.representations.kinds import Power, RepresentationKind, allows
from storage.representations.terms import MAJORITY, InvalidTerms, Terms, birth_year

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADULT = PartyIdentity(kind=PartyKind.PERSON, number="001190000011")
OTHER = PartyIdentity(kind=PartyKind.PERSON, number="001190000022")
COMPANY = PartyIdentity(kind=PartyKind.ORGANISATION, number="0100109106")
BANK = PartyIdentity(kind=PartyKind.ORGANISATION, number="0100112437")


def child(born: int) -> PartyIdentity:
    """Return somebody who was born in a year."""
    century = 0 if born < 2000 else 2
    return PartyIdentity(kind=PartyKind.PERSON, number=f"001{century}{born % 100:02d}000001")


def terms(kind: RepresentationKind = RepresentationKind.AUTHORISED, **changes: Any) -> Terms:
    """Return terms that can be, unless changes say otherwise."""
    given = {
        "kind": kind,
        "representative": ADULT,
        "represented": OTHER,
        "scope": frozenset({Power.EVERYTHING}),
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=30),
    }
    return Terms(**given | changes)


@given(st.integers(1909, 2026), st.dates(date(2000, 1, 1), date(2050, 12, 31)))
def test_a_parent_never_acts_for_an_adult(born: int, last: date) -> None:
    """Whatever is known of the birth: by the number a right ends within the year of the 18th birthday."""
    until = datetime(last.year, last.month, last.day, tzinfo=VIETNAM)
    asked = {"represented": child(born), "valid_from": until - timedelta(days=1), "valid_until": until}
    if until <= datetime(born + MAJORITY + 1, 1, 1, tzinfo=VIETNAM):
        terms(RepresentationKind.PARENT, **asked)
    else:
        with pytest.raises(InvalidTerms) as raised:
            terms(RepresentationKind.PARENT, **asked)
        assert (raised.value.field, raised.value.reason) == ("valid_until", "child-is-adult-then")


@given(st.dates(date(2000, 1, 1), date(2026, 12, 31)))
def test_a_birthday_that_is_known_counts_to_the_day(born_on: date) -> None:
    """The right may last to that midnight in Vietnam and not a second longer; 29 February comes on 1 March."""
    day = (born_on.month, born_on.day) if (born_on.month, born_on.day) != (2, 29) else (3, 1)
    if (born_on.year + MAJORITY) % 4 == 0 and day == (3, 1) and born_on.day == 29:
        day = (2, 29)
    birthday = datetime(born_on.year + MAJORITY, *day, tzinfo=VIETNAM)
    asked = {
        "represented": child(born_on.year),
        "born_on": born_on,
        "valid_from": birthday - timedelta(days=1),
    }
    terms(RepresentationKind.PARENT, **asked, valid_until=birthday)
    with pytest.raises(InvalidTerms, match="child-is-adult-then"):
        terms(RepresentationKind.PARENT, **asked, valid_until=birthday + timedelta(seconds=1))


@given(
    st.sampled_from(RepresentationKind),
    st.sampled_from([ADULT, OTHER, COMPANY, BANK]),
    st.sampled_from([ADULT, child(2020), COMPANY]),
)
def test_who_may_act_for_whom(
    kind: RepresentationKind, representative: PartyIdentity, represented: PartyIdentity
) -> None:
    """Nobody for itself; a legal representative is a person for an organisation, a parent one for a person."""
    person, organisation = PartyKind.PERSON, PartyKind.ORGANISATION
    possible = {
        RepresentationKind.AUTHORISED: {
            (one, other) for one in (person, organisation) for other in (person, organisation)
        },
        RepresentationKind.LEGAL_REPRESENTATIVE: {(person, organisation)},
        RepresentationKind.PARENT: {(person, person)},
        RepresentationKind.GUARDIAN: {(person, person), (organisation, person)},
    }
    pair = (representative.kind, represented.kind)
    asked = {"representative": representative, "represented": represented}
    if kind is RepresentationKind.PARENT and represented == ADULT:
        return  # told of above
    if representative != represented and pair in possible[kind]:
        terms(kind, **asked)
    else:
        with pytest.raises(InvalidTerms, match=r"represents-itself|wrong-party-kind"):
            terms(kind, **asked)


@pytest.mark.parametrize("kind", RepresentationKind)
def test_only_a_legal_representative_acts_without_end(kind: RepresentationKind) -> None:
    """All others need one, and one that comes after the beginning."""
    legal = kind is RepresentationKind.LEGAL_REPRESENTATIVE
    asked = {"represented": COMPANY if legal else child(2020)}
    if legal:
        assert terms(kind, **asked, valid_until=None).valid_until is None
    else:
        with pytest.raises(InvalidTerms, match="needs-an-end"):
            terms(kind, **asked, valid_until=None)
    with pytest.raises(InvalidTerms, match="ends-before-it-begins"):
        terms(kind, **asked, valid_until=NOW)


@pytest.mark.parametrize("scope", [frozenset(), frozenset({"sell_house"}), frozenset({"vault", "x"})])
def test_a_scope_is_of_known_powers(scope: frozenset[str]) -> None:
    """And of one at least."""
    with pytest.raises(InvalidTerms, match="unknown-scope"):
        terms(scope=scope)


@given(st.sets(st.sampled_from(Power)), st.sampled_from([p for p in Power if p is not Power.EVERYTHING]))
def test_a_scope_allows_what_it_names(scope: set[Power], power: Power) -> None:
    """No more, but that acting on things takes seeing them, and that everything is everything."""
    expected = (
        power in scope
        or Power.EVERYTHING in scope
        or (power is Power.READ_DOSSIERS and Power.ACT_ON_DOSSIERS in scope)
        or (power is Power.VAULT and Power.SHARE_DOCUMENTS in scope)
    )
    assert allows(scope, power) is expected


def test_a_number_tells_the_year_of_birth() -> None:
    """Of a person; an organisation was not born."""
    assert [birth_year(child(year)) for year in (1909, 1990, 2000, 2026)] == [1909, 1990, 2000, 2026]
    assert birth_year(replace(COMPANY)) is None


def test_another_birth_year_than_the_numbers_is_refused() -> None:
    """The date and the number can not both be right."""
    with pytest.raises(InvalidTerms, match="another-birth-year"):
        terms(RepresentationKind.PARENT, represented=child(2020), born_on=date(2019, 5, 5))
