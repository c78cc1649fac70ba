"""Our dossiers, as far as they are compared with a portal's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.dossiers import changes
from storage.dossiers.changes import Place
from storage.dossiers.statuses import DossierStatus
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading

_COLUMNS = """
SELECT d.id, d.code, d.agency_id, a.code AS agency_code, d.status, d.status_since, d.due_at,
  nullif(d.procedure_code, '') AS procedure_code, p.number_index AS applicant, d.updated_at
FROM dossier d JOIN agency a ON a.id = d.agency_id JOIN party p ON p.id = d.party_id
"""
_BY_CODE = f"{_COLUMNS} WHERE d.code = ANY(%s)"
# Of what changed at all, those of some agencies: few change in a day, and an agency can have very many. So
# many are passed over at once as `storage.dossiers.changes` says.
_CHANGED = """
SELECT code, id, updated_at FROM dossier
WHERE (updated_at, id) > (%(at)s, %(id)s) AND updated_at < %(until)s AND agency_id = ANY(%(agencies)s)
  AND (updated_at, id) <= (%(end_at)s, %(end_id)s)
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
class Changed:
    """A dossier that changed, and where the list then stands."""

    code: str
    place: Place


async def by_code(reading: Reading, codes: Collection[str]) -> Mapping[str, Ours]:
    """Return the dossiers that there are, by their codes."""
    async with (await reading.driver()).cursor(row_factory=class_row(Ours), binary=True) as cursor:
        await cursor.execute(_BY_CODE, (list(codes),))
        return {one.code: one for one in await cursor.fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPage:
    """Some dossiers that changed, where the list stands after them, and whether there may be more behind."""

    changed: Sequence[Changed]
    place: Place
    more: bool


async def changed(
    reading: Reading, agencies: Collection[UUID], after: Place, until: datetime, *, limit: int
) -> ChangedPage:
    """Return dossiers of agencies that changed after a place and before a moment, the oldest change first."""
    end = await changes.end_of(reading, after, until)
    given = {
        "agencies": list(agencies),
        "at": after.at,
        "id": after.id,
        "until": until,
        "end_at": end.at if end else until,
        "end_id": end.id if end else BEFORE_ALL_IDS,
        "limit": limit,
    }
    rows: list[Any] = await (await (await reading.driver()).execute(_CHANGED, given, binary=True)).fetchall()
    found = [Changed(code=code, place=Place(at=at, id=dossier_id)) for code, dossier_id, at in rows]
    if len(found) == limit:
        return ChangedPage(changed=found, place=found[-1].place, more=True)
    return ChangedPage(changed=found, place=end or (found[-1].place if found else after), more=bool(end))
