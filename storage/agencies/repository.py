"""Agencies by any of their codes, and how they come in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from storage.agencies.authority import TODAY
from storage.agencies.codes import normalise_agency_code
from storage.agencies.naming import Alias, Bearing
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

TURN_LOCK = 0x6167656E6379
"""Any number will do, as long as it is always the same."""

_BEARERS = f"""
SELECT g.code, {TODAY}, b.own, b.valid_from, b.valid_to, a.id, a.code, a.lineage
FROM unnest(%s::text[]) AS g(code)
CROSS JOIN LATERAL (
  SELECT id, true, valid_from, valid_to FROM agency WHERE code = g.code
  UNION ALL SELECT agency_id, false, valid_from, valid_to FROM agency_alias WHERE code = g.code
) AS b(agency_id, own, valid_from, valid_to)
JOIN agency a ON a.id = b.agency_id
"""

_PUT = """
INSERT INTO agency (id, code, name, parent_id, lineage) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name
"""
_PUT_ALIASES = """
INSERT INTO agency_alias (code, agency_id, valid_from, valid_to)
SELECT g.code, %s, g.valid_from, g.valid_to
FROM unnest(%s::text[], %s::date[], %s::date[]) AS g(code, valid_from, valid_to)
ON CONFLICT (code, agency_id) DO UPDATE SET valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearers:
    """The agencies that bear a code, at least one, and today's day in Vietnam."""

    today: date
    all: tuple[tuple[Bearing, AgencyRef], ...]

    @property
    def is_one(self) -> bool:
        """Whether the code was never another agency's."""
        return len(self.all) == 1

    def on(self, day: date) -> AgencyRef:
        """Return the one that the code means on a day in Vietnam: see `storage.agencies.naming`."""
        if self.is_one:
            return self.all[0][1]
        return min(self.all, key=lambda bearer: (bearer[0].rank(day), bearer[1].id))[1]

    @property
    def owner(self) -> AgencyRef:
        """The one whose own code it is, else the one that it means today: of whom an import speaks."""
        return next((agency for bearing, agency in self.all if bearing.own), self.now)

    @property
    def now(self) -> AgencyRef:
        """The one that the code means today."""
        return self.on(self.today)


async def bearers(reading: Reading, codes: Collection[str]) -> dict[str, Bearers]:
    """Return the agencies that bear these codes, by the code that was given; unknown ones are left out.

    A code is taken as it stands: see `storage.agencies.codes` for its normal form.
    """
    if not codes:
        return {}
    driver = await reading.driver()
    cursor = await driver.execute(_BEARERS, (list(codes),), binary=True)
    found: dict[str, list[tuple[Bearing, AgencyRef]]] = {}
    today = date.min
    rows: list[Any] = await cursor.fetchall()
    for code, now, own, valid_from, valid_to, agency_id, own_code, lineage in rows:
        today = now
        bearing = Bearing(own=own, valid_from=valid_from, valid_to=valid_to)
        agency = AgencyRef(id=agency_id, code=own_code, path=tuple(lineage))
        found.setdefault(code, []).append((bearing, agency))
    return {code: Bearers(today=today, all=tuple(some)) for code, some in found.items()}


async def resolve(reading: Reading, codes: Collection[str]) -> dict[str, AgencyRef]:
    """Return the agencies that these codes mean today, by the code that was given; see `bearers`."""
    return {code: some.now for code, some in (await bearers(reading, codes)).items()}


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
    aliases: tuple[Alias, ...] = ()

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read `code`, `name`, `parent` and `aliases`. Raises InvalidCode, KeyError."""
        return cls(
            code=normalise_agency_code(record["code"]),
            name=str(record["name"]),
            parent=normalise_agency_code(record["parent"]) if record.get("parent") else None,
            aliases=tuple(Alias(code=normalise_agency_code(code)) for code in record.get("aliases", ())),
        )


async def hold(uow: UnitOfWork) -> None:
    """Let nobody else who asks for this keep agencies until the commit.

    That a code is one agency's alone on each day no constraint can tell, as two write rows of their own.
    """
    await (await uow.driver()).execute(f"SELECT pg_advisory_xact_lock({TURN_LOCK})")


async def put(uow: UnitOfWork, records: Sequence[AgencyRecord]) -> None:
    """Insert agencies, or rename those that exist. A parent must be known, or come before its children.

    Other codes that an agency has are kept; those that are given again take the days that are given.
    """
    codes = {code for record in records for code in (record.code, record.parent) if code}
    lineages = {code: list(some.owner.path) for code, some in (await bearers(uow, codes)).items()}
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
            await driver.execute(_PUT_ALIASES, (lineage[-1], *_alias_columns(record.aliases)))


def _alias_columns(aliases: Sequence[Alias]) -> list[list[object]]:
    return [[getattr(alias, name) for alias in aliases] for name in Alias.__slots__]


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
