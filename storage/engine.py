"""The one engine of a process: psycopg 3, asynchronous, under SQLAlchemy."""

import time
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.hints import HintSender
from storage.settings import StorageSettings

SESSION_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
)

DEMOTED = psycopg.errors.ReadOnlySqlTransaction
"""What is raised by a former primary that other connections still take for one."""
UNAVAILABLE = (psycopg.OperationalError, OperationalError, PoolTimeoutError, OSError, DEMOTED)
"""What is raised while the database is away or too busy: nothing is wrong with what was asked of it."""


def sqlalchemy_url(database_url: str) -> URL:
    """Turn any PostgreSQL address into one that names the psycopg driver."""
    return make_url(database_url).set(drivername="postgresql+psycopg")


def libpq_url(database_url: str) -> str:
    """Turn an address of either kind into one that libpq and psycopg read."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


class Engine:
    """A pool of connections that forgets all its old ones once one of them proves broken.

    A server that restarts breaks every pooled connection at once; without this each would fail one
    request before it is replaced, and a ping before every use would cost each request a round trip.
    A statement that waits for a lock for over 10 s, or runs for over 60 s, fails: no transaction on
    the primary may hold back clean-up for longer.
    """

    def __init__(self, settings: StorageSettings) -> None:
        self.pool: AsyncEngine = create_async_engine(
            sqlalchemy_url(settings.require_database_url()),
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_recycle=1800,
            connect_args={"options": SESSION_OPTIONS, "prepare_threshold": 2, "connect_timeout": 10},
        )
        self.hints = HintSender(libpq_url(settings.require_database_url()))
        self._broken_at = 0.0
        event.listen(self.pool.sync_engine, "connect", self._stamp)
        event.listen(self.pool.sync_engine, "checkout", self._refuse_stale)

    def mark_broken(self) -> None:
        """Note that a connection broke: those made before now are replaced at their next use."""
        self._broken_at = time.monotonic()

    async def dispose(self) -> None:
        """Close every connection."""
        await self.hints.close()
        await self.pool.dispose()

    def _stamp(self, _connection: Any, record: Any) -> None:
        record.info["made_at"] = time.monotonic()

    def _refuse_stale(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["made_at"] <= self._broken_at:
            raise DisconnectionError("made before the server went away")
