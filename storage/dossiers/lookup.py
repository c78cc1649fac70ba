"""Dossiers as they are shown without an account, to whoever proves to hold them: nothing personal is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.agencies.authority import speakers
from storage.agencies.history import in_charge
from storage.dossiers.reading import periods
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, Period
from storage.unit_of_work import Reading

# A party that was erased has no key: its dossiers are shown to nobody.
_CLAIM = """
SELECT d.id, p.number_index
FROM dossier d JOIN party p ON p.id = d.party_id JOIN party_key k ON k.party_id = p.id
WHERE d.code = %s
"""
_PUBLIC = f"""
SELECT d.code, d.procedure_code, p.name, a.code, a.name, d.status, d.status_since, d.ended_at, d.heard_at,
  d.due_at, d.due_set_at, d.waits, e.ids, e.statuses, e.times, e.sequences, e.steps
FROM dossier d
LEFT JOIN procedure p ON p.code = d.procedure_code
LEFT JOIN agency a ON a.id = {in_charge("d.agency_id")}
CROSS JOIN LATERAL (
  SELECT array_agg(id) AS ids, array_agg(status) AS statuses, array_agg(occurred_at) AS times,
    array_agg(sequence) AS sequences, array_agg(step) AS steps
  FROM dossier_event WHERE dossier_id = d.id AND occurred_at >= d.first_at
) e
WHERE d.id = %s
"""
_SPOKEN_FOR = f"""
SELECT d.id FROM dossier d WHERE d.code = %s AND %s = ANY({speakers("d.agency_id")})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a proof is held against: the dossier's id, and the keyed hash of its party's number."""

    dossier_id: UUID
    number_index: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDossier:
    """A dossier as it stands. Names are none where the catalogue does not have them."""

    code: str
    procedure_code: str
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    status: DossierStatus
    status_since: datetime
    ended_at: datetime | None
    heard_at: datetime
    due_at: datetime | None
    due_set_at: datetime | None
    waits: tuple[Period, ...]
    facts: tuple[Fact, ...]


async def claim(reading: Reading, code: str) -> Claim | None:
    """Return what proofs of a dossier are held against, by its normalised code; none where there is none."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_CLAIM, (code,), binary=True)).fetchone()
    return Claim(dossier_id=row[0], number_index=row[1]) if row else None


async def published(reading: Reading, dossier_id: UUID) -> PublicDossier:
    """Return a dossier that was claimed in the same transaction."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_PUBLIC, (dossier_id,), binary=True)).fetchone()
    *known, waits, ids, statuses, times, sequences, steps = row
    names = tuple(PublicDossier.__dataclass_fields__)[:-2]
    values = dict(zip(names, known, strict=True))
    values["status"] = DossierStatus(values["status"])
    facts = tuple(
        Fact(id=fact_id, status=DossierStatus(status), occurred_at=time, sequence=sequence, step=step)
        for fact_id, status, time, sequence, step in zip(ids, statuses, times, sequences, steps, strict=True)
    )
    return PublicDossier(**values, waits=periods(waits), facts=facts)


async def id_for_agency(reading: Reading, agency_id: UUID, code: str) -> UUID | None:
    """Return the id of a dossier, by its normalised code, for which an agency may speak; else none."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_SPOKEN_FOR, (code, agency_id))).fetchone()
    return row[0] if row else None
