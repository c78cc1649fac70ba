"""Whether an agency is open, by its week, its exceptions and the public holidays."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.contact_points.opening import HORIZON_DAYS, Opening, days_apart, hotline_state, state
from storage.contact_points.record import ContactRecord, Hotline, Weekday
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from tests.storage.contact_points.examples import HOTLINE, OFFICE, WEEKDAYS, record

CALENDAR = WorkingCalendar()
EVERY_DAY = [day.value for day in Weekday]
ALWAYS = [{"days": EVERY_DAY, "from": "00:00", "to": "24:00"}]


def at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), VIETNAM)


def opened(until: datetime | None) -> Opening:
    return Opening(open_now=True, closes_at=until)


def closed(until: datetime | None) -> Opening:
    return Opening(open_now=False, opens_at=until)


@pytest.mark.parametrize(
    ("when", "then"),
    [
        (at("2026-12-01", "07:29"), closed(at("2026-12-01", "07:30"))),
        (at("2026-12-01", "07:30"), opened(at("2026-12-01", "11:30"))),
        (at("2026-12-01", "11:29"), opened(at("2026-12-01", "11:30"))),
        (at("2026-12-01", "11:30"), closed(at("2026-12-01", "13:30"))),
        (at("2026-12-01", "17:00"), closed(at("2026-12-02", "07:30"))),
        (at("2026-11-20", "18:00"), closed(at("2026-11-23", "07:30"))),
        (at("2026-11-23", "18:00"), closed(at("2026-11-25", "07:30"))),
        (at("2026-12-05", "08:00"), opened(at("2026-12-05", "11:30"))),
        (at("2026-12-05", "14:00"), closed(at("2026-12-08", "07:30"))),
        (at("2026-12-07", "09:00"), closed(at("2026-12-08", "07:30"))),
        (at("2026-12-31", "17:00"), closed(at("2027-01-04", "07:30"))),
    ],
)
def test_a_week(when: datetime, then: Opening):
    """Weekdays, their ends, a worked Saturday, a day off, and public holidays, each as it is."""
    assert state(record(), when, CALENDAR) == then


def test_the_zone_of_the_caller_does_not_matter():
    """The same moment, told elsewhere on the day before, is the same."""
    moment = at("2026-12-02", "08:00").astimezone(tz=None)
    assert state(record(), moment, CALENDAR) == opened(at("2026-12-02", "11:30"))


def test_open_on_a_holiday_that_is_said_to_be_worked():
    """An exception stands above a public holiday."""
    worked = record(exceptions=[{"date": "2027-01-01", "from": "08:00", "to": "10:00"}])
    assert state(worked, at("2027-01-01", "09:00"), CALENDAR) == opened(at("2027-01-01", "10:00"))


def test_closed_on_a_holiday_at_a_weekend():
    """Who works on Saturdays does not work on one that is a public holiday."""
    saturdays = record(hours=[{"days": ["sat"], "from": "08:00", "to": "11:00"}], exceptions=[])
    assert CALENDAR.is_holiday(date(2027, 2, 6))  # the first day of Tết 2027
    assert state(saturdays, at("2027-02-06", "09:00"), CALENDAR) == closed(at("2027-02-13", "08:00"))


def test_touching_at_midnight_is_one_time():
    """What ends at midnight and goes on on the next day closes when that does."""
    night = [
        {"days": ["tue"], "from": "22:00", "to": "24:00"},
        {"days": ["wed"], "from": "00:00", "to": "02:00"},
    ]
    found = state(record(hours=night), at("2026-12-01", "23:00"), CALENDAR)
    assert found == opened(at("2026-12-02", "02:00"))


def test_unknown_and_never():
    """No hours are not closed hours; and what does not open within the horizon opens at no known time."""
    when = at("2026-12-01", "09:00")
    assert state(record(hours=[], exceptions=[]), when, CALENDAR) is None
    past = record(hours=[], exceptions=[{"date": "2026-11-02", "from": "08:00", "to": "09:00"}])
    assert state(past, when, CALENDAR) == closed(None)


def hotline(**fields: Any) -> Hotline:
    return Hotline.model_validate(HOTLINE | fields)


@pytest.mark.parametrize(
    ("line", "when", "then"),
    [
        (hotline(), at("2026-12-01", "12:00"), closed(at("2026-12-01", "13:30"))),
        (hotline(hours=ALWAYS, holidays=True), at("2027-01-01", "03:00"), opened(None)),
        (hotline(hours=ALWAYS, holidays=True), at("2026-12-07", "03:00"), opened(None)),
        (hotline(hours=ALWAYS), at("2026-12-06", "03:00"), opened(at("2026-12-07", "00:00"))),
        (hotline(hours=ALWAYS), at("2026-12-07", "03:00"), closed(at("2026-12-08", "00:00"))),
        (hotline(hours=OFFICE), at("2026-12-05", "08:00"), closed(at("2026-12-08", "07:30"))),
    ],
)
def test_hotlines(line: Hotline, when: datetime, then: Opening):
    """A line follows its own hours where it has some, and its agency's holidays unless it works on them."""
    assert hotline_state(line, record(), when, CALENDAR) == then


def test_days_that_are_other_than_the_week():
    """Exceptions, and the public holidays of working days; not a holiday that is closed anyway."""
    told = record(
        exceptions=[
            {"date": "2026-12-05", "from": "13:00", "to": "15:00"},
            {"date": "2026-12-05", "from": "08:00", "to": "10:00", "note": {"vi": "Làm bù"}},
            {"date": "2026-12-31", "closed": True},
            {"date": "2027-02-20", "closed": True},
        ]
    )
    found = list(days_apart(told, date(2026, 12, 1), 40, CALENDAR))
    assert [(one.day, [span.opens for span in one.spans]) for one in found] == [
        (date(2026, 12, 5), ["08:00", "13:00"]),
        (date(2026, 12, 31), []),
        (date(2027, 1, 1), []),
    ]
    notes = [one.entry.note.vi if one.entry and one.entry.note else None for one in found]
    assert notes == ["Làm bù", None, None]
    assert [one.entry is None for one in found] == [False, False, True]


clocks = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


@st.composite
def some_times(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Times of a day that are apart."""
    marks = sorted(draw(st.lists(clocks, max_size=6, unique=True)))
    return list(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def records(draw: st.DrawFn) -> ContactRecord:
    """A week, and a few days of December that are other."""
    week = {day: draw(some_times()) for day in draw(st.sets(st.sampled_from(EVERY_DAY), max_size=4))}
    days = draw(st.sets(st.dates(date(2026, 12, 20), date(2027, 1, 10)), max_size=4))
    other: list[dict[str, Any]] = []
    for day in days:
        entries = [{"date": day.isoformat(), "from": a, "to": b} for a, b in draw(some_times())]
        other += entries or [{"date": day.isoformat(), "closed": True}]
    hours = [{"days": [day], "from": a, "to": b} for day, times in week.items() for a, b in times]
    return record(hours=hours, exceptions=other)


def is_open(told: ContactRecord, moment: datetime) -> bool:
    """Tell the same by looking at every entry, as one does who reads the sign at the door."""
    day, clock = moment.date(), f"{moment:%H:%M}"
    of_day = [one for one in told.exceptions if one.day == day]
    if of_day:
        return any(one.opens <= clock < one.closes for one in of_day if one.opens and one.closes)
    if CALENDAR.is_holiday(day):
        return False
    return any(span.opens <= clock < span.closes for span in told.hours if Weekday.of(day) in span.days)


@given(
    told=records(),
    when=st.integers(0, 25 * 24 * 4).map(
        lambda quarter: datetime(2026, 12, 18, tzinfo=VIETNAM) + timedelta(minutes=15 * quarter)
    ),
)
def test_it_stands_as_the_sign_at_the_door_says(told: ContactRecord, when: datetime):
    """Open or not at any moment, the same until the moment of change, and other at that."""
    found = state(told, when, CALENDAR)
    if found is None:
        assert (told.hours, told.exceptions) == ((), ())
        return
    assert found.open_now == is_open(told, when)
    end = found.changes_at or when + timedelta(days=HORIZON_DAYS - 1)
    step = timedelta(minutes=15)
    between = [when + step * number for number in range((end - when) // step)]
    assert all(is_open(told, moment) == found.open_now for moment in between)
    assert found.changes_at is None or is_open(told, found.changes_at) != found.open_now


@given(after=st.timedeltas(timedelta(0), timedelta(days=700)))
def test_moments_between_minutes(after: timedelta):
    """Seconds and parts of them do not matter but at the very end."""
    moment = datetime(2026, 1, 1, tzinfo=VIETNAM) + after
    found = state(record(), moment, CALENDAR)
    assert found is not None
    assert found.open_now == is_open(record(), moment)
    assert found.changes_at is None or moment < found.changes_at


def test_office_days():
    """The week of the tests is one of five days, or the tests above say nothing of weekends."""
    assert set(WEEKDAYS) == set(EVERY_DAY) - {"sat", "sun"}
