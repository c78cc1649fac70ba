"""What reaches the database while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

_RECORD: ContextVar[list[str] | None] = ContextVar("_RECORD", default=None)
"""Of the block alone: what the process does beside it, in tasks begun earlier, is not its doing."""


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Collect the statements of a block, by SQLAlchemy's hand or ours."""
    plain = psycopg.AsyncCursor.execute

    async def execute(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        record = _RECORD.get()
        if record is not None:
            record.append(str(query))
        return await plain(cursor, query, *args, **kwargs)

    statements: list[str] = []
    token = _RECORD.set(statements)
    psycopg.AsyncCursor.execute = execute  # type: ignore[assignment,method-assign] # put back below
    try:
        yield statements
    finally:
        psycopg.AsyncCursor.execute = plain  # type: ignore[method-assign] # as it was
        _RECORD.reset(token)
