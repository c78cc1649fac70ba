"""Leaving a provider in peace."""

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog

from notify.outcomes import PAUSE
from notify.ports import Outcome, OutcomeKind

log = structlog.get_logger(__name__)

SHORTEST = timedelta(seconds=1)
"""How long a channel rests whose provider throttles and names no time."""

LONGEST = timedelta(minutes=5)
"""The longest rest; what was throttled waits as long as it was told to, but the channel looks again."""


class Rest:
    """How long a channel sends nothing, because its provider throttles it or its account is at fault.

    All dispatchers of a channel in one process share it: what the provider tells one, it tells them all.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._until = 0.0

    @property
    def seconds(self) -> float:
        """Seconds that are left of it."""
        return max(0.0, self._until - time.monotonic())

    def heed(self, outcomes: Sequence[Outcome]) -> None:
        """Rest if the provider asked for it; a fault of the account or the settings is an alarm."""
        asked = sorted(_asked(outcome) for outcome in outcomes)
        # The median: a provider that throttles one phone has nothing against the others.
        rest = min(asked[len(asked) // 2] if asked else timedelta(0), LONGEST).total_seconds()
        if rest > self.seconds:
            self._until = time.monotonic() + rest
            log.warning("channel_rests", channel=self._channel, seconds=rest)
        broken = [outcome.code for outcome in outcomes if outcome.kind is OutcomeKind.MISCONFIGURED]
        if broken:
            log.error("channel_misconfigured", channel=self._channel, code=broken[0])


def _asked(outcome: Outcome) -> timedelta:
    if outcome.kind is OutcomeKind.MISCONFIGURED:
        return PAUSE
    if outcome.kind is OutcomeKind.THROTTLED:
        return outcome.retry_after or SHORTEST
    return timedelta(0)
