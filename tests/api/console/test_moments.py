"""Waiting times in words, by the working days of Vietnam."""

from datetime import datetime, timedelta

import pytest

from api.console.moments import Urgency, clock, day, moment
from storage.dossiers.working_days import VIETNAM, WorkingCalendar

CALENDAR = WorkingCalendar()
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("due", "vietnamese", "english", "urgency"),
    [
        # 24 November is a holiday from 2026 on.
        (FRIDAY + timedelta(days=6), "còn 3 ngày làm việc", "3 working days left", Urgency.OPEN),
        (FRIDAY + timedelta(days=3), "còn 1 ngày làm việc", "1 working day left", Urgency.OPEN),
        # By Saturday means today: no working day is left.
        (FRIDAY + timedelta(days=1), "đến hạn hôm nay", "due today", Urgency.TODAY),
        (FRIDAY + timedelta(hours=1), "đến hạn hôm nay", "due today", Urgency.TODAY),
        (FRIDAY - timedelta(seconds=1), "vừa quá hạn", "just overdue", Urgency.LATE),
        (FRIDAY - timedelta(days=1), "quá hạn 1 ngày làm việc", "1 working day overdue", Urgency.LATE),
        (FRIDAY - timedelta(days=7), "quá hạn 5 ngày làm việc", "5 working days overdue", Urgency.LATE),
    ],
)
def test_words(due, vietnamese, english, urgency):
    """In both languages, one day told as one, and never by colour alone."""
    for locale, words in (("vi", vietnamese), ("en", english)):
        told = clock(due, now=FRIDAY, calendar=CALENDAR, locale=locale)
        assert (told.words, told.urgency) == (words, urgency)


@pytest.mark.parametrize("due", [FRIDAY + timedelta(days=5), FRIDAY - timedelta(days=5)])
def test_a_clock_that_stands(due):
    """While somebody else is awaited nothing is late."""
    told = clock(due, now=FRIDAY, calendar=CALENDAR, locale="vi", stopped=True)
    assert (told.words, told.urgency) == ("đang tạm dừng", Urgency.STOPPED)


def test_times_are_those_of_vietnam():
    """Whatever the zone that they come in."""
    at = datetime.fromisoformat("2026-11-21T18:05:00+00:00")
    assert (moment(at, "vi"), moment(at, "en")) == ("01:05 ngày 22/11/2026", "22 November 2026, 01:05")
    assert (day(at, "vi"), day(at, "en")) == ("22/11/2026", "22 November 2026")
