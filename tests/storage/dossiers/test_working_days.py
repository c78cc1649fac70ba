"""Working days and deadlines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.dossiers.working_days import FIRST_YEAR, LAST_YEAR, VIETNAM, WorkingCalendar, deadline

CALENDAR = WorkingCalendar()
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
moments = st.timedeltas(timedelta(0), timedelta(days=364)).map(datetime(2026, 1, 1, tzinfo=VIETNAM).__add__)
counts = st.integers(1, 600)


def local(day, hour=17):
    """17:00 on a day of September 2026, a month whose first working day is Thursday the 3rd."""
    return datetime(2026, 9, day, hour, tzinfo=VIETNAM)


def judged(due=10, now=3, *, waits=(), set_at=None, ended=None, calendar=CALENDAR):
    return deadline(
        due_at=due if isinstance(due, datetime) else local(due),
        due_set_at=set_at,
        now=now if isinstance(now, datetime) else local(now, 9),
        ended_at=ended,
        waits=waits,
        calendar=calendar,
    )


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("New Year", date(2026, 1, 1), date(2026, 1, 1)),
        ("Tet 2025, five working days", date(2025, 1, 27), date(2025, 1, 31)),
        ("Tet 2026, five working days", date(2026, 2, 16), date(2026, 2, 20)),
        ("Hung Kings on a Sunday, Monday off instead", date(2026, 4, 26), date(2026, 4, 27)),
        ("Reunification and Labour Day", date(2026, 4, 30), date(2026, 5, 1)),
        ("National Day with its neighbour before, and a swapped Monday", date(2026, 8, 31), date(2026, 9, 2)),
        ("National Day with its neighbour after", date(2027, 9, 2), date(2027, 9, 3)),
        ("Culture Day, new in 2026", date(2026, 11, 24), date(2026, 11, 24)),
    ],
)
def test_public_holidays_are_off(name, first, last):
    """The days that the law gives are off, and offices are open around them."""
    span = (last - first).days + 1
    assert not any(CALENDAR.is_working_day(first + timedelta(days=n)) for n in range(span)), name
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(first, -1))
    assert CALENDAR.add_working_days(first, 1) > last


def test_a_saturday_swapped_by_decree_is_worked():
    """22 August 2026 is worked for the bridge day of 31 August."""
    assert CALENDAR.is_working_day(date(2026, 8, 22))
    assert not CALENDAR.is_working_day(date(2026, 8, 15))
    assert not CALENDAR.is_working_day(date(2025, 11, 23))


def test_a_deployment_adds_days():
    """The bridge day of 2 January 2026 and its Saturday can be added, and nothing else changes."""
    off, on = date(2026, 1, 2), date(2026, 1, 10)
    calendar = WorkingCalendar(extra_holidays=frozenset({off}), extra_working_days=frozenset({on}))
    assert (CALENDAR.is_working_day(off), CALENDAR.is_working_day(on)) == (True, False)
    assert (calendar.is_working_day(off), calendar.is_working_day(on)) == (False, True)
    year = (date(2025, 12, 31), date(2026, 12, 31))
    assert calendar.working_days_between(*year) == CALENDAR.working_days_between(*year)
    with pytest.raises(ValueError, match="both"):
        WorkingCalendar(extra_holidays=frozenset({off}), extra_working_days=frozenset({off}))


def test_holidays_at_weekends_and_days_that_are_worked():
    """A weekend is no holiday unless it is one; a day off that a decree makes a working day is none either."""
    swapped = date(2026, 2, 16)
    calendar = WorkingCalendar(
        extra_holidays=frozenset({date(2026, 3, 7)}), extra_working_days=frozenset({swapped})
    )
    assert not CALENDAR.is_holiday(date(2026, 3, 7))
    assert calendar.is_holiday(date(2026, 3, 7))
    assert (CALENDAR.is_holiday(swapped), calendar.is_holiday(swapped)) == (True, False)
    assert CALENDAR.is_holiday(date(2026, 4, 26))
    with pytest.raises(ValueError, match="no calendar"):
        CALENDAR.is_holiday(date(LAST_YEAR + 1, 1, 1))


@given(days, days)
def test_counting_agrees_with_looking_at_each_day(a, b):
    """The count is that of the working days after the first day, up to and with the last."""
    if b < a:
        assert CALENDAR.working_days_between(a, b) == -CALENDAR.working_days_between(b, a)
        return
    assume((b - a).days < 500)
    looked_at = sum(CALENDAR.is_working_day(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))
    assert CALENDAR.working_days_between(a, b) == looked_at


@given(days, days, days)
def test_counts_add_up(a, b, c):
    """What is counted from a to b and from b to c is what is counted from a to c."""
    between = CALENDAR.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(days, counts)
def test_adding_finds_the_first_day_with_that_count(day, n):
    """The day found is a working day, and the n-th one after the start."""
    found = CALENDAR.add_working_days(day, n)
    assert CALENDAR.is_working_day(found)
    assert CALENDAR.working_days_between(day, found) == n


@given(days, counts)
def test_subtracting_finds_the_last_day_with_that_count(day, n):
    """Going back ends on the n-th working day before the start."""
    found = CALENDAR.add_working_days(day, -n)
    assert CALENDAR.is_working_day(found)
    eve = day - timedelta(days=1)
    assert CALENDAR.working_days_between(found, eve) == n - 1


@given(days)
def test_adding_nothing_changes_nothing(day):
    """No working days on is the same day, even a day off."""
    assert CALENDAR.add_working_days(day, 0) == day


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 9999])
def test_days_beyond_the_calendar_are_refused(year):
    """No guess is made about years whose holidays nobody knows."""
    with pytest.raises(ValueError, match="no calendar"):
        CALENDAR.working_days_between(date(2026, 1, 1), date(year, 6, 1))


def test_every_year_of_the_calendar_has_about_as_many_days():
    """The calendar is whole: each year has five-day weeks less the holidays of the law in force."""
    for year in (FIRST_YEAR, 1975, 2000, 2026, LAST_YEAR):
        assert 245 <= CALENDAR.working_days_between(date(year, 1, 1), date(year, 12, 31)) <= 261


def test_before_its_due_time_a_dossier_is_on_time():
    """Friday to Thursday is counted in working days: 4, 7, 8, 9 and 10 September."""
    verdict = judged(due=10, now=3)
    assert (verdict.at, verdict.working_days_left) == (local(10), 5)
    assert (verdict.overdue, verdict.overdue_by, verdict.paused) == (False, 0, False)


def test_on_its_due_day_the_hour_decides():
    """Late within the due day is late, by no whole working day."""
    assert not judged(due=10, now=local(10, 17)).overdue
    late = judged(due=10, now=local(10, 18))
    assert (late.overdue, late.overdue_by, late.working_days_left) == (True, 0, 0)


def test_lateness_counts_working_days():
    """Due on Friday, seen on Tuesday: two working days late."""
    assert judged(due=11, now=15).overdue_by == 2


def test_waiting_for_the_citizen_moves_the_due_time():
    """Monday to Thursday awaited is three working days, and a weekend on the way costs nothing."""
    verdict = judged(due=10, now=10, waits=[(local(7, 10), local(10, 8))])
    assert (verdict.at, verdict.paused) == (local(15), False)


def test_while_waiting_the_clock_stands_still():
    """As many working days are left at the end of a wait as at its start."""
    waits = [(local(7, 10), None)]
    left = {judged(due=10, now=day, waits=waits).working_days_left for day in (7, 8, 11, 12, 13, 14, 30)}
    assert left == {3}
    assert judged(due=10, now=30, waits=waits).paused


def test_waiting_before_the_due_time_was_set_anew_is_counted_in_it():
    """An agency that gave a new due time after the supplement gets no second deduction."""
    waits = [(local(7, 10), local(10, 8))]
    assert judged(due=18, now=11, waits=waits, set_at=local(10, 9)).at == local(18)
    assert judged(due=18, now=11, waits=waits, set_at=local(3, 9)).at == local(23)
    assert judged(due=18, now=11, waits=waits, set_at=local(9, 9)).at == local(21)


def test_waiting_after_the_end_counts_for_nothing():
    """Only what was awaited before the end of processing is deducted."""
    assert judged(due=10, ended=local(8), waits=[(local(7), local(10))]).at == local(11)


def test_waiting_does_not_undo_lateness():
    """Who was late when the wait began is as late when it ends."""
    before = judged(due=7, now=local(9, 9))
    after = judged(due=7, now=local(15, 9), waits=[(local(9, 9), local(15, 8))])
    assert before.overdue_by == after.overdue_by == 2


def test_a_due_time_in_another_zone_is_judged_in_vietnam():
    """23:00 UTC is the next morning in Viet Nam."""
    assert judged(due=datetime(2026, 9, 9, 23, tzinfo=UTC)).working_days_left == 5


@given(moments, moments, moments, moments, st.lists(moments, min_size=2, max_size=2, unique=True))
def test_after_the_end_the_verdict_stays(due, ended, now, later, wait):
    """Whenever one looks, an ended dossier stands as it stood at its end, and is not paused."""
    waits = [tuple(sorted(wait))]
    verdict = judged(due=due, now=now, ended=ended, waits=waits)
    assert verdict == judged(due=due, now=later, ended=ended, waits=waits)
    assert verdict.overdue == (ended > verdict.at)
    assert not judged(due=due, now=now, ended=ended, waits=[(min(wait), None)]).paused


@given(moments, moments, st.lists(moments, min_size=2, max_size=2, unique=True), st.none() | moments)
def test_waiting_never_harms_the_agency(due, now, wait, set_at):
    """A wait moves the due time later or not at all, keeps the hour, and never makes a dossier late."""
    start, end = sorted(wait)
    plain, waited = judged(due=due, now=now), judged(due=due, now=now, waits=[(start, end)], set_at=set_at)
    assert waited.at >= plain.at
    assert waited.at.timetz() == due.timetz()
    assert waited.overdue <= plain.overdue
    assert waited.overdue_by <= plain.overdue_by
    assert not (waited.working_days_left and waited.overdue_by)


@given(moments, moments, moments)
def test_a_wait_still_open_counts_until_now(due, now, start):
    """An open wait deducts what it would if it ended this instant."""
    assume(start < now)
    still, over = (
        judged(due=due, now=now, waits=[(start, None)]),
        judged(due=due, now=now, waits=[(start, now)]),
    )
    assert still.paused
    assert not over.paused
    assert (still.at, still.overdue, still.overdue_by) == (over.at, over.overdue, over.overdue_by)
