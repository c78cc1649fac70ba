"""Tells a process which sessions have ended of late, so that it need not ask for each request."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog

log = structlog.get_logger(__name__)
LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
OVERLAP = timedelta(seconds=90)
"""What a look sees again of the one before: a transaction may take a minute, and clocks differ."""

_ENDED = "SELECT id FROM session WHERE revoked_at > now() - %s"


class EndedWatch:
    """Looks every two seconds, on a connection of its own: a busy pool does not keep it from it.

    Args:
        database_url: of libpq's form.
        on_found: is given the ids, those of the last 90 seconds again and again.
        reach: how far back the first look goes.
    """

    def __init__(
        self, database_url: str, on_found: Callable[[Sequence[UUID]], None], *, reach: timedelta
    ) -> None:
        self._url = database_url
        self._on_found = on_found
        self._reach = reach
        self._looked_at: float | None = None

    async def run(self) -> None:
        """Look until cancelled. While the database is away nothing is found, which is logged."""
        while True:
            try:
                async with await self._connected() as connection:
                    while True:
                        async with asyncio.timeout(PATIENCE_SECONDS):
                            await self._look(connection)
                        await asyncio.sleep(LOOK_SECONDS)
            except (psycopg.Error, OSError) as error:
                log.warning("ended_sessions_not_seen", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _connected(self) -> psycopg.AsyncConnection[tuple[UUID]]:
        return await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=int(PATIENCE_SECONDS)
        )

    async def _look(self, connection: psycopg.AsyncConnection[tuple[UUID]]) -> None:
        at = time.monotonic()
        since = None if self._looked_at is None else timedelta(seconds=at - self._looked_at)
        reach = self._reach if since is None else min(since, self._reach)
        rows = await (await connection.execute(_ENDED, (reach + OVERLAP,))).fetchall()
        self._on_found([session_id for (session_id,) in rows])
        self._looked_at = at
