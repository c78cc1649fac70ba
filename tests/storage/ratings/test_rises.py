"""When an agency is told that many more are dissatisfied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ratings.kinds import Satisfaction
from storage.ratings.rises import LEAST, RISE, Levels, has_risen, percent

COUNTS = st.tuples(*[st.integers(0, 500)] * 3)


def levels(dissatisfied: int, satisfied: int, very: int = 0) -> Levels:
    """Return so many of each."""
    return dict(zip(Satisfaction, (dissatisfied, satisfied, very), strict=True))


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ((1, 9), (2, 8), False),
        ((1, 9), (3, 7), True),
        ((10, 90), (20, 80), True),
        ((10, 90), (199, 801), False),
        ((5, 0), (5, 0), False),
        ((0, 5), (2, 3), False),
        ((5, 5), (1, 9), False),
    ],
)
def test_ten_points_more_of_at_least_three_are_told(
    before: tuple[int, int], now: tuple[int, int], *, told: bool
) -> None:
    """Neither one angry person among five, nor a hundredth less than ten points."""
    assert has_risen(levels(*before), levels(*now)) is told


def test_of_what_is_not_shown_nothing_is_told() -> None:
    """Of either month."""
    assert not has_risen(None, levels(50, 0))
    assert not has_risen(levels(0, 50), None)


@given(COUNTS, COUNTS)
def test_it_is_what_plain_shares_say(before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
    """As long as neither month is empty; and never both ways round."""
    if not (sum(before) and sum(now)):
        return
    risen = has_risen(levels(*before), levels(*now))
    points = 100 * now[0] / sum(now) - 100 * before[0] / sum(before)
    if abs(points - RISE) > 1e-9:
        assert risen is (points > RISE and now[0] >= LEAST)
    assert not (risen and has_risen(levels(*now), levels(*before)))


@given(COUNTS)
def test_shares_are_rounded(counts: tuple[int, int, int]) -> None:
    """To the next whole percent; of nothing there are none."""
    for level, count in zip(Satisfaction, counts, strict=True):
        exact = 100 * count / sum(counts) if sum(counts) else 0
        assert abs(percent(levels(*counts), level) - exact) <= 0.5 + 1e-9
