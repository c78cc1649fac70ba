"""Holding on to what is being sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.deliveries import repository
from storage.deliveries.claiming import Claimed
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=28)
"""How long a claim holds. A worker that dies delays what it held by this and a poll: by half a minute."""
SHARE = 3
"""A claim is no larger than can be sent in a third of the lease, and is renewed every third of it."""


class Lease:
    """A claim on some rows, renewed in the background while they are sent.

    The end is counted from before the claim was asked for, so it is never later than the database's.
    """

    def __init__(self, open_unit: Callable[[], UnitOfWork], length: timedelta = LEASE) -> None:
        self._open_unit = open_unit
        self._length = length
        self._until = time.monotonic() + length.total_seconds()

    def covers(self, duration: timedelta) -> bool:
        """Whether a send that takes at most `duration` would end within the lease."""
        return time.monotonic() + duration.total_seconds() < self._until

    @asynccontextmanager
    async def kept(self, rows: Sequence[Claimed]) -> AsyncIterator[None]:
        """Renew the lease on these rows until the block ends."""
        keeper = asyncio.create_task(self._keep(rows))
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _keep(self, rows: Sequence[Claimed]) -> None:
        while True:
            await asyncio.sleep(self._length.total_seconds() / SHARE)
            asked_at = time.monotonic()
            try:
                async with self._open_unit() as uow:
                    held = [(row.id, row.attempt) for row in rows]
                    still = await repository.renew(uow, held, self._length)
                    await uow.commit()
            except (SQLAlchemyError, psycopg.Error, OSError) as error:
                log.warning("lease_not_renewed", error=type(error).__name__)
                continue
            if len(still) == len(rows):
                self._until = asked_at + self._length.total_seconds()
