"""Versions of the routing: added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from storage.unit_of_work import ContentionError, Reading, UnitOfWork

_COLUMNS = "version, body, author, note, created_at"
_LATEST = f"""
SELECT {_COLUMNS} FROM routing_version WHERE version > %s AND version < coalesce(%s, 2147483647)
ORDER BY version DESC LIMIT 1
"""
_ONE = f"SELECT {_COLUMNS} FROM routing_version WHERE version = %s"
_ALL = f"SELECT {_COLUMNS} FROM routing_version ORDER BY version DESC LIMIT %s"
_ADD = """
INSERT INTO routing_version (version, body, author, note)
SELECT coalesce(max(version), 0) + 1, %s, %s, %s FROM routing_version
HAVING coalesce(max(version), 0) = %s
ON CONFLICT (version) DO NOTHING RETURNING version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRouting:
    """One version: what was set, by whom, why and when."""

    version: int
    body: Mapping[str, Any]
    author: str
    note: str
    created_at: datetime


async def latest(
    reading: Reading, *, newer_than: int = 0, older_than: int | None = None
) -> KeptRouting | None:
    """Return the version in force, if it is newer than that; none while nobody has set one.

    With `older_than`, the last one before that version.
    """
    found = await _versions(reading, _LATEST, newer_than, older_than)
    return found[0] if found else None


async def version(reading: Reading, number: int) -> KeptRouting | None:
    """Return one version."""
    found = await _versions(reading, _ONE, number)
    return found[0] if found else None


async def history(reading: Reading, limit: int) -> list[KeptRouting]:
    """Return versions, the one in force first."""
    return await _versions(reading, _ALL, limit)


async def add(uow: UnitOfWork, body: Mapping[str, Any], *, author: str, note: str, after: int) -> int:
    """Put a version in force, and return its number.

    Raises:
        ContentionError: the version in force is not `after` any more: somebody was faster.
    """
    driver = await uow.driver()
    cursor = await driver.execute(_ADD, (Jsonb(body), author, note, after))
    row: Any = await cursor.fetchone()
    if row is None:
        raise ContentionError("the routing was changed meanwhile")
    return int(row[0])


async def _versions(reading: Reading, query: str, *given: int | None) -> list[KeptRouting]:
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(query.encode(), given)).fetchall()
    names = ("version", "body", "author", "note", "created_at")
    return [KeptRouting(**dict(zip(names, row, strict=True))) for row in rows]
