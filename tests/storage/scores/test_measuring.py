"""What a dossier counts for."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.statuses import ENDED, DossierStatus
from storage.dossiers.timeline import Fact, fold
from storage.dossiers.working_days import WorkingCalendar
from storage.scores.measuring import Measure, measure, month_of
from tests.storage.scores.drawing import facts

CALENDAR = WorkingCalendar()
MONDAY = datetime(2026, 6, 1, 2, tzinfo=UTC)
# Its first use loads the holidays, for longer than one example may take.
CALENDAR.is_working_day(MONDAY.date())
THURSDAY = MONDAY + timedelta(days=3)


def told(*entries, due=None):
    """Make facts of (status, days), the first with the due time."""
    return [
        Fact(
            id=UUID(int=place + 1),
            status=DossierStatus(status),
            occurred_at=MONDAY + timedelta(days=days),
            due_at=None if place else due,
        )
        for place, (status, days) in enumerate(entries)
    ]


def measured(given_facts, channel=1, *, electronic=False, supplied=()):
    return measure(given_facts, supplied=supplied, channel=channel, electronic=electronic, calendar=CALENDAR)


@given(facts, st.randoms(use_true_random=False), st.sampled_from([None, 1, 2, 3]), st.booleans())
def test_order_and_repeats_change_nothing(given_facts, random, channel, electronic):
    """However often and in whatever order facts came, a dossier counts for the same."""
    again = [*given_facts, *given_facts]
    random.shuffle(again)
    assert measured(again, channel, electronic=electronic) == measured(
        given_facts, channel, electronic=electronic
    )


@given(facts)
def test_a_dossier_counts_exactly_when_it_has_ended(given_facts):
    """One that is open, also again, counts for nothing; one that has ended has the month of its end."""
    found, state = measured(given_facts), fold(given_facts)
    assert (found is not None) == (state.status in ENDED)
    assert found is None or (found.ended_at == state.ended_at and found.month == month_of(found.ended_at))


@given(facts)
def test_what_was_once_ended_shows_it(given_facts):
    """A dossier of which an end was told has ended, or contradicts itself: so none is lost when it opens again."""
    state = fold(given_facts)
    if any(fact.status in ENDED for fact in given_facts):
        assert state.ended_at is not None or state.contradictions


@given(facts)
def test_an_electronic_result_never_harms(given_facts):
    """It makes a dossier digitised, at most online too, and leaves the time alone."""
    without, having = measured(given_facts, 2), measured(given_facts, 2, electronic=True)
    if without and having:
        assert (having.on_time, having.ended_at) == (without.on_time, without.ended_at)
        assert having.online
        assert (without.digitised, having.digitised) in {(False, True), (None, None)}
        assert without.online == (without.digitised is None)


def test_the_month_is_that_of_vietnam():
    """The evening of the last day in UTC is the first day of the next month in Vietnam."""
    assert month_of(datetime(2026, 5, 31, 16, 59, tzinfo=UTC)) == date(2026, 5, 1)
    assert month_of(datetime(2026, 5, 31, 17, 0, tzinfo=UTC)) == date(2026, 6, 1)
    assert month_of(datetime(2026, 12, 31, 20, 0, tzinfo=UTC)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("entries", "on_time"),
    [
        ([(2, 0), (9, 3)], True),
        ([(2, 0), (9, 3.01)], False),
        # Resolved in time, handed out late: the end is 9.
        ([(2, 0), (9, 3), (10, 9)], True),
        ([(2, 0), (10, 4)], False),
        ([(2, 0), (8, 3)], True),
        ([(1, 0), (3, 4)], False),
        # Two working days awaited: from Tuesday to Thursday, so Monday is the new due day.
        ([(2, 0), (5, 1), (4, 3), (9, 7)], True),
        ([(2, 0), (5, 1), (4, 3), (9, 7.1)], False),
        # Twice a supplement, and no result: late, though it is within the time; with one, or a result, not.
        ([(2, 0), (5, 0.1), (4, 0.2), (5, 0.3), (4, 0.4), (8, 0.5)], False),
        ([(2, 0), (5, 0.1), (4, 0.2), (8, 0.5)], True),
        ([(2, 0), (5, 0.1), (4, 0.2), (5, 0.3), (4, 0.4), (9, 0.5)], True),
        ([(2, 0), (5, 0.1), (4, 0.2), (5, 0.3), (4, 0.4), (10, 0.5)], True),
    ],
)
def test_on_time(entries, on_time):
    """Decision 766, case by case; due on Thursday."""
    found = measured(told(*entries, due=THURSDAY))
    assert found is not None
    assert found.on_time is on_time


def test_supplied_here_ends_the_wait():
    """What the citizen supplied through us starts the agency's time again, whatever its status says."""
    timeline = told((2, 0), (5, 1), (4, 4), (9, 7), due=THURSDAY)
    assert measured(timeline).on_time
    assert measured(timeline, supplied=[MONDAY + timedelta(days=1, hours=1)]).on_time is False


@pytest.mark.parametrize("due", [None, datetime(3000, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)])
def test_no_usable_due_time(due):
    """Without a due time, or with one of another age, a dossier is neither on time nor late."""
    found = measured(told((2, 0), (9, 1), due=due))
    assert found == Measure(ended_at=MONDAY + timedelta(days=1), on_time=None, online=False, digitised=False)
    late = measured(told((5, 0), (4, 1), (5, 2), (8, 3), due=due))
    assert late is not None
    assert late.on_time is False


@pytest.mark.parametrize(
    ("status", "channel", "electronic", "online", "digitised"),
    [
        (9, 2, True, True, True),
        (9, 2, False, False, False),
        (10, 1, True, False, True),
        (10, 3, False, False, False),
        (8, 2, False, True, None),
        (8, 1, False, False, None),
        (9, None, True, None, True),
    ],
)
def test_online_and_digitised(status, channel, electronic, online, digitised):
    """A result that is due must be there electronically; a stopped dossier has none, an untold channel counts not."""
    found = measured(told((2, 0), (status, 1)), channel, electronic=electronic)
    assert found is not None
    assert (found.online, found.digitised) == (online, digitised)
