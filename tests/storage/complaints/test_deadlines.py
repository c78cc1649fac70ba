"""By when something is to be done with a complaint: working days of Vietnam, to the end of the last."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.complaints import deadlines
from storage.complaints.deadlines import Terms, clocks, end_of, next_due, publish_by, terms
from storage.complaints.kinds import ComplaintState, Stage
from storage.dossiers.working_days import VIETNAM, WorkingCalendar

CALENDAR = WorkingCalendar()
END = time(23, 59, 59)
moments = st.timedeltas(timedelta(0), timedelta(days=2190)).map(datetime(2024, 1, 1, tzinfo=UTC).__add__)
waits = st.timedeltas(timedelta(0), timedelta(days=120))


def day(at: datetime) -> date:
    """Return the day that it is in Vietnam."""
    return at.astimezone(VIETNAM).date()


def until(month: int, number: int) -> datetime:
    """Return the end of a day of 2026."""
    return datetime.combine(date(2026, month, number), END, VIETNAM)


@pytest.mark.parametrize(
    ("received", "accept", "ask", "process"),
    [
        (datetime(2026, 11, 2, 8, tzinfo=VIETNAM), until(11, 4), until(11, 9), until(11, 23)),
        (datetime(2026, 11, 2, 23, 59, tzinfo=VIETNAM), until(11, 4), until(11, 9), until(11, 23)),
        # A Saturday and the Sunday after it begin the same term; the 24th is a holiday.
        (datetime(2026, 11, 7, 12, tzinfo=VIETNAM), until(11, 10), until(11, 13), until(11, 30)),
        (datetime(2026, 11, 8, 12, tzinfo=VIETNAM), until(11, 10), until(11, 13), until(11, 30)),
        # Six in the evening in London is the next day in Vietnam.
        (datetime(2026, 11, 2, 18, tzinfo=UTC), until(11, 5), until(11, 10), until(11, 25)),
        # Over Tet, 16 to 20 February.
        (datetime(2026, 2, 13, 9, tzinfo=VIETNAM), until(2, 24), until(2, 27), until(3, 13)),
    ],
)
def test_terms_are_two_five_and_fifteen_working_days(
    received: datetime, accept: datetime, ask: datetime, process: datetime
) -> None:
    """The day of receipt is left out, the last day counts to its end, days off count for nothing."""
    assert terms(received, CALENDAR) == Terms(accept_by=accept, ask_by=ask, process_by=process)


def test_an_answer_is_published_within_two_working_days() -> None:
    """From Friday that is Tuesday."""
    assert publish_by(datetime(2026, 11, 6, 16, tzinfo=VIETNAM), CALENDAR) == until(11, 10)


@given(moments)
def test_terms_end_with_working_days_one_after_the_other(received: datetime) -> None:
    """Each lies ahead, at the end of a working day, in the order of what is to be done."""
    found = terms(received, CALENDAR)
    ends = [found.accept_by, found.ask_by, found.process_by]
    assert received < ends[0] < ends[1] < ends[2]
    assert all(CALENDAR.is_working_day(day(end)) for end in ends)
    assert {end.astimezone(VIETNAM).time() for end in ends} == {END}
    counted = [CALENDAR.working_days_between(day(received), day(end)) for end in ends]
    assert counted == [deadlines.ACCEPT_DAYS, deadlines.ASK_DAYS, deadlines.PROCESS_DAYS]


@given(moments, waits, waits)
def test_waiting_for_the_citizen_costs_the_agency_no_day(
    received: datetime, before: timedelta, wait: timedelta
) -> None:
    """As many working days are left to answer when the citizen answers as were when they were asked."""
    found, since = terms(received, CALENDAR), received + before
    moved = found.moved(since, since + wait, CALENDAR)
    for was, now_is in (
        (found.accept_by, moved.accept_by),
        (found.ask_by, moved.ask_by),
        (found.process_by, moved.process_by),
    ):
        left = CALENDAR.working_days_between(day(since), day(was))
        assert CALENDAR.working_days_between(day(since + wait), day(now_is)) == left
        assert now_is >= was


@given(moments, st.lists(waits, max_size=5))
def test_two_waits_move_as_one_of_both(received: datetime, parts: list[timedelta]) -> None:
    """However a time of waiting is cut at ends of days, it moves the terms as the whole does."""
    found, since = terms(received, CALENDAR), end_of(received, 0, CALENDAR)
    pieces, at = found, since
    for part in parts:
        pieces = pieces.moved(at, at + part, CALENDAR)
        at += part
    assert pieces == found.moved(since, at, CALENDAR)


@given(moments, waits)
def test_being_sent_on_costs_the_citizen_nothing(received: datetime, after: timedelta) -> None:
    """Another agency has time of its own to look at it, and answers when the first one should have."""
    found, at = terms(received, CALENDAR), received + after
    sent = found.forwarded(at, CALENDAR)
    assert sent.process_by == found.process_by
    assert (sent.accept_by, sent.ask_by) == (terms(at, CALENDAR).accept_by, terms(at, CALENDAR).ask_by)


def test_a_wait_that_ends_before_it_began_moves_nothing() -> None:
    """Clocks of two machines differ: what is odd is not counted against anybody."""
    found = terms(until(11, 2), CALENDAR)
    assert found.moved(until(11, 9), until(11, 3), CALENDAR) == found


@pytest.mark.parametrize("state", ComplaintState)
def test_what_is_to_be_done_follows_the_state(state: ComplaintState) -> None:
    """Whoever received it accepts and answers; whoever accepted it answers; nobody else is waited for."""
    found = terms(until(11, 2), CALENDAR)
    expected = {
        ComplaintState.RECEIVED: {Stage.ACCEPT: found.accept_by, Stage.PROCESS: found.process_by},
        ComplaintState.ACCEPTED: {Stage.PROCESS: found.process_by},
    }.get(state, {})
    assert clocks(state, found) == expected
    assert next_due(state, found) == min(expected.values(), default=None)
    decide = found.accept_by - timedelta(days=1)
    assert clocks(state, found, decide) == {**expected, Stage.PUBLISH: decide}
    assert next_due(state, found, decide) == decide


def test_what_comes_first_is_first_also_for_the_second_agency() -> None:
    """Sent on at the last moment, an answer is due before the new agency need have accepted."""
    found = terms(until(11, 2), CALENDAR)
    sent = found.forwarded(found.process_by, CALENDAR)
    assert next_due(ComplaintState.RECEIVED, sent) == found.process_by
