"""Agencies by any of their codes, and how they come in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from storage.agencies.codes import normalise_agency_code
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

_RESOLVE = """
SELECT g.code, a.id, a.code, a.lineage FROM unnest(%s::text[]) AS g(code)
LEFT JOIN agency own ON own.code = g.code
LEFT JOIN agency_alias other ON other.code = g.code
JOIN agency a ON a.id = COALESCE(own.id, other.agency_id)
"""

_PUT = """
INSERT INTO agency (id, code, name, parent_id, lineage) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name
"""
_PUT_ALIASES = """
INSERT INTO agency_alias (code, agency_id) SELECT code, %s FROM unnest(%s::text[]) AS g(code)
ON CONFLICT (code) DO NOTHING
"""
_SET_TERM = """
UPDATE agency a SET valid_from = g.valid_from, valid_to = g.valid_to, successor_id = s.id
FROM unnest(%s::text[], %s::date[], %s::date[], %s::text[]) AS g(code, valid_from, valid_to, successor)
LEFT JOIN agency s ON s.code = g.successor
WHERE a.code = g.code
"""
_CIRCLES = """
WITH RECURSIVE chain(code, next) AS (
  SELECT code, successor_id FROM agency WHERE code = ANY(%s) AND successor_id IS NOT NULL
  UNION ALL
  SELECT c.code, a.successor_id FROM chain c JOIN agency a ON a.id = c.next WHERE a.successor_id IS NOT NULL
) CYCLE next SET comes_back USING way
SELECT DISTINCT code FROM chain WHERE comes_back
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRef:
    """An agency, and those above it.

    Attributes:
        code: its own, whatever other code led to it.
        path: ids from the root down, its own last.
    """

    id: UUID
    code: str
    path: tuple[UUID, ...]


async def resolve(reading: Reading, codes: Collection[str]) -> dict[str, AgencyRef]:
    """Return the agencies of these codes, by the code that was given; unknown ones are left out.

    A code is taken as it stands (see `storage.agencies.codes`). What is one agency's own code and
    another's old one means the former.
    """
    if not codes:
        return {}
    driver = await reading.driver()
    cursor = await driver.execute(_RESOLVE, (list(codes),), binary=True)
    rows: list[Any] = await cursor.fetchall()
    return {
        code: AgencyRef(id=agency_id, code=own, path=tuple(lineage)) for code, agency_id, own, lineage in rows
    }


async def above(reading: Reading, agency_id: UUID) -> frozenset[UUID]:
    """Return the ids of the agencies above one, and its own."""
    driver = await reading.driver()
    cursor = await driver.execute("SELECT lineage FROM agency WHERE id = %s", (agency_id,), binary=True)
    rows: list[Any] = await cursor.fetchall()
    return frozenset(agency for (lineage,) in rows for agency in lineage)


async def exist(reading: Reading) -> bool:
    """Whether any agency is known."""
    driver = await reading.driver()
    row = await (await driver.execute("SELECT EXISTS (SELECT FROM agency)")).fetchone()
    return row == (True,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRecord:
    """An agency to be kept; codes in their normal form, parents before their children."""

    code: str
    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read `code`, `name`, `parent` and `aliases`. Raises InvalidCode, KeyError."""
        return cls(
            code=normalise_agency_code(record["code"]),
            name=str(record["name"]),
            parent=normalise_agency_code(record["parent"]) if record.get("parent") else None,
            aliases=tuple(normalise_agency_code(alias) for alias in record.get("aliases", ())),
        )


async def put(uow: UnitOfWork, records: Sequence[AgencyRecord]) -> None:
    """Insert agencies, or rename those that exist. A parent must be known, or come before its children."""
    lineages = {code: list(ref.path) for code, ref in (await resolve(uow, [r.code for r in records])).items()}
    parents = [record.parent for record in records if record.parent]
    lineages |= {code: list(ref.path) for code, ref in (await resolve(uow, parents)).items()}
    for record in records:
        above = lineages[record.parent] if record.parent else []
        lineages.setdefault(record.code, [*above, new_id()])
    driver = await uow.driver()
    async with driver.pipeline():
        for record in records:
            lineage = lineages[record.code]
            await driver.execute(
                _PUT, (lineage[-1], record.code, record.name, lineage[-2] if record.parent else None, lineage)
            )
            await driver.execute(_PUT_ALIASES, (lineage[-1], list(record.aliases)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """From which day to which an agency is in force, and who takes over; by their own codes."""

    code: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


async def set_terms(uow: UnitOfWork, terms: Sequence[Term]) -> None:
    """Set the terms of agencies that are known, whole: what a term leaves out is none."""
    columns = [[getattr(term, name) for term in terms] for name in Term.__slots__]
    await (await uow.driver()).execute(_SET_TERM, columns)


async def circular(reading: Reading, codes: Collection[str]) -> frozenset[str]:
    """Return which of these agencies have successors that never come to an end."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_CIRCLES, (list(codes),))).fetchall()
    return frozenset(code for (code,) in rows)
