"""How an arrangement stands depends on what was told of it, and on nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.arrangements.course import ToldState, standing
from storage.arrangements.kinds import CANCELLED, STATES, ArrangementKind, is_allowed

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
KINDS = st.sampled_from(ArrangementKind)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[ArrangementKind, list[ToldState]]:
    """A kind, and states of it at few moments, such that some come at one."""
    kind = draw(KINDS)
    one = st.builds(
        lambda state, hour: ToldState(state=state, at=START + timedelta(hours=hour)),
        st.sampled_from([state.value for state in STATES[kind]]),
        st.integers(0, 4),
    )
    return kind, draw(st.lists(one, min_size=1, max_size=8))


@given(tellings(), st.randoms())
def test_neither_order_nor_repetition_counts(
    told: tuple[ArrangementKind, list[ToldState]], random: object
) -> None:
    """Whoever was told the same, however often and in whatever order, sees the same."""
    kind, states = told
    shuffled = [*states, *states[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis's own random
    assert standing(kind, shuffled) == standing(kind, states)


@given(tellings())
def test_it_moves_along_the_table_alone(told: tuple[ArrangementKind, list[ToldState]]) -> None:
    """A model that walks the table, written another way, comes to the same; nothing told is lost to it."""
    kind, states = told
    names = [state.value for state in STATES[kind]]
    path: list[ToldState] = []
    aside = set()
    for one in sorted(states, key=lambda told: (told.at, names.index(told.state))):
        if not path or is_allowed(kind, path[-1].state, one.state):
            path.append(one)
        elif path[-1].state != one.state:
            aside.add(one)
    found = standing(kind, states)
    assert (found.state, found.since) == (path[-1].state, path[-1].at)
    assert found.contradictions == aside


@given(KINDS, st.data())
def test_no_state_follows_itself_but_moved(kind: ArrangementKind, data: st.DataObject) -> None:
    """Told again, a state is a repeat; an appointment may be moved twice."""
    state = data.draw(st.sampled_from([state.value for state in STATES[kind]]))
    assert is_allowed(kind, state, state) is (state == "moved")
    assert is_allowed(kind, None, state)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (ArrangementKind.APPOINTMENT, "done", CANCELLED),
        (ArrangementKind.APPOINTMENT, CANCELLED, "confirmed"),
        (ArrangementKind.PAYMENT, "paid", "requested"),
        (ArrangementKind.PAYMENT, "paid", CANCELLED),
        (ArrangementKind.PAYMENT, "refunded", "paid"),
        (ArrangementKind.POSTAL_ITEM, "delivered", "in_transit"),
        (ArrangementKind.POSTAL_ITEM, "in_transit", CANCELLED),
        (ArrangementKind.POSTAL_ITEM, "returned", "delivered"),
    ],
)
def test_what_is_over_stays_over(kind: ArrangementKind, before: str, after: str) -> None:
    """The contradiction is told apart, and the state stays."""
    first = ToldState(state=before, at=START)
    late = ToldState(state=after, at=START + timedelta(hours=1))
    found = standing(kind, [late, first])
    assert (found.state, found.contradictions) == (before, {late})


def test_money_that_came_late_has_come() -> None:
    """A payment that expired, or was called off, may be made all the same."""
    for before in ("expired", CANCELLED):
        told = [
            ToldState(state=state, at=START + timedelta(hours=hour))
            for hour, state in enumerate(("requested", before, "paid"))
        ]
        assert standing(ArrangementKind.PAYMENT, told).state == "paid"


def test_one_moment_in_two_zones_is_one() -> None:
    """Hanoi's morning is the same as London's night."""
    hanoi = ToldState(state="paid", at=START.astimezone(timezone(timedelta(hours=7))))
    assert (
        standing(ArrangementKind.PAYMENT, [hanoi, ToldState(state="paid", at=START)]).contradictions == set()
    )


@pytest.mark.parametrize("told", [[], [ToldState(state="delivered", at=START)]])
def test_what_makes_no_sense_is_refused(told: list[ToldState]) -> None:
    """Nothing told, and a state of another kind, have no standing."""
    with pytest.raises(ValueError, match=r"nothing was told|delivered"):
        standing(ArrangementKind.PAYMENT, told)


def test_a_time_without_a_zone_is_refused() -> None:
    """It would mean another moment in every place."""
    with pytest.raises(ValueError, match="timezone"):
        ToldState(state="paid", at=datetime(2026, 11, 21))  # noqa: DTZ001 - that is the point
