"""Which notices leave alone, which become one, and which wait."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notify.merging import merge
from storage.notifications.planning import DueNotification

NOW = datetime(2026, 9, 3, 5, tzinfo=UTC)
WINDOW = timedelta(minutes=2)


def notice(number: int, *, held: bool = False) -> DueNotification:
    """A notice of one party; the higher its number, the newer."""
    return DueNotification(
        id=UUID(int=number),
        party_id=UUID(int=0),
        agency_id=UUID(int=0),
        dossier_id=None,
        category="status_change",
        step=0,
        created_at=NOW - timedelta(minutes=10) + timedelta(seconds=number),
        due_at=NOW,
        held=held,
    )


due_lists = st.lists(
    st.builds(lambda number, held: notice(number, held=held), st.integers(1, 99), st.booleans()),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.id,
)


@given(due_lists, st.none() | st.timedeltas(timedelta(0), timedelta(minutes=5)))
def test_none_is_lost_and_none_is_rushed(due: list[DueNotification], since: timedelta | None) -> None:
    """Each leaves or is held; within the window nothing leaves; what leaves bears its newest in front."""
    last = None if since is None else NOW - since
    merged = merge(due, last, WINDOW, NOW)
    assert sorted(one.id for one in (*merged.leaving, *merged.held)) == sorted(one.id for one in due)
    if last is not None and since is not None and since < WINDOW:
        assert merged.leaving == ()
        assert merged.held_until == last + WINDOW
    else:
        assert merged.leaving[0].id == max(one.id for one in merged.leaving)
    if merged.held:
        assert merged.held_until is not None
        assert NOW < merged.held_until <= NOW + WINDOW


def test_the_first_leaves_at_once_and_further_ones_become_one() -> None:
    """An office closes three files of a company: its phone rings now, and once more."""
    first, second, third = notice(1), notice(2), notice(3)
    merged = merge([second, third, first], None, WINDOW, NOW)
    assert merged.leaving == (first,)
    assert set(merged.held) == {second, third}
    assert merged.held_until == NOW + WINDOW
    later = NOW + WINDOW
    following = merge([notice(2, held=True), notice(3, held=True), notice(4)], NOW, WINDOW, later)
    assert [one.id.int for one in following.leaving] == [4, 3, 2]
    assert following.held == ()
