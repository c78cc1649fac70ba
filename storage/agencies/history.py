"""An agency as everybody may know it: its codes, when it is in force, and what became of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from storage.agencies.authority import ended, in_force
from storage.agencies.naming import Alias
from storage.unit_of_work import Reading

MOST_HEIRS = 20
"""After which a chain of successors is taken to lead round: imports refuse circles."""

_ONE = f"""
SELECT a.code, a.name, p.code, p.name, a.valid_from, a.valid_to, {in_force("a")}
FROM agency a LEFT JOIN agency p ON p.id = a.parent_id WHERE a.id = %s
"""
_ALIASES = "SELECT code, valid_from, valid_to FROM agency_alias WHERE agency_id = %s ORDER BY code"
_HEIRS = f"""
WITH RECURSIVE heir(id, place) AS (
  SELECT successor_id, 1 FROM agency WHERE id = %s AND successor_id IS NOT NULL
  UNION ALL
  SELECT a.successor_id, place + 1 FROM heir JOIN agency a ON a.id = heir.id
  WHERE a.successor_id IS NOT NULL AND place < {MOST_HEIRS}
)
SELECT a.code, a.name, a.valid_from, a.valid_to FROM heir JOIN agency a ON a.id = heir.id ORDER BY place
"""
_FORMER = """
SELECT code, name, valid_from, valid_to FROM agency WHERE successor_id = %s ORDER BY valid_to, code
"""


def in_charge(agency_id: LiteralString) -> LiteralString:
    """Return SQL for the id of the agency in charge of what was one's, that one if it has not ended.

    Else its successor, and so on; the one itself again where the chain breaks off, or leads round.

    Args:
        agency_id: SQL for its id.
    """
    return f"""coalesce((
  WITH RECURSIVE heir(id) AS (
    SELECT {agency_id}
    UNION
    SELECT one.successor_id FROM heir JOIN agency one ON one.id = heir.id
    WHERE {ended("one")} AND one.successor_id IS NOT NULL
  )
  SELECT one.id FROM heir JOIN agency one ON one.id = heir.id WHERE NOT {ended("one")} LIMIT 1
), {agency_id})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An agency with its first and its last day in Vietnam; none where it has no such day."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An agency, and those before and after it.

    Attributes:
        above: code and name of the one above it.
        successors: who took over, and from that one in turn, the next first.
        former: those of which it is the successor itself.
    """

    agency: Dated
    above: tuple[str, str] | None
    in_force: bool
    aliases: tuple[Alias, ...]
    successors: tuple[Dated, ...]
    former: tuple[Dated, ...]


async def of(reading: Reading, agency_id: UUID) -> History:
    """Return what became of an agency that there is."""
    driver = await reading.driver()
    found: Any = await (await driver.execute(_ONE, (agency_id,))).fetchone()
    code, name, above_code, above_name, valid_from, valid_to, now = found
    aliases: list[Any] = await (await driver.execute(_ALIASES, (agency_id,))).fetchall()
    return History(
        agency=Dated(code=code, name=name, valid_from=valid_from, valid_to=valid_to),
        above=(above_code, above_name) if above_code else None,
        in_force=now,
        aliases=tuple(Alias(code=code, valid_from=first, valid_to=last) for code, first, last in aliases),
        successors=await _dated(reading, _HEIRS, agency_id),
        former=await _dated(reading, _FORMER, agency_id),
    )


async def _dated(reading: Reading, query: str, agency_id: UUID) -> tuple[Dated, ...]:
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(query.encode(), (agency_id,))).fetchall()
    return tuple(
        Dated(code=code, name=name, valid_from=first, valid_to=last) for code, name, first, last in rows
    )
