"""What reaches the database while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Collect the statements of a block, by SQLAlchemy's hand or ours."""
    plain = psycopg.AsyncCursor.execute
    statements: list[str] = []

    async def execute(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        statements.append(str(query))
        return await plain(cursor, query, *args, **kwargs)

    psycopg.AsyncCursor.execute = execute  # type: ignore[assignment,method-assign] # put back below
    try:
        yield statements
    finally:
        psycopg.AsyncCursor.execute = plain  # type: ignore[method-assign] # as it was
