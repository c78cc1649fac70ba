"""The versions of the catalogue, and what a procedure was in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.procedures.comparing import Difference
from storage.procedures.record import Procedure
from storage.unit_of_work import Reading

_COLUMNS = "number, imported_at, author, source, added, changed, removed, total, digest"
_NAMES = tuple(_COLUMNS.split(", "))
_VERSIONS = f"""
SELECT {_COLUMNS} FROM catalogue_version WHERE number < coalesce(%s, 2147483647)
ORDER BY number DESC LIMIT %s
"""
_HISTORY = f"""
SELECT r.record IS NULL, {_COLUMNS} FROM procedure_revision r JOIN catalogue_version ON number = r.version
WHERE r.code = %s ORDER BY r.version DESC
"""
_DIFFERENCE = """
WITH states AS (
  SELECT at, code, content_hash FROM unnest(ARRAY['before', 'after'], %s::int[]) AS asked (at, version)
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (code) code, content_hash FROM procedure_revision r
    WHERE r.version <= asked.version ORDER BY code, r.version DESC
  ) state WHERE content_hash IS NOT NULL
)
SELECT coalesce(b.code, a.code) AS code,
  CASE WHEN b.code IS NULL THEN 'added' WHEN a.code IS NULL THEN 'removed' ELSE 'changed' END
FROM (SELECT * FROM states WHERE at = 'before') b
FULL JOIN (SELECT * FROM states WHERE at = 'after') a ON a.code = b.code
WHERE b.content_hash IS DISTINCT FROM a.content_hash ORDER BY 1
"""
_RECORDS = """
SELECT DISTINCT ON (code) record::text FROM procedure_revision
WHERE code = ANY(%s) AND version <= %s AND record IS NOT NULL ORDER BY code, version DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An import that changed something: who brought what, from where, and how much of it."""

    number: int
    imported_at: datetime
    author: str
    source: str
    added: int
    changed: int
    removed: int
    total: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A version in which a procedure came, changed, or (`removed`) went."""

    version: Version
    removed: bool


async def versions(reading: Reading, *, limit: int = 50, before: int | None = None) -> list[Version]:
    """Return versions, the one in force first; with `before`, those older than that."""
    driver = await reading.driver()
    rows = await (await driver.execute(_VERSIONS.encode(), (before, limit))).fetchall()
    return [_version(row) for row in rows]


async def history(reading: Reading, code: str) -> list[Revision]:
    """Return what became of a procedure, by its short code, the last first."""
    driver = await reading.driver()
    rows = await (await driver.execute(_HISTORY.encode(), (code,))).fetchall()
    return [Revision(version=_version(row[1:]), removed=bool(row[0])) for row in rows]


async def difference(reading: Reading, before: int, after: int) -> Difference:
    """Return what is other in a version than in an older or newer one; 0 is the empty catalogue."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_DIFFERENCE, ([before, after],))).fetchall()
    by_kind = {
        kind: tuple(code for code, found in rows if found == kind) for kind in ("added", "changed", "removed")
    }
    return Difference(**by_kind)


async def records(reading: Reading, codes: Sequence[str], version: int) -> dict[str, Procedure]:
    """Return procedures by their short codes as they were in a version, or last before it."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_RECORDS, (list(codes), version))).fetchall()
    found = [Procedure.model_validate_json(record, extra="ignore") for (record,) in rows]
    return {procedure.code: procedure for procedure in found}


def _version(row: Any) -> Version:
    return Version(**dict(zip(_NAMES, row, strict=True)))
