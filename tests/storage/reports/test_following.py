"""When a month is reported, and when corrected."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reports.following import CORRECTED_FOR, Last, is_over, may_change, months
from storage.reports.kinds import ReportState
from tests.storage.reports.making import NOW

REST = timedelta(days=7)


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (date(2026, 10, 3), date(2026, 9, 1)),
        (date(2026, 10, 2), date(2026, 8, 1)),
        (date(2026, 10, 31), date(2026, 9, 1)),
        (date(2027, 1, 2), date(2026, 11, 1)),
        (date(2027, 1, 3), date(2026, 12, 1)),
    ],
)
def test_a_month_is_reported_from_a_day_of_the_next_one_on(today: date, newest: date) -> None:
    """Before that day it is left to settle."""
    assert months(today, day=3)[0] == newest


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 28))
def test_the_months_looked_at(today: date, day: int) -> None:
    """They are a year's, one after the other, and all over."""
    found = months(today, day=day)
    assert len(found) == len(set(found)) == CORRECTED_FOR
    assert found == sorted(found, reverse=True)
    assert all(one.day == 1 and is_over(one, today) for one in found)
    assert (found[0] - found[-1]).days in range(333, 338)
    assert not is_over(today.replace(day=1), today)


def last(state: ReportState, *, unsure: bool = False, age: timedelta = REST) -> Last:
    """Return the last report on a month."""
    return Last(number=1, digest=b"", state=state, unsure=unsure, made_at=NOW - age)


@pytest.mark.parametrize(
    ("before", "may"),
    [
        (None, True),
        (last(ReportState.WAITING), False),
        (last(ReportState.SENT), True),
        (last(ReportState.SENT, age=REST - timedelta(seconds=1)), False),
        (last(ReportState.REFUSED), True),
        (last(ReportState.REFUSED, age=timedelta(0)), False),
        (last(ReportState.FAILED, age=timedelta(0)), True),
        (last(ReportState.FAILED, unsure=True), False),
    ],
)
def test_what_may_follow(before: Last | None, *, may: bool) -> None:
    """Nothing, before what is under way or in doubt is settled; a correction, after the rest."""
    assert may_change(before, now=NOW, rest=REST) is may
