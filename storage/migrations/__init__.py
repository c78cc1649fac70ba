"""Migrations of the database, run by Alembic from our own command rather than from an ini file.

Every migration must be forward-safe: the previous release keeps working on the new schema. It must also be
one that can be begun anew: a statement that waits too long for a table is given up, as everybody who comes
after it would wait behind it, and the migration is tried again when they have had their turn.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import structlog
from alembic import command
from alembic.config import Config
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage.engine import libpq_url, sqlalchemy_url
from storage.errors import SettingsError, StorageError

log = structlog.get_logger(__name__)

# Any number will do, as long as it is always the same: two processes that migrate at once take turns.
MIGRATION_LOCK = 0x74696E64616E
TURN_SECONDS = 0.1
OLDEST_SERVER = 15
_LONG: dict[str, Any] = {"least": "10 seconds"}
_OTHERS = """
SELECT pid, application_name, extract(epoch FROM now() - xact_start)::int AS seconds FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND xact_start < now() - CAST(:least AS interval)
ORDER BY xact_start LIMIT 5
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a migration waits for a table that others use.

    Attributes:
        lock_seconds: for one try. For so long everybody else waits behind it.
        rest_seconds: between two tries, in which they go on.
        tries: after which it is given up: somebody holds the table, and has to be asked.
    """

    lock_seconds: float = 3.0
    rest_seconds: float = 7.0
    tries: int = 60


class TableHeldError(StorageError):
    """Others hold a table that a migration has to change; what was done before it stays done."""


def upgrade(database_url: str, revision: str = "head", patience: Patience = Patience()) -> None:
    """Bring the schema up to `revision`. Does nothing where it is there already.

    Raises:
        SettingsError: the database is none that we can work on.
        TableHeldError: a table could not be had for as long as there is patience.
    """
    _require_fit(database_url)
    _patiently(database_url, patience, lambda config: command.upgrade(config, revision))


def downgrade(database_url: str, revision: str, patience: Patience = Patience()) -> None:
    """Take the schema back to `revision` (development and tests). Raises TableHeldError."""
    _patiently(database_url, patience, lambda config: command.downgrade(config, revision))


def check(database_url: str) -> None:
    """Raise alembic.util.CommandError when the models and the migrations disagree."""
    with _config(database_url) as config:
        command.check(config)


def revise(database_url: str, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    with _config(database_url) as config:
        command.revision(config, message=message, autogenerate=True)


def _patiently(database_url: str, patience: Patience, work: Callable[[Config], None]) -> None:
    """Work until no table is held by others, with rests between; each migration is whole or was not begun."""
    for left in reversed(range(patience.tries)):
        with _config(database_url) as config:
            connection: Connection = config.attributes["connection"]
            listener = _limit(patience.lock_seconds)
            event.listen(connection, "begin", listener)
            try:
                work(config)
            except OperationalError as error:
                if not isinstance(error.orig, (LockNotAvailable, DeadlockDetected)):
                    raise
                connection.rollback()
                others = _others(connection)
                log.warning("migration_waits", tries_left=left, others=others)
                if not left:
                    raise TableHeldError(f"others hold a table; transactions under way: {others}") from error
            else:
                return
            finally:
                event.remove(connection, "begin", listener)
        time.sleep(patience.rest_seconds)


def _limit(seconds: float) -> Callable[[Connection], None]:
    """Return what limits, in each transaction, how long a lock is waited for.

    An index that is made concurrently stands in no transaction: it may wait for as long as it takes, as
    nobody waits behind it.
    """

    def limit(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if not driver.autocommit:
            driver.execute(f"SET LOCAL lock_timeout = {int(seconds * 1000)}")

    return limit


def _others(connection: Connection) -> list[str]:
    """Return who has been in a transaction for long, by process, name of the application and seconds."""
    rows = connection.execute(text(_OTHERS), _LONG).all()
    connection.rollback()
    return [f"{pid} {name or '-'} {seconds}s" for pid, name, seconds in rows]


def _require_fit(database_url: str) -> None:
    with psycopg.connect(libpq_url(database_url)) as connection:
        told = connection.info
        version, encoding = told.server_version // 10_000, told.parameter_status("server_encoding")
    if version < OLDEST_SERVER:
        raise SettingsError(
            f"DATABASE_URL names a PostgreSQL {version}; {OLDEST_SERVER} is the oldest that will do"
        )
    if encoding != "UTF8":
        raise SettingsError(
            f"DATABASE_URL names a database in {encoding}; it must be in UTF8. "
            "Make one with: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
        )


@contextmanager
def _config(database_url: str) -> Iterator[Config]:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection, _alone(connection):
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        yield config
    engine.dispose()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    key: dict[str, Any] = {"key": MIGRATION_LOCK}
    # Asking again and again: who waits in a statement keeps its snapshot, for the end of which an index that
    # is made concurrently would wait in turn.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
        connection.rollback()
        time.sleep(TURN_SECONDS)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        connection.commit()
