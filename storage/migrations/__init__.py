"""Migrations of the database, run by Alembic from our own command rather than from an ini file.

Every migration must be forward-safe: the previous release keeps working on the new schema.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from storage.engine import libpq_url, sqlalchemy_url
from storage.errors import SettingsError

# Any number will do, as long as it is always the same: two processes that migrate at once take turns.
MIGRATION_LOCK = 0x74696E64616E
TURN_SECONDS = 0.1
OLDEST_SERVER = 15


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`. Does nothing where it is there already.

    Raises SettingsError where the database is none that we can work on.
    """
    _require_fit(database_url)
    with _config(database_url) as config:
        command.upgrade(config, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the schema back to `revision` (development and tests)."""
    with _config(database_url) as config:
        command.downgrade(config, revision)


def check(database_url: str) -> None:
    """Raise alembic.util.CommandError when the models and the migrations disagree."""
    with _config(database_url) as config:
        command.check(config)


def revise(database_url: str, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    with _config(database_url) as config:
        command.revision(config, message=message, autogenerate=True)


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
