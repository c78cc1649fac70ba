"""What each kind of outcome does to the row."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from notify.outcomes import EXPIRED, FINAL, PAUSE, record_of, unsent
from notify.ports import Outcome, OutcomeKind
from storage.deliveries.claiming import Claimed
from storage.ids import new_id

NOW = datetime(2026, 9, 3, 9, tzinfo=UTC)


def claimed(**changes: object) -> Claimed:
    """A row as claimed."""
    given_fields: dict[str, object] = {
        "place": (2, new_id()),
        "target": "an@example.vn",
        "unreadable": False,
        "params": {},
        "id": new_id(),
        "due_at": NOW,
        "attempt": 1,
        "expires_at": NOW + timedelta(days=1),
        "expired": False,
        "step": 0,
        "target_id": new_id(),
        "more": 0,
        "agency_supplied": False,
        "shut": False,
        "enabled": None,
        "locale": "vi",
        "time_zone": "Asia/Ho_Chi_Minh",
        "notification_id": new_id(),
        "received": False,
        "category": "status_change",
    }
    return Claimed(**given_fields | changes)  # type: ignore[arg-type]


rows = st.builds(
    lambda attempt, seconds: claimed(attempt=attempt, expires_at=NOW + timedelta(seconds=seconds)),
    st.integers(1, 200),
    st.floats(-10, 10 * 86400),
)
outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    code=st.none() | st.just("code"),
    provider_id=st.none() | st.just("provider"),
    retry_after=st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
)
chances = st.integers(0, 2**32).map(Random)


def test_a_providers_word_is_kept_as_it_can_be() -> None:
    """It has no place for NUL or half a letter, and one bad answer must not lose those of a whole batch."""
    outcome = Outcome(kind=OutcomeKind.ACCEPTED, code="a\x00b\ud800", provider_id="\x00" + "x" * 999)
    record = record_of(claimed(), outcome, NOW, Random(1))
    assert (record.code, record.provider_id) == ("ab?", "x" * 255)


@given(rows, outcomes, chances)
def test_a_row_ends_or_waits_until_before_its_expiry(row: Claimed, outcome: Outcome, rng: Random) -> None:
    """It never waits for a time when it would be of no use, never for the past, and keeps its fence."""
    record = record_of(row, outcome, NOW, rng)
    assert (record.id, record.attempt) == (row.id, row.attempt)
    if record.again_at is not None:
        assert NOW <= record.again_at < row.expires_at
        assert outcome.kind not in FINAL
    elif outcome.kind not in FINAL:
        assert record.outcome == EXPIRED


@given(rows, outcomes.filter(lambda outcome: outcome.kind in FINAL), chances)
def test_what_is_final_ends_the_row_at_once(row: Claimed, outcome: Outcome, rng: Random) -> None:
    """With the provider's word and its name for the message, by which receipts are matched."""
    record = record_of(row, outcome, NOW, rng)
    assert record.again_at is None
    assert record.outcome == outcome.kind.value
    assert (record.code, record.provider_id) == (outcome.code, outcome.provider_id)


@given(rows, outcomes, chances)
def test_only_a_lost_answer_may_be_a_duplicate(row: Claimed, outcome: Outcome, rng: Random) -> None:
    """Who refused or put off has not sent."""
    record = record_of(row, outcome, NOW, rng)
    assert record.possible_duplicate == (outcome.kind is OutcomeKind.UNKNOWN)


@given(st.timedeltas(timedelta(0), timedelta(hours=20)), chances)
def test_a_throttled_row_waits_as_long_as_it_was_told(asked: timedelta, rng: Random) -> None:
    """And no shorter."""
    outcome = Outcome(kind=OutcomeKind.THROTTLED, retry_after=asked)
    record = record_of(claimed(), outcome, NOW, rng)
    assert record.again_at is not None
    assert record.again_at >= NOW + asked


def test_a_misconfigured_channel_keeps_its_rows() -> None:
    """They wait for the operator, up to their expiry, whatever the number of attempts."""
    outcome = Outcome(kind=OutcomeKind.MISCONFIGURED, code="535")
    record = record_of(claimed(attempt=150), outcome, NOW, Random(1))
    assert (record.again_at, record.code) == (NOW + PAUSE, "535")
    late = claimed(expires_at=NOW + PAUSE)
    assert record_of(late, outcome, NOW, Random(1)).again_at is None


def test_an_outcome_without_a_code_is_told_by_its_kind() -> None:
    """The last code of a waiting row is never empty."""
    record = record_of(claimed(), Outcome(kind=OutcomeKind.RETRYABLE), NOW, Random(1))
    assert record.code == "retryable"


def test_a_row_that_was_not_sent_is_free_at_once() -> None:
    """Somebody else may take it, and it is no duplicate."""
    record = unsent(claimed(attempt=3), NOW)
    assert (record.attempt, record.again_at, record.possible_duplicate) == (3, NOW, False)
