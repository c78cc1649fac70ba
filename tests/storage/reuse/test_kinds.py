"""How a request stands follows from what was said, its time and its uses, and from nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reuse.kinds import MOST_VISITS, VISIT, Answer, ReuseState, may_follow, state_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AROUND = st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(
    answer=st.none() | st.sampled_from(Answer),
    expires_at=AROUND,
    visits=st.integers(0, MOST_VISITS),
    visit_ends_at=AROUND,
)
def test_only_a_grant_in_its_time_and_not_used_up_stands(
    answer: Answer | None, expires_at: datetime, visits: int, visit_ends_at: datetime
) -> None:
    """The states are told by the same rule that the queries ask."""
    ends = visit_ends_at if visits else None
    state = state_of(answer, expires_at=expires_at, visits=visits, visit_ends_at=ends, now=NOW)
    usable = visits < MOST_VISITS or visit_ends_at > NOW
    assert (state is ReuseState.GRANTED) == (answer is Answer.GRANTED and expires_at > NOW and usable)
    assert (state is ReuseState.ASKED) == (answer is None and expires_at > NOW)
    if answer in (Answer.DECLINED, Answer.WITHDRAWN):
        assert state == answer.value


@pytest.mark.parametrize("before", [None, *Answer])
@pytest.mark.parametrize("after", Answer)
def test_only_a_grant_is_withdrawn_and_nothing_is_said_twice(before: Answer | None, after: Answer) -> None:
    """An owner says yes or no once, and takes a yes back."""
    expected = {(None, Answer.GRANTED), (None, Answer.DECLINED), (Answer.GRANTED, Answer.WITHDRAWN)}
    assert may_follow(before, after) == ((before, after) in expected)


def test_the_last_visit_goes_on_to_its_end() -> None:
    """Whoever has begun may finish; then it is used up."""
    for now, expected in ((NOW, ReuseState.GRANTED), (NOW + VISIT, ReuseState.USED_UP)):
        state = state_of(
            Answer.GRANTED,
            expires_at=NOW + timedelta(days=1),
            visits=MOST_VISITS,
            visit_ends_at=NOW + VISIT,
            now=now,
        )
        assert state is expected
