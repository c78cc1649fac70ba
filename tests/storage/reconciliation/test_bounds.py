"""A day is one of Vietnam's, wherever the machine stands."""

from datetime import UTC, date, datetime

from storage.reconciliation.figures import bounds


def test_a_day_begins_and_ends_at_midnight_in_vietnam():
    """Seven hours before that day of UTC."""
    began, ended = bounds(date(2026, 11, 21))
    assert began == datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert ended == datetime(2026, 11, 21, 17, tzinfo=UTC)
