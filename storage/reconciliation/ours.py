"""Our dossiers, as far as they are compared with a portal's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.dossiers.statuses import DossierStatus
from storage.unit_of_work import Reading

_COLUMNS = """
SELECT d.id, d.code, d.agency_id, a.code AS agency_code, d.status, d.status_since, d.due_at,
  nullif(d.procedure_code, '') AS procedure_code, p.number_index AS applicant, d.updated_at
FROM dossier d JOIN agency a ON a.id = d.agency_id JOIN party p ON p.id = d.party_id
"""
_BY_CODE = f"{_COLUMNS} WHERE d.code = ANY(%s)"
# Of what changed at all, those of some agencies: few change in a day, and an agency can have very many.
_CHANGED = """
SELECT code, id, updated_at FROM dossier
WHERE (updated_at, id) > (%(at)s, %(id)s) AND updated_at < %(until)s AND agency_id = ANY(%(agencies)s)
ORDER BY updated_at, id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A dossier as we have it.

    Attributes:
        status_since: when it came to its status.
        applicant: keyed hash of the party's number.
        updated_at: when it changed last.
    """

    id: UUID
    code: str
    agency_id: UUID
    agency_code: str
    status: DossierStatus
    status_since: datetime
    due_at: datetime | None
    procedure_code: str | None
    applicant: bytes
    updated_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", DossierStatus(self.status))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list by change stands: after this dossier."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A dossier that changed, and where the list then stands."""

    code: str
    place: Place


async def by_code(reading: Reading, codes: Collection[str]) -> Mapping[str, Ours]:
    """Return the dossiers that there are, by their codes."""
    async with (await reading.driver()).cursor(row_factory=class_row(Ours), binary=True) as cursor:
        await cursor.execute(_BY_CODE, (list(codes),))
        return {one.code: one for one in await cursor.fetchall()}


async def changed(
    reading: Reading, agencies: Collection[UUID], after: Place, until: datetime, *, limit: int
) -> Sequence[Changed]:
    """Return dossiers of agencies that changed after a place and before a moment, the oldest change first."""
    given = {"agencies": list(agencies), "at": after.at, "id": after.id, "until": until, "limit": limit}
    rows: list[Any] = await (await (await reading.driver()).execute(_CHANGED, given, binary=True)).fetchall()
    return [Changed(code=code, place=Place(at=at, id=dossier_id)) for code, dossier_id, at in rows]
