"""Hints between processes that there is something to do. They may be lost: who waits also looks by itself.

A hint goes out after the commit and on a connection of its own: `NOTIFY` inside a transaction makes every
commit take one lock for the whole server, so that commits no longer share a flush of the log.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog

log = structlog.get_logger(__name__)

CHANNEL = "tindan"
QUIET_SECONDS = 0.005
RECONNECT_SECONDS = 1.0


class HintSender:
    """Sends hints, many asked for at once as one."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def send(self) -> None:
        """Ask for a hint to go out soon. Never waits, never fails."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="hint-sender")
        self._wanted.set()

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    while await self._wanted.wait():
                        self._wanted.clear()
                        await connection.execute(f"NOTIFY {CHANNEL}")
                        await asyncio.sleep(QUIET_SECONDS)
            await asyncio.sleep(RECONNECT_SECONDS)


class HintListener:
    """Calls back when a hint comes in, and after every reconnection, as one may have been missed."""

    def __init__(self, database_url: str, on_hint: Callable[[], None]) -> None:
        self._url = database_url
        self._on_hint = on_hint

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._on_hint()
                    async for _ in connection.notifies():
                        self._on_hint()
            except (psycopg.Error, OSError) as error:
                log.warning("hints_lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
