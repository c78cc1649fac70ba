"""The bare SQL of a batch: rows that our API wrote, put into another database just as they are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg import sql

from infra.bench.place import Place

# What a batch writes, in an order that foreign keys allow, and how its rows are known.
NEW_SINCE = {
    "party": "created_at >= %s",
    "party_key": "party_id IN (SELECT id FROM party WHERE created_at >= %s)",
    "dossier": "heard_at >= %s",
    "event_receipt": "created_at >= %s",
    "dossier_event": "recorded_at >= %s",
    "contact": "created_at >= %s",
    "notification": "created_at >= %s",
}
KEPT_BY_UPDATES = {"id", "code", "party_id", "procedure_code"}

# Without arrays: they do not go through unnest, and a push writes none.
_COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND atttypid <> 'xid8'::regtype
  AND typcategory <> 'A'
ORDER BY attnum
"""

Connection = psycopg.Connection[Any]
Values = Sequence[Sequence[object]]
"""The values of some rows, column by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and its columns, as (name, type)."""

    name: str
    columns: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, connection: Connection, name: str) -> Self:
        """Look a table up."""
        return cls(name=name, columns=connection.execute(_COLUMNS, (name,)).fetchall())

    def read(self, connection: Connection, since: object) -> Values:
        """Read the rows written since; JSON as text, so that nothing need be said anew."""
        wanted = sql.SQL(", ").join(
            sql.SQL("{}::text" if kind == "jsonb" else "{}").format(sql.Identifier(column))
            for column, kind in self.columns
        )
        query = sql.SQL("SELECT {} FROM {} WHERE ").format(wanted, sql.Identifier(self.name))
        rows = connection.execute(query + sql.SQL(NEW_SINCE[self.name]), (since,), binary=True).fetchall()
        return list(zip(*rows, strict=True))

    def insertion(self) -> sql.Composed:
        """Return the statement that inserts rows."""
        return sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(
            sql.Identifier(self.name), self._names(), self._given()
        )

    def update(self) -> sql.Composed:
        """Return the statement that updates rows, found by id."""
        changes = [
            sql.SQL("{0} = g.{0}").format(sql.Identifier(column))
            for column, _ in self.columns
            if column not in KEPT_BY_UPDATES
        ]
        return sql.SQL("UPDATE {} t SET {} FROM unnest({}) AS g({}) WHERE t.id = g.id").format(
            sql.Identifier(self.name), sql.SQL(", ").join(changes), self._given(), self._names()
        )

    def _names(self) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(column) for column, _ in self.columns)

    def _given(self) -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL(f"%b::{kind}[]") for _, kind in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedRows:
    """Takes what was written to one database since a moment, and writes it to the other."""

    source: Connection
    sink: Connection
    tables: Sequence[Table]

    @classmethod
    @contextmanager
    def between(cls, source: Place, sink: Place) -> Iterator[Self]:
        """Connect to both."""
        with source.connect() as a, sink.connect() as b:
            a.autocommit = True
            yield cls(source=a, sink=b, tables=[Table.of(b, name) for name in NEW_SINCE])

    def now(self) -> object:
        """Return the source's time."""
        return self.source.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index] # one row

    def read(self, since: object) -> list[tuple[sql.Composed, Values]]:
        """Return the statements and values by which the other database comes to the same rows."""
        known = self._known(since)
        statements = []
        for table in self.tables:
            values = table.read(self.source, since)
            if values:
                update = known and table.name == "dossier"
                statements.append((table.update() if update else table.insertion(), values))
        return statements

    def write(self, statements: Sequence[tuple[sql.Composed, Values]]) -> None:
        """Write them, with one commit."""
        for statement, values in statements:
            self.sink.execute(statement, [list(column) for column in values])
        self.sink.commit()

    def _known(self, since: object) -> bool:
        """Whether the dossiers written since were there before."""
        query = "SELECT EXISTS (SELECT FROM party WHERE created_at >= %s)"
        return not self.source.execute(query, (since,)).fetchone()[0]  # type: ignore[index] # one row
