"""Doing no more than so much a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pace:
    """Makes whoever reads wait, so that it reads no more than so many bytes a second in the long run.

    Args:
        rate: bytes a second; as fast as it goes unless it is given.
        clock: seconds, ascending.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        rate: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._free_at = clock()

    async def spend(self, size: int) -> None:
        """Note that so many bytes were read, and wait until that was not too fast."""
        if self._rate is None:
            return
        now = self._clock()
        self._free_at = max(now, self._free_at) + size / self._rate
        await self._sleep(self._free_at - now)
