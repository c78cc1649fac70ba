"""The fold of a dossier's facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.statuses import AWAITING_CITIZEN, DossierStatus, is_allowed
from storage.dossiers.timeline import Fact, arrange, fold, natural_key

DAY_ONE = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def at(hours):
    return DAY_ONE + timedelta(hours=hours)


def told(*entries):
    """Make facts of (status, hours, …) in the order given; the id is the position."""
    return [
        Fact(id=UUID(int=place), status=DossierStatus(status), occurred_at=at(hours), **dict(rest))
        for place, (status, hours, *rest) in enumerate(entries, start=1)
    ]


# Few times, sequences and steps, so that ties and repeats are the rule and not the exception.
times = st.integers(0, 8).map(at)
facts = st.lists(
    st.builds(
        Fact,
        id=st.uuids(),
        status=st.sampled_from(DossierStatus),
        occurred_at=times,
        sequence=st.none() | st.integers(0, 5),
        step=st.sampled_from(["", "one", "two"]),
        due_at=st.none() | times,
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda fact: fact.id,
)


def without_ids(state):
    """Leave out what names an id, for comparing states of facts told under other ids."""
    return replace(state, current=replace(state.current, id=UUID(int=0)), contradictions=frozenset())


@given(facts, st.randoms(use_true_random=False))
def test_arrival_order_is_irrelevant(given_facts, random):
    """Any permutation of the facts arranges and folds to the same."""
    shuffled = list(given_facts)
    random.shuffle(shuffled)
    assert arrange(shuffled) == arrange(given_facts)
    assert fold(shuffled) == fold(given_facts)


@given(facts, st.data())
def test_telling_a_fact_again_changes_nothing(given_facts, data):
    """A repeat under another id, with or without its sequence and due time, is the fact known already."""
    fact = data.draw(st.sampled_from(given_facts))
    again = replace(
        fact,
        id=data.draw(st.uuids()),
        sequence=data.draw(st.sampled_from([None, fact.sequence])),
        due_at=data.draw(st.sampled_from([None, fact.due_at])),
    )
    assert without_ids(fold([*given_facts, again])) == without_ids(fold(given_facts))
    assert fold([*given_facts, *given_facts]) == fold(given_facts)


@given(facts)
def test_each_fact_is_arranged_once(given_facts):
    """The arranged facts are the natural keys that were told, no more and no fewer."""
    arranged = arrange(given_facts)
    assert len(arranged) == len({natural_key(fact) for fact in arranged})
    assert {natural_key(fact) for fact in arranged} == {natural_key(fact) for fact in given_facts}
    assert {fact.id for fact in arranged} <= {fact.id for fact in given_facts}


@given(facts)
def test_sequences_beat_clocks_and_clocks_beat_the_rest(given_facts):
    """Facts with a sequence stand in its order, those without one in order of time."""
    arranged = arrange(given_facts)
    sequences = [fact.sequence for fact in arranged if fact.sequence is not None]
    clocks = [fact.occurred_at for fact in arranged if fact.sequence is None]
    assert sequences == sorted(sequences)
    assert clocks == sorted(clocks)


@given(facts)
def test_a_fact_without_sequence_never_precedes_what_occurred_before_it(given_facts):
    """A fact without a sequence comes after every sequenced fact of an earlier time."""
    arranged = arrange(given_facts)
    for place, fact in enumerate(arranged):
        if fact.sequence is None:
            assert all(
                later.occurred_at >= fact.occurred_at
                for later in arranged[place:]
                if later.sequence is not None
            )


@given(facts)
def test_the_last_in_the_sources_order_is_current(given_facts):
    """The source is right about itself, so even a contradictory last fact is current."""
    arranged = arrange(given_facts)
    state = fold(given_facts)
    assert state.current == arranged[-1]
    assert state.status is arranged[-1].status
    expected = {b.id for a, b in pairwise([None, *arranged]) if not is_allowed(a and a.status, b.status)}
    assert state.contradictions == expected


@given(facts)
def test_waits_are_apart_and_only_the_last_is_open(given_facts):
    """Periods awaiting the citizen are in order, apart, not empty, and open exactly while the citizen is awaited."""
    state = fold(given_facts)
    ends = [end for _, end in state.waits]
    assert all(
        end is not None and end < start for end, (start, _) in zip(ends, state.waits[1:], strict=False)
    )
    assert all(end is None or start < end for start, end in state.waits)
    assert (bool(ends) and ends[-1] is None) == (state.status in AWAITING_CITIZEN)


@given(facts)
def test_due_times_come_from_the_facts(given_facts):
    """The due time is the last one in order, set when it was first given."""
    state = fold(given_facts)
    dues = [fact.due_at for fact in arrange(given_facts) if fact.due_at]
    assert state.due_at == (dues[-1] if dues else None)
    assert state.first_at == min(fact.occurred_at for fact in given_facts)
    assert (state.due_set_at is None) == (not dues)


def test_a_whole_life():
    """A dossier with a supplement, told in order, folds to what an officer would say of it."""
    due = {"due_at": at(100)}.items()
    state = fold(
        told(
            (1, 0),
            (2, 5, *due),
            (4, 6, *due),
            (5, 20),
            (5, 21, ("step", "reminder")),
            (4, 50, *due),
            (9, 60),
            (10, 80),
        )
    )
    assert state.status is DossierStatus.RETURNED
    assert (state.submitted_at, state.accepted_at, state.ended_at) == (at(0), at(5), at(60))
    assert (state.due_at, state.due_set_at) == (at(100), at(5))
    assert state.waits == ((at(20), at(50)),)
    assert state.supplement_requests == 1
    assert state.contradictions == frozenset()
    assert (state.first_at, state.status_since) == (at(0), at(80))


def test_a_push_and_a_pull_of_one_fact_are_one():
    """What one telling leaves out, the other adds; ids of both count for neither."""
    push, pull = told((4, 3, ("sequence", 7)), (4, 3, ("due_at", at(90))))
    assert arrange([pull, push]) == [replace(push, due_at=at(90))]


def test_tellings_that_differ_are_settled_by_what_was_told():
    """Of two sequences the first telling's counts, of two due times the later one, whichever came first."""
    one, two = told((4, 3, ("sequence", 7), ("due_at", at(90))), (4, 3, ("sequence", 8), ("due_at", at(95))))
    assert arrange([one, two]) == arrange([two, one]) == [replace(one, due_at=at(95))]


def test_one_instant_in_two_timezones_is_one_fact():
    """A time is an instant: the zone that it was told in makes no other fact."""
    (fact,) = told((4, 3))
    again = replace(
        fact, id=UUID(int=9), occurred_at=fact.occurred_at.astimezone(timezone(timedelta(hours=7)))
    )
    assert len(arrange([fact, again])) == 1


def test_a_late_fact_of_the_past_stays_in_the_past():
    """A fact that arrives late takes its place in time and does not become current."""
    facts_ = told((2, 1, ("sequence", 1)), (9, 9, ("sequence", 3)), (4, 5))
    assert [fact.status for fact in arrange(facts_)] == [2, 4, 9]


def test_a_clock_that_went_back_does_not_beat_the_sequence():
    """The source's own counter decides, although its clock says otherwise."""
    state = fold(told((4, 9, ("sequence", 1)), (9, 2, ("sequence", 2))))
    assert state.status is DossierStatus.RESOLVED
    assert state.ended_at == at(2)


def test_steps_do_not_move_the_start_of_a_status():
    """A dossier is in process since its first step of it."""
    assert fold(told((2, 0), (4, 3), (4, 7, ("step", "two")))).status_since == at(3)


def test_an_end_counts_only_while_the_dossier_is_ended():
    """A dossier opened again has no end, is marked, and its second end is the one that counts."""
    reopened = told((2, 0), (9, 5), (4, 7))
    state = fold(reopened)
    assert state.ended_at is None
    assert state.contradictions == {reopened[2].id}
    assert fold([*reopened, *told((1, 0), (2, 0), (2, 0), (9, 9), (10, 12))[3:]]).ended_at == at(9)


@pytest.mark.parametrize(
    ("path", "ended"),
    [([(4, 1), (10, 8)], 8), ([(7, 1), (8, 3)], 3), ([(1, 1), (3, 4)], 4), ([(4, 1), (9, 5), (10, 8)], 5)],
)
def test_the_end_of_processing_follows_decision_766(path, ended):
    """The end is the time of status 9, else 10, else 8 or 3."""
    assert fold(told(*path)).ended_at == at(ended)


def test_a_repeated_due_time_is_not_set_anew():
    """Only another due time counts as set; coming back to an old one is another one."""
    same, other = {"due_at": at(90)}.items(), {"due_at": at(95)}.items()
    assert fold(told((2, 0, *same), (5, 1), (4, 2, *same))).due_set_at == at(0)
    assert fold(told((2, 0, *same), (5, 1), (4, 2, *other))).due_set_at == at(2)
    assert fold(told((2, 0, *same), (4, 2, *other), (4, 3, *same))).due_set_at == at(3)


def test_supplement_after_payment_is_one_wait():
    """The citizen is awaited without a break while one request follows another."""
    state = fold(told((4, 0), (5, 1), (6, 3), (4, 6), (5, 8)))
    assert state.waits == ((at(1), at(6)), (at(8), None))
    assert state.supplement_requests == 2


@pytest.mark.parametrize(
    ("hours", "waits"),
    [
        ((2, 9, 5, 12), [(2, 12)]),
        ((2, 12, 5, 9), [(2, 12)]),
        ((5, 9, 1, 3), [(1, 3), (5, 9)]),
        ((5, 3, 6, 7), [(6, 7)]),
    ],
)
def test_a_clock_that_went_back_makes_no_hour_count_twice(hours, waits):
    """Waits are in order of time, joined where they overlap, and none ends before it starts."""
    steps = [
        (status, hour, ("sequence", place))
        for place, (status, hour) in enumerate(zip((5, 4, 5, 4), hours, strict=True))
    ]
    assert fold(told(*steps)).waits == tuple((at(start), at(end)) for start, end in waits)


def test_facts_check_themselves():
    """A time without a zone and a negative sequence are refused, and so is the fold of nothing."""
    for wrong in ({"occurred_at": datetime(2026, 6, 1)}, {"due_at": datetime(2026, 6, 1)}, {"sequence": -1}):  # noqa: DTZ001  # the point
        with pytest.raises(ValueError, match=r"timezone|sequence"):
            replace(told((4, 0))[0], **wrong)
    with pytest.raises(ValueError, match="without facts"):
        fold([])


supplies = st.lists(times, max_size=4)


def awaited(waits, moment):
    """Whether the citizen is awaited at a moment."""
    return any(start <= moment and (end is None or moment < end) for start, end in waits)


@given(facts, supplies, st.randoms(use_true_random=False))
def test_what_was_supplied_may_be_told_in_any_order_and_twice(given_facts, supplied, random):
    """Facts and answers make one state, whichever came first and however often."""
    whole = fold(given_facts, supplied)
    shuffled, answers = list(given_facts), [*supplied, *supplied]
    random.shuffle(shuffled)
    random.shuffle(answers)
    assert fold(shuffled, answers) == whole


@given(facts, supplies)
def test_what_was_supplied_shortens_waits_and_nothing_else(given_facts, supplied):
    """Status, end and contradictions are the agency's to tell; and no answer makes anybody wait longer."""
    without, whole = fold(given_facts), fold(given_facts, supplied)
    assert replace(whole, waits=without.waits) == without
    hours = [at(half / 2) for half in range(20)]
    assert all(awaited(without.waits, hour) for hour in hours if awaited(whole.waits, hour))
    assert all(end is None or start < end for start, end in whole.waits)


@given(facts, supplies)
def test_nobody_waits_for_what_was_supplied_since_it_was_asked(given_facts, supplied):
    """After the last answer the citizen is awaited by none of the supplement requests before it."""
    only_supplements = [f for f in given_facts if f.status is not DossierStatus.PAYMENT_REQUIRED]
    if not only_supplements or not supplied:
        return
    state, last = fold(only_supplements, supplied), max(supplied)
    asked_since = state.status in AWAITING_CITIZEN and state.current.occurred_at > last
    assert (bool(state.waits) and state.waits[-1][1] is None) == asked_since


@pytest.mark.parametrize(
    ("path", "supplied", "waits"),
    [
        ([(4, 0), (5, 2)], [6], [(2, 6)]),
        ([(4, 0), (5, 2)], [1], [(2, None)]),
        ([(4, 0), (5, 2)], [2], []),
        ([(4, 0), (5, 2)], [8, 6], [(2, 6)]),
        ([(4, 0), (5, 2), (4, 5)], [6], [(2, 5)]),
        ([(4, 0), (5, 2), (4, 9)], [6], [(2, 6)]),
        ([(4, 0), (9, 5)], [3], []),
        ([(4, 0), (6, 2)], [3], [(2, None)]),
        ([(4, 0), (5, 2), (6, 5)], [3], [(2, 3), (5, None)]),
        ([(4, 0), (5, 2), (4, 7), (5, 8)], [4], [(2, 4), (8, None)]),
        ([(4, 0), (5, 2), (4, 7), (5, 8)], [4, 9], [(2, 4), (8, 9)]),
        ([(4, 0), (5, 2), (5, 3, ("step", "reminder"))], [6], [(2, 6)]),
        ([(4, 0), (5, 2), (5, 5, ("step", "more"))], [4], [(2, 4), (5, None)]),
    ],
)
def test_a_wait_ends_with_the_first_answer_since_it_began(path, supplied, waits):
    """Before a request, after its end and without one, an answer changes nothing; and it pays no fee."""
    state = fold(told(*path), [at(hour) for hour in supplied])
    assert state.waits == tuple((at(start), None if end is None else at(end)) for start, end in waits)
