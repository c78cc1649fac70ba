"""When to try a send again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

# 2 to the power of this many doublings exceeds any cap, and still fits a float.
_MOST_DOUBLINGS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff: the longest wait is ``base`` after the first attempt and doubles up to ``cap``."""

    base: timedelta = timedelta(seconds=2)
    cap: timedelta = timedelta(minutes=15)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.base <= self.cap:
            raise ValueError("a retry policy needs 0 < base <= cap")

    def longest_wait(self, attempt: int) -> timedelta:
        """Return the longest wait after the attempt of this number, counted from 1.

        Raises:
            ValueError: there is no such attempt.
        """
        if attempt < 1:
            raise ValueError("attempts are counted from 1")
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        return timedelta(seconds=min(self.cap.total_seconds(), self.base.total_seconds() * 2.0**doublings))


DEFAULT_POLICY = RetryPolicy()


def next_attempt_at(
    *,
    now: datetime,
    attempt: int,
    expires_at: datetime,
    rng: Random,
    retry_after: timedelta | None = None,
    policy: RetryPolicy = DEFAULT_POLICY,
) -> datetime | None:
    """Return when to send again, or ``None`` to give up because that would be too late.

    The wait is drawn evenly from nothing to the policy's longest ("full jitter"), so that what failed
    together does not come back together. A provider's Retry-After (RFC 9110, section 10.2.3) comes on top:
    the time drawn is never earlier, and those who were told the same time are spread too.

    Args:
        now: when the attempt failed.
        attempt: how many attempts were made, this one included.
        expires_at: from when on the notice is of no use.
        rng: the source of chance.
        retry_after: how long the provider asked us to wait; nothing and less count as nothing.
        policy: the backoff.
    """
    asked = max(timedelta(0), retry_after or timedelta(0))
    wait = asked + policy.longest_wait(attempt) * rng.random()
    # Compared as durations: a provider may ask for more than a calendar holds.
    return now + wait if wait < expires_at - now else None
