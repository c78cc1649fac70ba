"""When to try again."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.retry import RetryPolicy, next_attempt_at

NOW = datetime(2026, 9, 3, 9, tzinfo=UTC)
FAR = NOW + timedelta(days=365)
POLICY = RetryPolicy()

attempts = st.integers(1, 10_000)
seeds = st.integers(0, 2**32).map(Random)
waits = st.none() | st.timedeltas(timedelta(seconds=-5), timedelta(days=1))
policies = st.tuples(
    st.timedeltas(timedelta(milliseconds=1), timedelta(minutes=1)),
    st.timedeltas(timedelta(0), timedelta(hours=9)),
).map(lambda pair: RetryPolicy(base=pair[0], cap=pair[0] + pair[1]))


class Chance(Random):
    """Chance that always falls the same way."""

    def __init__(self, value) -> None:
        super().__init__()
        self.value = value

    def random(self):
        return self.value


@given(attempts, seeds, waits, policies)
def test_the_wait_lies_in_its_window(attempt, rng, retry_after, policy):
    """The next attempt is never before now or Retry-After, and at most the policy's longest wait after it."""
    earliest = NOW + max(timedelta(0), retry_after or timedelta(0))
    at = next_attempt_at(
        now=NOW, attempt=attempt, expires_at=FAR, rng=rng, retry_after=retry_after, policy=policy
    )
    assert at is not None
    assert earliest <= at <= earliest + policy.longest_wait(attempt)


@given(attempts, seeds, waits, st.timedeltas(timedelta(seconds=-10), timedelta(minutes=20)))
def test_nothing_is_sent_after_its_expiry(attempt, rng, retry_after, life):
    """Either the next attempt comes before the expiry, or there is none."""
    at = next_attempt_at(now=NOW, attempt=attempt, expires_at=NOW + life, rng=rng, retry_after=retry_after)
    assert at is None or at < NOW + life
    if life <= max(timedelta(0), retry_after or timedelta(0)):
        assert at is None


@given(st.integers(1, 10_000), policies)
def test_waits_double_up_to_the_cap(attempt, policy):
    """The longest wait starts at the base, doubles, and never passes the cap."""
    this, following = policy.longest_wait(attempt), policy.longest_wait(attempt + 1)
    assert policy.longest_wait(1) == policy.base
    assert this <= following <= policy.cap
    assert following in {2 * this, policy.cap}
    assert policy.longest_wait(10_000) == policy.cap


def test_the_waits_of_the_default_policy():
    """Two seconds, doubling to a quarter of an hour."""
    assert [POLICY.longest_wait(n).total_seconds() for n in (1, 2, 3, 9, 10, 11)] == [2, 4, 8, 512, 900, 900]


def test_chance_spreads_over_the_whole_window():
    """Full jitter: the least chance is now, half of it the middle, and draws are spread evenly."""
    ends = [next_attempt_at(now=NOW, attempt=3, expires_at=FAR, rng=Chance(value)) for value in (0.0, 0.5)]
    assert ends == [NOW, NOW + timedelta(seconds=4)]
    rng = Random(7)
    drawn = [next_attempt_at(now=NOW, attempt=3, expires_at=FAR, rng=rng) for _ in range(4000)]
    quarters = [int((at - NOW) / timedelta(seconds=2)) for at in drawn]
    assert all(900 < quarters.count(quarter) < 1100 for quarter in range(4))


def test_the_expiry_itself_is_too_late():
    """At the instant of its expiry a notice is of no use any more, a moment before it still is."""
    one_second = {"now": NOW, "attempt": 1, "rng": Chance(0.5)}
    assert next_attempt_at(expires_at=NOW + timedelta(seconds=1), **one_second) is None
    later = NOW + timedelta(seconds=1, microseconds=1)
    assert next_attempt_at(expires_at=later, **one_second) == NOW + timedelta(seconds=1)


def test_a_negative_retry_after_is_none():
    """A provider whose clock is behind does not bring the next attempt forward."""
    behind = timedelta(seconds=-5)
    assert next_attempt_at(now=NOW, attempt=1, expires_at=FAR, rng=Chance(0.0), retry_after=behind) == NOW


def test_an_absurd_retry_after_gives_up():
    """A provider that asks for more than a calendar holds gets no further attempt, and no error."""
    assert (
        next_attempt_at(now=NOW, attempt=1, expires_at=FAR, rng=Random(1), retry_after=timedelta(days=10**7))
        is None
    )


def test_impossible_settings_are_refused():
    """A policy and an attempt check themselves."""
    for base, cap in ((0, 1), (-1, 1), (2, 1)):
        with pytest.raises(ValueError, match="base"):
            RetryPolicy(base=timedelta(seconds=base), cap=timedelta(seconds=cap))
    with pytest.raises(ValueError, match="counted from 1"):
        next_attempt_at(now=NOW, attempt=0, expires_at=FAR, rng=Random(1))
