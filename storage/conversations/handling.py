"""Conversations as officers handle them: the right to a dossier stands in each query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.dossiers.reading import periods
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Period
from storage.officers.authority import holds
from storage.officers.roles import Role
from storage.unit_of_work import Reading


class Supply(StrEnum):
    """How a supplement stands that was asked for."""

    AWAITED = "awaited"
    SUPPLIED = "supplied"
    """All that was asked for has come, and the agency has not yet said what follows."""


# What the fold of `storage.dossiers.timeline` leaves: the last wait of a dossier in status 5 is open, or was
# ended by what was supplied.
SUPPLY: LiteralString = """CASE WHEN d.status = 5 THEN
  CASE WHEN jsonb_array_length(d.waits) > 0 AND d.waits -> -1 ->> 1 IS NULL THEN 'awaited' ELSE 'supplied' END
END"""
COLUMNS: LiteralString = f"""
  d.id, d.code, d.party_id, d.procedure_code, p.name AS procedure_name, d.agency_id, a.code AS agency_code,
  a.name AS agency_name, d.status, d.ended_at, d.due_at, d.due_set_at, d.waits, d.waiting_since,
  {SUPPLY} AS supply
"""
# A party that was erased has no key: what it wrote is shown to nobody.
TABLES: LiteralString = """
FROM dossier d
JOIN party_key k ON k.party_id = d.party_id
JOIN agency a ON a.id = d.agency_id
LEFT JOIN procedure p ON p.code = d.procedure_code
"""
_ONE = f"SELECT {COLUMNS} {TABLES} WHERE d.code = %(code)s AND {holds('d.agency_id')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A dossier as whoever handles it sees it; nothing of it tells who its party is.

    Attributes:
        procedure_name: none where the catalogue does not have it.
        waits: when the citizen was awaited.
        waiting_since: since when the party waits for an answer; none where it does not.
        supply: how a supplement stands; none where none is asked for.
    """

    id: UUID
    code: str
    party_id: UUID
    procedure_code: str
    procedure_name: str | None
    agency_id: UUID
    agency_code: str
    agency_name: str
    status: DossierStatus
    ended_at: datetime | None
    due_at: datetime | None
    due_set_at: datetime | None
    waits: tuple[Period, ...]
    waiting_since: datetime | None
    supply: Supply | None

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> "Handled":
        """Read a row of `COLUMNS`."""
        supply = row["supply"]
        told = {
            "status": DossierStatus(row["status"]),
            "waits": periods(row["waits"]),
            "supply": Supply(supply) if supply else None,
        }
        return cls(**{name: row[name] for name in cls.__dataclass_fields__} | told)


async def dossier(reading: Reading, officer_id: UUID, roles: Collection[Role], code: str) -> Handled | None:
    """Return a dossier by its normalised code, if an officer holds one of some roles for its agency.

    None where there is none, and as well where it is another agency's.
    """
    given = {"officer": officer_id, "roles": [role.value for role in roles], "code": code}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, given)).fetchone()
    return Handled.of_row(row) if row else None
