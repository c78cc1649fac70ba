"""A provider that is down is left alone, and found again with one message at a time."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from notify.breaker import ENOUGH, LONGEST_SECONDS, SHORTEST_SECONDS, Breaker
from notify.ports import Outcome, OutcomeKind

FAILED = Outcome(kind=OutcomeKind.RETRYABLE)
WELL = Outcome(kind=OutcomeKind.ACCEPTED)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Time."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """A closed breaker."""
    return Breaker("sms", clock)


def ids(numbers: Iterable[int]) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


def fail(breaker: Breaker, numbers: Iterable[int]) -> None:
    """Let different messages fail."""
    named = ids(numbers)
    breaker.heed(named, [FAILED] * len(named))


def test_it_opens_when_enough_different_messages_fail(breaker: Breaker) -> None:
    """In one call or in many; the same one over and over is no sign."""
    for _ in range(3 * ENOUGH):
        fail(breaker, [1])
    assert breaker.admit(50) == 50
    fail(breaker, range(2, ENOUGH + 1))
    assert breaker.admit(50) == 0
    assert breaker.seconds == SHORTEST_SECONDS


@pytest.mark.parametrize("kind", [OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.THROTTLED])
def test_whoever_answers_is_up(breaker: Breaker, kind: OutcomeKind) -> None:
    """One answer among failures closes it, whatever it says."""
    fail(breaker, range(ENOUGH - 1))
    breaker.heed(ids([98, 99]), [FAILED, Outcome(kind=kind)])
    fail(breaker, range(ENOUGH - 1))
    assert breaker.admit(50) == 50


def test_half_open_it_lets_one_through(breaker: Breaker, clock: Clock) -> None:
    """To one dispatcher; the others wait for what comes of it."""
    fail(breaker, range(ENOUGH))
    clock.now += SHORTEST_SECONDS
    assert breaker.admit(50) == 1
    assert breaker.admit(50) == 0
    breaker.release()
    assert breaker.admit(50) == 1
    breaker.heed(ids([1]), [WELL])
    assert breaker.admit(50) == 50


def test_what_was_under_way_when_it_opened_says_nothing_new(breaker: Breaker) -> None:
    """Ten calls that fail together are one failure."""
    fail(breaker, range(ENOUGH))
    fail(breaker, range(ENOUGH, 2 * ENOUGH))
    assert breaker.seconds == SHORTEST_SECONDS


def test_it_stays_away_ever_longer(breaker: Breaker, clock: Clock) -> None:
    """Up to five minutes; after a good answer it begins anew."""
    fail(breaker, range(ENOUGH))
    waits = []
    for _ in range(8):
        waits.append(breaker.seconds)
        clock.now += breaker.seconds
        assert breaker.admit(50) == 1
        fail(breaker, [1])
    assert waits == [5, 10, 20, 40, 80, 160, LONGEST_SECONDS, LONGEST_SECONDS]
    clock.now += LONGEST_SECONDS
    assert breaker.admit(50) == 1
    breaker.heed(ids([1]), [WELL])
    fail(breaker, range(ENOUGH))
    assert breaker.seconds == SHORTEST_SECONDS
