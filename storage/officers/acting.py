"""For which agency an officer acts, as the agency's own system would."""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from storage.agencies.authority import in_force
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.unit_of_work import Reading

_ACTED_FOR: LiteralString = f"""
SELECT a.id, a.code, a.name FROM agency a
WHERE a.code = %(code)s AND {in_force("a")} AND {holds("a.id")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedFor:
    """An agency, by its own code."""

    id: UUID
    code: str
    name: str


async def acted_for(reading: Reading, desk: Desk, code: str) -> ActedFor | None:
    """Return the agency in force that has a code of its own, if the officer holds a role for it now.

    None for whoever does not, and where there is no such agency.
    """
    given = {**desk.given, "code": code}
    row: Any = await (await (await reading.driver()).execute(_ACTED_FOR, given)).fetchone()
    return None if row is None else ActedFor(id=row[0], code=row[1], name=row[2])
