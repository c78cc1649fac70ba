"""What the database says, read when somebody asks, from any thread, and no more often than is of use."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

T = TypeVar("T")
FRESH_SECONDS = 5.0
"""However often it is asked, the database is read no more often than this."""
PATIENCE_SECONDS = 5.0
"""How long a scrape waits for the database."""


class FreshRead(Generic[T]):
    """Holds what was read last.

    Args:
        read: reads it, from any thread; it may fail.
        clock: seconds that never go back.
    """

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._found: T | None = None

    def current(self) -> T | None:
        """Return it as of a few seconds ago at most; nothing where it could not be read."""
        with self._lock:
            if self._clock() - self._read_at >= FRESH_SECONDS:
                self._found = self._try_read()
                self._read_at = self._clock()
            return self._found

    def _try_read(self) -> T | None:
        try:
            return self._read()
        except Exception as error:  # noqa: BLE001 - whatever it is, what the process counts must be served
            log.warning("gauges_not_read", error=type(error).__name__)
            return None


def reader(open_reading: Callable[[], Reading], query: Callable[[Reading], Awaitable[T]]) -> Callable[[], T]:
    """Return what asks a query in the loop that runs now, and may be called from any other thread.

    It raises TimeoutError when the database takes too long.
    """
    loop = asyncio.get_running_loop()

    async def read() -> T:
        async with asyncio.timeout(PATIENCE_SECONDS), open_reading() as reading:
            return await query(reading)

    return lambda: asyncio.run_coroutine_threadsafe(read(), loop).result(PATIENCE_SECONDS + 1)
