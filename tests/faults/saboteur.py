"""Kills parts of an installation at random points of its work, and starts them again."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import psutil

from api.stack import Stack
from storage.embedded.home import Home
from tests.faults.polling import until

VICTIMS = ("worker", "api", "database", "sandbox")
SPREAD = 0.1
"""Seconds within which a kill follows its point: so it hits the middle of things, not their end."""
AHEAD = 40
"""How far progress may be beyond a point whose kill is yet to come, or all would be over before the last one."""


@dataclass(kw_only=True)
class Saboteur:
    """Kills by SIGKILL.

    Attributes:
        slow_down: gives a new sandbox the faults that the killed one had.
        killed: whom, in order.
    """

    stack: Stack
    rng: Random
    slow_down: Callable[[], Awaitable[None]]
    killed: list[str] = field(default_factory=list)
    _next_point: int | None = None

    async def strike(self, progress: Callable[[], int], points: Sequence[int]) -> None:
        """Kill somebody each time that progress comes to a point; the victims take turns at random."""
        victims = [VICTIMS[place % len(VICTIMS)] for place in range(len(points))]
        self.rng.shuffle(victims)
        for point, victim in zip(sorted(points), victims, strict=True):
            self._next_point = point
            await until(lambda point=point: progress() >= point, seconds=120)
            await asyncio.sleep(self.rng.uniform(0, SPREAD))
            await self._kill(victim)
            self.killed.append(victim)
        self._next_point = None

    def keeps_up_with(self, progress: int) -> bool:
        """Say whether it is about as far as progress is."""
        return self._next_point is None or progress < self._next_point + AHEAD

    async def _kill(self, victim: str) -> None:
        if victim == "database":
            await self._kill_postmaster()
            return
        self.stack.kill(victim)
        start = {
            "worker": self.stack.start_worker,
            "api": self.stack.start_api,
            "sandbox": self.stack.start_sandbox,
        }[victim]
        await asyncio.to_thread(start)
        if victim == "sandbox":
            await self.slow_down()

    async def _kill_postmaster(self) -> None:
        """Kill the server of the development database; its guardian starts the next one."""
        await until(lambda: self._postmaster() is not None)
        postmaster = self._postmaster()
        assert postmaster
        os.kill(postmaster, signal.SIGKILL)
        await until(lambda: not psutil.pid_exists(postmaster))

    def _postmaster(self) -> int | None:
        try:
            line = (Home(self.stack.data_dir).cluster / "postmaster.pid").read_text().partition("\n")[0]
        except FileNotFoundError:
            return None
        return int(line) if line and psutil.pid_exists(int(line)) else None
