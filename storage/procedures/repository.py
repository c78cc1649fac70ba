"""The catalogue: put in as a whole or in parts, in versions of which each can still be read."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from storage.procedures.comparing import (
    Difference,
    Standing,
    compare,
    content_hash,
    digest,
    require_no_shrinkage,
)
from storage.procedures.record import Procedure
from storage.unit_of_work import Reading, UnitOfWork

BATCH = 100
TURN_LOCK = 0x636174616C6F67
"""Any number will do, as long as it is always the same."""

# Who imports at the same time waits for the other's whole import, which is longer than for a row.
_TAKE_TURN = f"SELECT set_config('lock_timeout', '55s', true), pg_advisory_xact_lock({TURN_LOCK})"
_STANDING = "SELECT code, content_hash, removed_in IS NOT NULL FROM procedure"
_VERSION = "SELECT coalesce(max(number), 0) FROM catalogue_version"
_ADD_VERSION = """
INSERT INTO catalogue_version (number, author, source, added, changed, removed, total, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_WRITE = """
WITH given AS (
  SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[])
    AS given (code, name, field, executing_agency, details, content_hash)
), written AS (
  INSERT INTO procedure (code, name, field, executing_agency, details, content_hash, version)
  SELECT given.*, %s FROM given
  ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, field = EXCLUDED.field,
    executing_agency = EXCLUDED.executing_agency, details = EXCLUDED.details, updated_at = now(),
    content_hash = EXCLUDED.content_hash, version = EXCLUDED.version, removed_in = NULL
)
INSERT INTO procedure_revision (code, version, content_hash, record)
SELECT code, %s, content_hash, details FROM given
"""
_REMOVE = """
WITH gone AS (UPDATE procedure SET removed_in = %s, updated_at = now() WHERE code = ANY(%s) RETURNING code)
INSERT INTO procedure_revision (code, version) SELECT code, %s FROM gone
"""
# As text: pydantic reads JSON several times as fast as the driver's objects.
RECORD = """CASE WHEN version > 0 THEN details::text ELSE jsonb_strip_nulls(jsonb_build_object(
  'code', code, 'name', name, 'field', field, 'agency', executing_agency))::text END"""
_ALL = f"SELECT {RECORD}, version FROM procedure WHERE removed_in IS NULL AND version > %s ORDER BY code"
_NOW = f"SELECT {RECORD}, version, removed_in FROM procedure WHERE code = %s"
_THEN = """
SELECT record::text, version,
  (SELECT min(r.version) FROM procedure_revision r
   WHERE r.code = found.code AND r.version > found.version AND r.version <= %(version)s)
FROM procedure_revision found WHERE code = %(code)s AND version <= %(version)s AND record IS NOT NULL
ORDER BY version DESC LIMIT 1
"""
_CHANGES = """
SELECT code, removed_in IS NOT NULL FROM procedure
WHERE CASE WHEN removed_in IS NULL THEN version ELSE removed_in END > %s ORDER BY code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What an import did.

    Attributes:
        version: the version in force after it: a new one where something changed.
        difference: codes added, changed and removed.
        unchanged: how many procedures of the import were there already as they are.
        total: how many procedures the catalogue has after it.
    """

    version: int
    difference: Difference
    unchanged: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A procedure as it is in a version of the catalogue.

    Attributes:
        version: the version in which it came, or came to be as it is.
        removed_in: the version that has it no more; what is shown is the last that it was.
    """

    procedure: Procedure
    version: int
    removed_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of the catalogue since a version: codes of procedures to read anew, and to drop.

    Attributes:
        version: the version in force, to ask from the next time.
    """

    version: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]


async def known_codes(reading: Reading, codes: Collection[str]) -> frozenset[str]:
    """Return those of the short codes that are in the catalogue, or were: dossiers outlive procedures."""
    if not codes:
        return frozenset()
    driver = await reading.driver()
    cursor = await driver.execute("SELECT code FROM procedure WHERE code = ANY(%s)", (list(codes),))
    return frozenset(str(code) for (code,) in await cursor.fetchall())


async def put(
    uow: UnitOfWork,
    procedures: Sequence[Procedure],
    *,
    author: str,
    source: str,
    whole: bool,
    shrink: bool = False,
) -> ImportOutcome:
    """Put procedures in, or replace those that are there; imports at the same time take turns.

    Args:
        uow: committed by the caller; until then, the version before goes on being served.
        procedures: each code once; read twice over, so that they need not all be in memory.
        author: who imports.
        source: where it came from, such as the name of a file.
        whole: this is all of the catalogue: what is not among them is removed.
        shrink: and be it more than 30%.

    Raises:
        CatalogueShrunk: more than 30% would be removed, and `shrink` is not set.
        ValueError: a code stands there twice.
    """
    hashes = {entry.code: content_hash(_record(entry)) for entry in procedures}
    if len(hashes) < len(procedures):
        raise ValueError("a code stands there twice")
    driver = await uow.driver()
    await driver.execute(_TAKE_TURN)
    rows: list[Any] = await (await driver.execute(_STANDING)).fetchall()
    kept = {code: Standing(*standing) for code, *standing in rows}
    difference = compare(kept, hashes, whole=whole)
    after = {code: standing.content_hash for code, standing in kept.items() if not standing.removed}
    if not shrink:
        require_no_shrinkage(difference, present=len(after))
    number = await version(uow)
    for code in difference.removed:
        del after[code]
    after |= hashes
    if difference:
        number += 1
        counts = (len(difference.added), len(difference.changed), len(difference.removed), len(after))
        await driver.execute(_ADD_VERSION, (number, author, source, *counts, digest(after)))
        places = {code: place for place, code in enumerate(hashes)}
        written = [places[code] for code in (*difference.added, *difference.changed)]
        for columns in _columns(written, procedures, hashes):
            await driver.execute(_WRITE, (*columns, number, number))
        await driver.execute(_REMOVE, (number, list(difference.removed), number))
    unchanged = len(hashes) - len(difference.added) - len(difference.changed)
    return ImportOutcome(version=number, difference=difference, unchanged=unchanged, total=len(after))


def _record(procedure: Procedure) -> dict[str, Any]:
    return procedure.model_dump(mode="json", exclude_defaults=True)


def _columns(
    places: Sequence[int], procedures: Sequence[Procedure], hashes: Mapping[str, bytes]
) -> Iterator[list[list[Any]]]:
    """Yield what is written of the procedures at these places, a batch of them in memory at a time."""
    for start in range(0, len(places), BATCH):
        records = [_record(procedures[place]) for place in places[start : start + BATCH]]
        yield [
            *([record.get(name) for record in records] for name in ("code", "name", "field", "agency")),
            [Jsonb(record) for record in records],
            [hashes[record["code"]] for record in records],
        ]


async def version(reading: Reading) -> int:
    """Return the version in force; 0 before the first import."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_VERSION)).fetchone()
    return int(row[0])


async def all_procedures(reading: Reading, *, since: int = -1) -> AsyncIterator[tuple[Procedure, int]]:
    """Yield the procedures in force with their versions, by code, all as they are at one moment.

    With `since`, those alone that came or changed after that version.
    """
    driver = await reading.driver()
    async with driver.cursor("catalogue") as cursor:
        cursor.itersize = BATCH
        await cursor.execute(_ALL, (since,))
        row: Any
        async for row in cursor:
            yield _procedure(row[0]), row[1]


async def get(reading: Reading, code: str, version: int | None = None) -> Kept | None:
    """Return a procedure by its short code, as it is or as it was in a version; none where it was not yet."""
    driver = await reading.driver()
    if version is None:
        cursor = await driver.execute(_NOW, (code,))
    else:
        cursor = await driver.execute(_THEN, {"code": code, "version": version})
    row: Any = await cursor.fetchone()
    return row and Kept(procedure=_procedure(row[0]), version=row[1], removed_in=row[2])


async def changes(reading: Reading, since: int) -> Changes:
    """Return what became of the catalogue since a version; since 0, all of it."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_CHANGES, (since,))).fetchall()
    return Changes(
        version=await version(reading),
        changed=tuple(code for code, removed in rows if not removed),
        removed=tuple(code for code, removed in rows if removed),
    )


def _procedure(record: str) -> Procedure:
    # A newer release may have written what this one does not know.
    return Procedure.model_validate_json(record, extra="ignore")
