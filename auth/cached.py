"""A value from elsewhere that is fetched when needed, kept for a while, and not fetched too often."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """One value of one process. Those who need it at once share one fetch and its outcome.

    Args:
        fetch: gets the value; what it raises reaches everyone who waits for it.
        life: seconds for which a value is good.
        pause: least seconds between a fetch and one that somebody asks for early.
        now: seconds, ascending.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[T]],
        *,
        life: float,
        pause: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._life = life
        self._pause = pause
        self._now = now
        self._tried_at = float("-inf")
        self._kept: tuple[float, T] | None = None
        self._flight: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """Return the value, fetched anew where its life is over."""
        if self._kept is not None and self._now() - self._kept[0] < self._life:
            return self._kept[1]
        return await self._fetched()

    async def renew(self) -> T:
        """Return the value, fetched anew unless the last try is too recent."""
        if self._now() - self._tried_at < self._pause:
            return await self.get()
        return await self._fetched()

    async def _fetched(self) -> T:
        if self._flight is None or self._flight.done():
            self._tried_at = self._now()
            self._flight = asyncio.create_task(self._load())
        # Shielded: one caller who leaves must not take the value from the others.
        return await asyncio.shield(self._flight)

    async def _load(self) -> T:
        value = await self._fetch()
        self._kept = (self._now(), value)
        return value
