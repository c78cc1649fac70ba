"""What is told of one arrangement, in any order, comes to the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.agency_dossiers.answers import ItemOutcome
from api.agency_dossiers.arranging import Arranged, Arranger
from api.agency_dossiers.schemas import Payment
from storage.arrangements.kinds import CANCELLED, ArrangementKind, PaymentState
from storage.arrangements.repository import Arrangement

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ARRANGER = Arranger(now=NOW, stale_after=timedelta(days=30))
TIMED = st.builds(
    lambda state, hour, amount: Payment.model_validate(
        {
            "source_id": "TT-1",
            "state": state,
            "state_at": (NOW - timedelta(hours=hour)).isoformat(),
            "amount": amount,
            "reason": "Lệ phí",
        }
    ),
    st.sampled_from(PaymentState),
    st.integers(0, 5),
    st.integers(1, 3),
)


def step(before: Arrangement | None, item: Payment) -> Arranged:
    """Tell one thing more."""
    if before is None:
        return ARRANGER.new(ArrangementKind.PAYMENT, item, dossier_id=UUID(int=7), first_hash=b"")
    return ARRANGER.again(before, item)


def told(items: list[Payment]) -> Arrangement:
    """Tell several things, one after another."""
    kept: Arrangement | None = None
    for item in items:
        done = step(kept, item)
        kept = done.write.arrangement if done.write else kept
    assert kept is not None
    return kept


@given(st.lists(TIMED, min_size=1, max_size=6), st.randoms())
def test_the_order_of_arrival_does_not_count(items: list[Payment], random: object) -> None:
    """How it stands, since when, and all that was told are the same; as is what happened more than once."""
    shuffled = [*items, *items[:2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis's own random
    one, other = told(items), told(shuffled)
    assert (one.state, one.state_at, set(one.told)) == (other.state, other.state_at, set(other.told))


@given(st.lists(TIMED, min_size=1, max_size=6))
def test_what_was_told_last_changes_nothing_when_it_is_told_again(items: list[Payment]) -> None:
    """A retry writes nothing, tells nobody, and is answered as a repeat; so without a time of its own."""
    kept = told(items)
    timeless = items[-1].model_dump(mode="json", exclude={"state_at"}) | {"state": kept.state}
    for item in (items[-1], Payment.model_validate(timeless)):
        kept = told([*items, item])
        again = step(kept, item)
        assert (again.write, again.news, again.answer.outcome) == (None, None, ItemOutcome.REPEATED)
        assert again.answer.state == kept.state


@given(st.lists(TIMED, min_size=1, max_size=6))
def test_what_is_withdrawn_is_cancelled_or_was_past_that(items: list[Payment]) -> None:
    """Nothing that was told is lost, and withdrawing it again does nothing."""
    kept = told(items)
    done = ARRANGER.withdraw(kept)
    if done is None:
        assert kept.state in {"paid", "refunded", CANCELLED}
        return
    assert done.write is not None
    after = done.write.arrangement
    assert after.state == CANCELLED
    assert set(kept.told) < set(after.told)
    assert ARRANGER.withdraw(after) is None
