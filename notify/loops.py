"""Running the engine's parts over and over until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.engine import UNAVAILABLE

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
"""How long a loop rests that found nothing and got no hint."""


class Bell:
    """Wakes every loop that waits on it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake them."""
        for event in self._waiting:
            event.set()

    def listener(self) -> asyncio.Event:
        """Return an event of the caller's own that each ring sets."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event


async def run_until_stopped(
    name: str, run_once: Callable[[], Awaitable[int]], bell: Bell, stop: asyncio.Event
) -> None:
    """Call `run_once` again at once while it finds work, and else on a ring, or after a second.

    A database that is away is waited for; any other error is a fault of the program: it is logged whole,
    and the loop goes on, since one bad row must not silence a country.
    """
    heard = bell.listener()
    while not stop.is_set():
        heard.clear()
        found = await _guarded(name, run_once)
        if not found:
            await _rest(heard, stop)


async def _guarded(name: str, run_once: Callable[[], Awaitable[int]]) -> int:
    try:
        return await run_once()
    except UNAVAILABLE as error:
        log.warning("database_unavailable", loop=name, error=type(error).__name__)
    except Exception:
        log.exception("loop_failed", loop=name)
    await asyncio.sleep(POLL_SECONDS)
    return 0


async def _rest(heard: asyncio.Event, stop: asyncio.Event) -> None:
    waits = [asyncio.create_task(heard.wait()), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
