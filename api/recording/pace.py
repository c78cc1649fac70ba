"""How fast a client may tell: so many events a second, and so many at once, over all processes together.

A bucket that all share is a row in the database, and asking it for every event would cost more than many an
event. So a process takes some events' worth from it ahead, and gives that out by itself: a push pays a
statement once in a while. What one client uses up is no other's.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from api.limits import Limit, Spent
from api.problems import Problem
from storage.agencies import clients
from storage.agencies.clients import EventLimit
from storage.limits import repository
from storage.limits.repository import CALLERS, Spending
from storage.unit_of_work import UnitOfWork

AHEAD_SECONDS, AHEAD_SHARE = 0.5, 0.05
"""How much a process takes ahead: what comes in this time, and never over this share of a full bucket."""
MOST_CLIENTS = 10_000
POLICY = "events"


@dataclass(slots=True)
class _Pace:
    """What this process holds for a client, and at most how full the bucket was when it was last seen."""

    limit: EventLimit
    held: int = 0
    level: float = math.inf
    seen_at: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def cost(self, events: int) -> int:
        """What so many events take: a batch of more than may ever come at once takes all that there is."""
        return min(events, self.limit.burst)

    def left(self, now: float) -> float:
        """At most how many events there are to be had: nothing but time fills the bucket."""
        grown = self.level + self.limit.rate * (now - self.seen_at)
        return self.held + min(grown, self.limit.burst)

    def spent(self, now: float, *, granted: bool) -> Spent:
        """Say how many are left, for the headers."""
        # What was taken ahead, and what has come back since, may be more than the bucket holds.
        left = min(self.left(now), self.limit.burst)
        limit = Limit(name=POLICY, burst=self.limit.burst, every=timedelta(seconds=1 / self.limit.rate))
        return Spent(limit=limit, spending=Spending(granted=granted, left=left))

    def refusal(self, now: float, cost: int) -> Problem:
        """Say when so many events may be told again."""
        seconds = max(1, math.ceil((cost - self.left(now)) / self.limit.rate))
        headers = self.spent(now, granted=False).headers() | {"retry-after": str(seconds)}
        return Problem("too-many-events", 429, headers=headers, seconds=seconds)


class Paces:
    """Holds the clients of one process to their limits.

    Args:
        open_unit: opens a unit of work of its own, for as long as it takes to ask the shared bucket.
        usual: for clients without limits of their own.
        now: seconds, ascending.
    """

    def __init__(
        self,
        open_unit: Callable[[], UnitOfWork],
        usual: EventLimit,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_unit = open_unit
        self._usual = usual
        self._now = now
        self._paces: dict[str, _Pace] = {}

    def require_any(self, client_id: str) -> None:
        """Refuse a client that may tell nothing now, before its request is read. Raises Problem (429)."""
        pace, now = self._paces.get(client_id), self._now()
        if pace is not None and pace.left(now) < 1:
            raise pace.refusal(now, 1)

    async def spend(self, client_id: str, events: int) -> Spent:
        """Let a client tell so many events, all or none; return what is left.

        Raises:
            Problem: 429, with the seconds after which it may be tried again.
        """
        pace = self._pace(client_id)
        if pace.held < pace.cost(events):
            async with pace.turn:
                if pace.held < pace.cost(events) <= pace.left(self._now()):
                    await self._fill(client_id, pace, events)
                if pace.held < pace.cost(events):
                    raise pace.refusal(self._now(), pace.cost(events))
        pace.held -= pace.cost(events)
        return pace.spent(self._now(), granted=True)

    def _pace(self, client_id: str) -> _Pace:
        if client_id not in self._paces:
            if len(self._paces) >= MOST_CLIENTS:
                self._paces.pop(next(iter(self._paces)))
            self._paces[client_id] = _Pace(limit=self._usual)
        return self._paces[client_id]

    async def _fill(self, client_id: str, pace: _Pace, events: int) -> None:
        """Take what is missing from the shared bucket, and some ahead; nothing where that is not there."""
        async with self._open_unit() as uow:
            pace.limit = await clients.event_limit(uow, client_id, usual=self._usual)
            name = f"{CALLERS}{POLICY}:{client_id}"
            rate, burst = pace.limit.rate, pace.limit.burst
            level = await repository.available(uow, name, rate=rate, burst=burst)
            missing = pace.cost(events) - pace.held
            ahead = int(min(rate * AHEAD_SECONDS, burst * AHEAD_SHARE))
            taken = min(int(level), missing + ahead) if level >= missing else 0
            await repository.take(uow, name, taken)
            await uow.commit()
        pace.held, pace.level, pace.seen_at = pace.held + taken, level - taken, self._now()
