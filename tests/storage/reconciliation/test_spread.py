"""A spread is as the measures are, to three digits, in whatever pieces they come."""

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reconciliation.spread import Spread


@given(st.lists(st.integers(0, 10**8), min_size=2, max_size=50))
def test_as_all_measures_together_would_be(measures):
    """Between two measures in proportion, as PostgreSQL's percentile_cont has it."""
    spread = Spread()
    for measure in measures:
        spread.add(measure)
    cuts = quantiles(measures, n=100, method="inclusive")
    assert len(spread) == len(measures)
    for share in (50, 95):
        assert spread.within(share / 100) == pytest.approx(cuts[share - 1], rel=0.006, abs=0.001)


def test_millions_take_little():
    """What is alike to three digits is kept once."""
    spread = Spread()
    for measure in range(100_000):
        spread.add(86_400_000 + measure, times=100)
    assert len(spread) == 10_000_000
    assert len(spread._counts) <= 2
    assert spread.within(0.5) == pytest.approx(86_450_000, rel=0.005)


def test_of_nothing_there_is_none():
    """Nothing is not 0."""
    with pytest.raises(ValueError, match="nothing"):
        Spread().within(0.5)
