"""Versions of the administrative units: added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from storage.procedures.comparing import content_hash
from storage.unit_of_work import Reading, UnitOfWork
from storage.units.comparing import require_no_shrinkage
from storage.units.record import Units

TURN_LOCK = 0x756E697473
"""Any number will do, as long as it is always the same."""

_COLUMNS = "number, imported_at, author, source, provinces, communes, former"
_NAMES = tuple(_COLUMNS.split(", "))
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({TURN_LOCK})"
_VERSION = "SELECT coalesce(max(number), 0) FROM unit_version"
_LATEST = "SELECT body::text FROM unit_version ORDER BY number DESC LIMIT 1"
_LATEST_DIGEST = "SELECT number, digest FROM unit_version ORDER BY number DESC LIMIT 1"
_VERSIONS = f"SELECT {_COLUMNS} FROM unit_version ORDER BY number DESC LIMIT %s"
_ADD = """
INSERT INTO unit_version (number, author, source, provinces, communes, former, digest, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsVersion:
    """One version: who brought what from where, and how many units it has."""

    number: int
    imported_at: datetime
    author: str
    source: str
    provinces: int
    communes: int
    former: int


async def put(uow: UnitOfWork, units: Units, *, author: str, source: str, shrink: bool = False) -> int:
    """Put units in force, and return the number of their version: the one before where nothing differs.

    Args:
        uow: committed by the caller; until then, the version before goes on being served.
        units: all of them.
        author: who imports.
        source: where they came from, such as the name of a file.
        shrink: even if more than 30% of the provinces, of the communes or of the map are not among them.

    Raises:
        UnitsShrunk: they are not, and `shrink` is not set.
    """
    body = units.model_dump(mode="json", exclude_defaults=True)
    digest = content_hash(body)
    driver = await uow.driver()
    await driver.execute(_TAKE_TURN)
    row: Any = await (await driver.execute(_LATEST_DIGEST)).fetchone()
    number, kept = row or (0, None)
    if digest == kept:
        return int(number)
    if not shrink:
        require_no_shrinkage(await load(uow), units)
    counts: Sequence[int] = (len(units.provinces), len(units.communes), len(units.former))
    await driver.execute(_ADD, (number + 1, author, source, *counts, digest, Jsonb(body)))
    return int(number) + 1


async def version(reading: Reading) -> int:
    """Return the number of the version in force; 0 before the first."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_VERSION)).fetchone()
    return int(row[0])


async def load(reading: Reading) -> Units:
    """Return the units in force; none at all before the first import."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_LATEST)).fetchone()
    return Units.model_validate_json(row[0]) if row else Units()


async def load_to_change(uow: UnitOfWork) -> Units:
    """Return the units in force, which nobody else replaces until the commit."""
    await (await uow.driver()).execute(_TAKE_TURN)
    return await load(uow)


async def versions(reading: Reading, *, limit: int = 50) -> list[UnitsVersion]:
    """Return versions, the one in force first."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_VERSIONS, (limit,))).fetchall()
    return [UnitsVersion(**dict(zip(_NAMES, row, strict=True))) for row in rows]
