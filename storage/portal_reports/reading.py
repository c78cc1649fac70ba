"""A dossier as it is told to a portal: what the fields of the exchange interface need, and no more."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.cipher import PartyKey
from storage.contacts.repository import VALUE
from storage.dossiers.repository import NOTE, SUMMARY
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, arrange
from storage.parties.kinds import PartyKind
from storage.parties.repository import NAME, NUMBER
from storage.procedures.record import Procedure
from storage.procedures.repository import RECORD
from storage.unit_of_work import Reading

# Of two addresses of a kind that came with the dossier, the one that was named last counts.
_ONE = f"""
SELECT d.code, d.agency_id, d.procedure_code, d.channel, d.summary_sealed, a.code AS agency_code,
  p.id AS party_id, p.kind, p.number_sealed, p.name_sealed, k.wrapped,
  (SELECT {RECORD} FROM procedure WHERE code = d.procedure_code) AS procedure,
  (SELECT c.value_sealed FROM contact c WHERE c.dossier_id = d.id AND c.party_id = d.party_id
    AND c.kind = 'email' ORDER BY c.told_at DESC, c.id DESC LIMIT 1) AS email,
  (SELECT c.value_sealed FROM contact c WHERE c.dossier_id = d.id AND c.party_id = d.party_id
    AND c.kind = 'phone' ORDER BY c.told_at DESC, c.id DESC LIMIT 1) AS phone
FROM dossier d JOIN party p ON p.id = d.party_id JOIN party_key k ON k.party_id = d.party_id
LEFT JOIN agency a ON a.id = d.agency_id
WHERE d.id = %s
"""
_FACTS = """
SELECT e.id, e.client_id, e.status, e.occurred_at, e.sequence, e.step, e.note_sealed, e.due_at
FROM dossier d JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
WHERE d.id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Whose dossier it is. Email and phone are those that came with it."""

    kind: PartyKind
    number: str = field(repr=False)
    name: str | None = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """A fact, who told us of it first, and what was noted."""

    id: UUID
    client_id: str
    status: DossierStatus
    occurred_at: datetime
    step: str
    note: str | None = field(repr=False)
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDossier:
    """A dossier with its facts in the source's own order. `procedure` is as the catalogue has it now."""

    code: str
    agency_id: UUID
    agency_code: str | None
    procedure_code: str | None
    procedure: Procedure | None
    channel: int | None
    summary: str | None = field(repr=False)
    applicant: Applicant
    facts: tuple[KnownFact, ...]


async def known(reading: Reading, dossier_id: UUID) -> KnownDossier | None:
    """Return a dossier; none where there is none, or where its party was erased."""
    driver = await reading.driver()
    async with driver.cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, (dossier_id,), binary=True)).fetchone()
        if row is None:
            return None
        rows = await (await cursor.execute(_FACTS, (dossier_id,), binary=True)).fetchall()
    key = reading.cipher.open_party_key(row["party_id"], row["wrapped"])
    return KnownDossier(
        code=row["code"],
        agency_id=row["agency_id"],
        agency_code=row["agency_code"],
        procedure_code=row["procedure_code"] or None,
        procedure=None if row["procedure"] is None else Procedure.model_validate_json(row["procedure"]),
        channel=row["channel"],
        summary=key.decrypt_optional(row["summary_sealed"], SUMMARY),
        applicant=Applicant(
            kind=PartyKind(row["kind"]),
            number=key.decrypt(row["number_sealed"], NUMBER),
            name=key.decrypt_optional(row["name_sealed"], NAME),
            email=key.decrypt_optional(row["email"], VALUE),
            phone=key.decrypt_optional(row["phone"], VALUE),
        ),
        facts=_arranged(rows, key),
    )


def _arranged(rows: list[dict[str, Any]], key: PartyKey) -> tuple[KnownFact, ...]:
    told = {row["id"]: row for row in rows}
    facts = arrange(
        Fact(
            **{name: row[name] for name in ("id", "occurred_at", "sequence", "step", "due_at")},
            status=DossierStatus(row["status"]),
        )
        for row in rows
    )
    return tuple(
        KnownFact(
            id=fact.id,
            client_id=told[fact.id]["client_id"],
            status=fact.status,
            occurred_at=fact.occurred_at,
            step=fact.step,
            note=key.decrypt_optional(told[fact.id]["note_sealed"], NOTE),
            due_at=fact.due_at,
        )
        for fact in facts
    )
