"""Empties the database of a run between two tests, for a fraction of what making its files anew costs."""

from typing import LiteralString

import psycopg
from psycopg import sql

from storage.tables import metadata

_NAMES = [table.name for table in reversed(metadata.sorted_tables)]
"""Every table, before those that it refers to."""
_ROOMY_BYTES = 1 << 20
"""A table that takes more has its files made anew: deleted rows would be in the way of whoever comes next."""

_GUARDED = """
SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND tgtype & 8 <> 0
"""
"""Tables of which nothing may be deleted, or not without further ado."""

_SWEEP = """
CREATE OR REPLACE FUNCTION pg_temp.sweep() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE {tables} IN EXCLUSIVE MODE;
  IF EXISTS (
    SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND pg_relation_size(oid) > {roomy}
  ) THEN
    TRUNCATE {tables};
  ELSE
    {deletions}
  END IF;
END $$
"""
_DELETION = "DELETE FROM {table};"
_DELETION_OF_GUARDED = """
IF EXISTS (SELECT FROM {table}) THEN
  ALTER TABLE {table} DISABLE TRIGGER USER;
  DELETE FROM {table};
  ALTER TABLE {table} ENABLE TRIGGER USER;
END IF;
"""


class Broom:
    """A connection that empties every table; it is made when first needed, and anew when it was broken.

    Who still writes is waited for, as whoever truncates would; who only reads is not.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: psycopg.AsyncConnection | None = None

    async def sweep(self) -> None:
        """Empty every table."""
        await self._run("SELECT pg_temp.sweep()")

    async def renew(self) -> None:
        """Empty every table, and make all their files anew."""
        await self._run(sql.SQL("TRUNCATE {}").format(_identifiers()))

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _run(self, statement: LiteralString | sql.Composed) -> None:
        for last in (False, False, True):
            try:
                if self._connection is None:
                    self._connection = await self._connect()
                await self._connection.execute(statement)
            except psycopg.OperationalError:
                # A test ended all connections, or an application of the run wrote in an order of its own.
                await self.close()
                if last:
                    raise
            else:
                return

    async def _connect(self) -> psycopg.AsyncConnection:
        connection = await psycopg.AsyncConnection.connect(
            self._address, autocommit=True, options="-c lock_timeout=10s -c statement_timeout=60s"
        )
        guarded = {name for (name,) in await (await connection.execute(_GUARDED)).fetchall()}
        await connection.execute(_function(guarded))
        return connection


def _function(guarded: set[str]) -> sql.Composed:
    """Write the function that empties; kept by the server with its plans, it costs little to call."""
    deletions = [
        sql.SQL(_DELETION_OF_GUARDED if name in guarded else _DELETION).format(table=sql.Identifier(name))
        for name in _NAMES
    ]
    return sql.SQL(_SWEEP).format(
        tables=_identifiers(), roomy=sql.Literal(_ROOMY_BYTES), deletions=sql.SQL("\n").join(deletions)
    )


def _identifiers() -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, _NAMES))
