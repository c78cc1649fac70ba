"""How much a channel may send now: what its provider asked for, whether it answers, and the agreed rate."""

import asyncio
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from notify.breaker import Breaker
from notify.ports import Outcome
from notify.rates import Rate
from notify.rests import Rest
from storage.limits import repository as limits
from storage.unit_of_work import UnitOfWork


class Valve:
    """What all dispatchers of a channel in one process share.

    Attributes:
        turn: held by the one that words its messages. Without it they fall into step: all wait for the
            database at once, and then all for the one interpreter.
    """

    def __init__(
        self, channel: str, rate: Rate | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.channel = channel
        self.rest = Rest(channel)
        self.breaker = Breaker(channel, clock)
        self.turn = asyncio.Lock()
        self._rate = rate

    def admit(self, wanted: int) -> int:
        """Say how many messages may be claimed, as far as this process knows.

        Where it is more than none, `heed` or `close` must follow.
        """
        return 0 if self.rest.seconds else self.breaker.admit(wanted)

    async def grant(self, uow: UnitOfWork, wanted: int) -> int:
        """Say how many of these all workers allow together; the next to ask waits for this transaction."""
        if self._rate is None:
            return wanted
        tokens = await limits.available(uow, self.channel, rate=self._rate.per_second, burst=self._rate.burst)
        return min(wanted, int(tokens))

    async def take(self, uow: UnitOfWork, count: int) -> None:
        """Count messages that are about to be sent."""
        if self._rate is not None and count:
            await limits.take(uow, self.channel, count)

    def close(self) -> None:
        """Note that nothing was sent."""
        self.breaker.release()

    def heed(self, messages: Sequence[UUID], outcomes: Sequence[Outcome]) -> None:
        """Learn from what came of these messages."""
        self.rest.heed(outcomes)
        self.breaker.heed(messages, outcomes)
