"""Leaving a provider alone that does not answer, and finding out carefully when it does again."""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from notify.ports import Outcome, OutcomeKind

log = structlog.get_logger(__name__)

ENOUGH = 10
"""So many different messages must fail in a row, as one or two may fail for what they are."""
SHORTEST_SECONDS = 5.0
LONGEST_SECONDS = 300.0
FAILURES = frozenset({OutcomeKind.RETRYABLE, OutcomeKind.UNKNOWN})
"""What a provider does that is down. One that throttles or refuses is up."""


class Breaker:
    """A circuit breaker for one provider, shared by the dispatchers of a process.

    Closed, it counts. Open, nothing is claimed, so that no attempt is spent on a provider that is down and
    every row stays as it is. Then, half open, one message is let through: if it fails as well, the breaker
    opens for twice as long.
    """

    def __init__(self, channel: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._channel = channel
        self._clock = clock
        self._failed: set[UUID] = set()
        self._open_until: float | None = None
        self._seconds = SHORTEST_SECONDS
        self._probing = False

    @property
    def seconds(self) -> float:
        """For how many seconds it stays open."""
        return 0.0 if self._open_until is None else max(0.0, self._open_until - self._clock())

    def admit(self, wanted: int) -> int:
        """Say how many messages may be claimed. After one to try with, `heed` or `release` must follow."""
        if self._open_until is None:
            return wanted
        if self.seconds or self._probing:
            return 0
        self._probing = True
        return min(1, wanted)

    def release(self) -> None:
        """Note that there was nothing to try with."""
        self._probing = False

    def heed(self, messages: Sequence[UUID], outcomes: Sequence[Outcome]) -> None:
        """Learn from what came of these messages."""
        tried, self._probing = self._probing, False
        if not outcomes:
            return
        if any(outcome.kind not in FAILURES for outcome in outcomes):
            self._close()
            return
        self._failed.update(messages)
        if self._open_until is not None:
            # What was under way when it opened says nothing new.
            if tried:
                self._open(min(self._seconds * 2, LONGEST_SECONDS))
        elif len(self._failed) >= ENOUGH:
            self._open(SHORTEST_SECONDS)

    def _open(self, seconds: float) -> None:
        self._seconds = seconds
        self._open_until = self._clock() + seconds
        log.error("breaker_open", channel=self._channel, seconds=seconds)

    def _close(self) -> None:
        if self._open_until is not None:
            log.info("breaker_closed", channel=self._channel)
        self._failed.clear()
        self._open_until = None
        self._seconds = SHORTEST_SECONDS
