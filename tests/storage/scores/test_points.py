"""Shares, points, and how they are rounded."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.scores.points import FULL_AT, MOST, Counts, Criterion, counted, percent, points, rounded, share
from tests.storage.scores.drawing import counts

shares = st.fractions(0, 1)
criteria = st.sampled_from(Criterion)


@given(criteria, shares, shares)
def test_more_is_never_worth_less(criterion, one, two):
    """Points rise with the share, from 0 to the most, which is there from 90% on, and in proportion before."""
    low, high = sorted([one, two])
    assert 0 <= points(criterion, low) <= points(criterion, high) <= MOST[criterion]
    assert (points(criterion, high) == MOST[criterion]) == (high >= FULL_AT)
    if high <= FULL_AT:
        assert points(criterion, high) * low == points(criterion, low) * high


@given(st.fractions(0, 10_000, max_denominator=100_000))
def test_rounding_is_half_up(value):
    """Two digits, the half upwards, as decimal arithmetic says it of the same number."""
    exact = Decimal(value.numerator * 10**40 // value.denominator).scaleb(-40)
    assert rounded(value) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(1, 200), "0.01"), (Fraction(3, 200), "0.02"), (Fraction(2, 3), "0.67"), (Fraction(0), "0.00")],
)
def test_rounding_of_halves(value, shown):
    """Neither to even nor downwards, and always with two digits."""
    assert str(rounded(value)) == shown


@given(counts(), criteria)
def test_a_share_is_one_or_nothing(given_counts, criterion):
    """A share is between 0 and 1, and there is none exactly where nothing counts."""
    found = share(given_counts, criterion)
    assert (found is None) == (counted(given_counts, criterion) == 0)
    assert found is None or 0 <= found <= 1


@given(counts(), counts(), st.sampled_from([Criterion.ON_TIME, Criterion.ONLINE, Criterion.DIGITISED]))
def test_a_sum_lies_between_its_parts(one, two, criterion):
    """Of two groups together the share lies between theirs."""
    first, second = share(one, criterion), share(two, criterion)
    assume(first is not None and second is not None)
    both = share(one + two, criterion)
    assert both is not None
    assert min(first, second) <= both <= max(first, second)


@given(counts(), st.sampled_from(["complained", "disliked"]))
def test_a_displeased_citizen_costs_a_share(given_counts, why):
    """A dislike or a complaint more takes one dossier's share from satisfaction, until nothing is left."""
    assume(why == "disliked" or given_counts.complained < given_counts.ended)
    before = share(given_counts, Criterion.SATISFACTION)
    after = share(replace(given_counts, **{why: getattr(given_counts, why) + 1}), Criterion.SATISFACTION)
    assume(before is not None and after is not None)
    assert after == max(0, before - Fraction(1, given_counts.ended))


@given(counts(), st.integers(0, 5), st.integers(0, 5))
def test_complaints_and_dislikes_weigh_alike(given_counts, complaints, dislikes):
    """As nobody can tell whether they are of the same dossiers, only how many they are together matters."""
    assume(max(complaints, dislikes) <= given_counts.ended)
    one = replace(given_counts, complained=complaints, disliked=dislikes)
    other = replace(given_counts, complained=dislikes, disliked=complaints)
    assert share(one, Criterion.SATISFACTION) == share(other, Criterion.SATISFACTION)


def test_satisfaction_by_hand():
    """Of 20 dossiers 2 are late and 1 is disliked: 85% are satisfied, which gives 17 of 18 points."""
    month = Counts(ended=20, judged=20, on_time=18, disliked=1)
    met = share(month, Criterion.SATISFACTION)
    assert met == Fraction(85, 100)
    assert (points(Criterion.SATISFACTION, met), percent(met)) == (17, Decimal("85.00"))
    # Two complaints beside it cost 10% more; and those not judged on time count among all that ended.
    assert share(replace(month, complained=2), Criterion.SATISFACTION) == Fraction(75, 100)
    assert share(replace(month, ended=40, complained=2), Criterion.SATISFACTION) == Fraction(33, 40)
    assert share(replace(month, disliked=90), Criterion.SATISFACTION) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"ended": 1, "judged": 2},
        {"ended": 2, "judged": 1, "on_time": 2},
        {"ended": 2, "channelled": 2, "online": 3},
        {"ended": 2, "granted": 3},
        {"disliked": -1},
        {"ended": 2, "complained": 3},
        {"ended": 2, "complained": -1},
        {"ended": 2, "judged": 1, "on_time": -1},
    ],
)
def test_impossible_counts(wrong):
    """No more dossiers are met than counted, or counted or complained about than ended."""
    with pytest.raises(ValueError):  # noqa: PT011 - its class is all that matters
        Counts(**wrong)
