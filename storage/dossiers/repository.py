"""Dossiers as agencies speak of them: locked, read with their facts, and written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from storage.cipher import Cipher, PartyKey
from storage.dossiers.particulars import Particulars, Register, Value
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, State
from storage.unit_of_work import UnitOfWork

NOTE = "dossier_event.note"
SUMMARY = "dossier.summary"

_TOLD = (
    "agency_id",
    "first_agency_id",
    "agency_named_at",
    "channel",
    "channel_told_at",
    "summary_sealed",
    "summary_told_at",
)
_LOCK = "SELECT FROM dossier WHERE code = ANY(%b) ORDER BY code FOR UPDATE"
_LOCKED = f"""
SELECT d.code, d.id, d.party_id, p.number_index, k.wrapped, {", ".join(f"d.{name}" for name in _TOLD)},
  ARRAY(SELECT s.at FROM dossier_supplied s WHERE s.dossier_id = d.id)
FROM dossier d
JOIN party p ON p.id = d.party_id
JOIN party_key k ON k.party_id = d.party_id
WHERE d.code = ANY(%b)
"""
_FACTS = """
SELECT d.code, e.id, e.status, e.occurred_at, e.sequence, e.step, e.due_at, e.note_sealed IS NOT NULL
FROM dossier d JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
WHERE d.code = ANY(%b)
"""
_UPSERT = """
INSERT INTO dossier AS d (
  id, code, party_id, agency_id, procedure_code, channel, summary_sealed, status, status_since, first_at,
  submitted_at, accepted_at, ended_at, due_at, due_set_at, waits, contradictions, first_agency_id,
  agency_named_at, channel_told_at, summary_told_at, updated_at, heard_at)
SELECT g.id, g.code, g.party_id, g.agency_id, coalesce(g.procedure_code, ''), g.channel, g.summary_sealed,
  g.status, g.status_since, g.first_at, g.submitted_at, g.accepted_at, g.ended_at, g.due_at, g.due_set_at,
  g.waits, g.contradictions, g.first_agency_id, g.agency_named_at, g.channel_told_at, g.summary_told_at,
  CASE WHEN g.changed THEN now() ELSE '-infinity' END, now()
FROM unnest(
  %b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::int2[], %b::bytea[], %b::int2[],
  %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[],
  %b::timestamptz[], %b::timestamptz[], %b::jsonb[], %b::int2[], %b::uuid[], %b::timestamptz[],
  %b::timestamptz[], %b::timestamptz[], %b::bool[]
) AS g(id, code, party_id, agency_id, procedure_code, channel, summary_sealed, status, status_since, first_at,
  submitted_at, accepted_at, ended_at, due_at, due_set_at, waits, contradictions, first_agency_id,
  agency_named_at, channel_told_at, summary_told_at, changed)
ON CONFLICT (code) DO UPDATE SET
  agency_id = EXCLUDED.agency_id,
  channel = coalesce(EXCLUDED.channel, d.channel),
  summary_sealed = coalesce(EXCLUDED.summary_sealed, d.summary_sealed),
  first_agency_id = coalesce(EXCLUDED.first_agency_id, d.first_agency_id),
  agency_named_at = coalesce(EXCLUDED.agency_named_at, d.agency_named_at),
  channel_told_at = coalesce(EXCLUDED.channel_told_at, d.channel_told_at),
  summary_told_at = coalesce(EXCLUDED.summary_told_at, d.summary_told_at),
  status = EXCLUDED.status, status_since = EXCLUDED.status_since, first_at = EXCLUDED.first_at,
  submitted_at = EXCLUDED.submitted_at, accepted_at = EXCLUDED.accepted_at, ended_at = EXCLUDED.ended_at,
  due_at = EXCLUDED.due_at, due_set_at = EXCLUDED.due_set_at, waits = EXCLUDED.waits,
  contradictions = EXCLUDED.contradictions, updated_at = greatest(d.updated_at, EXCLUDED.updated_at),
  heard_at = EXCLUDED.heard_at
WHERE d.id = EXCLUDED.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedDossier:
    """A dossier that this transaction holds: nobody else changes it until the commit.

    `supplied` tells when the citizen had supplied what was asked for. What stands about its agency, channel
    and summary is as in `storage.dossiers.models.Dossier`.
    """

    id: UUID
    code: str
    party: PartyKey
    number_index: bytes
    agency_id: UUID
    first_agency_id: UUID | None
    agency_named_at: datetime | None
    channel: int | None
    channel_told_at: datetime | None
    summary_sealed: bytes | None
    summary_told_at: datetime | None
    facts: tuple[Fact, ...]
    supplied: tuple[datetime, ...] = ()

    @property
    def first_at(self) -> datetime:
        """When its earliest fact occurred."""
        return min(fact.occurred_at for fact in self.facts)

    def particulars(self, summary: str | None) -> Particulars:
        """Return what its facts told beside the timeline; the summary is its opened one.

        Of a dossier that was last told of before their times were kept, all was told with its last fact. What
        was withdrawn stands as nothing, told then: an older fact does not bring it back.
        """
        last_at = max(fact.occurred_at for fact in self.facts)
        named_at = self.agency_named_at or (last_at if self.first_agency_id is None else None)
        return Particulars(
            first=(self.first_at, self.first_agency_id or self.agency_id),
            agency_id=self.agency_id,
            named=(named_at, self.agency_id) if named_at else None,
            channel=_told(self.channel_told_at, last_at, self.channel, 0),
            summary=_told(self.summary_told_at, last_at, summary, ""),
        )


def _told(at: datetime | None, last_at: datetime, value: Value | None, nothing: Value) -> Register[Value]:
    if value is None:
        return (at, nothing) if at else None
    return at or last_at, value


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierWrite:
    """A dossier as it shall be from now on.

    `procedure_code` counts for a new one only; what is none beside it leaves what is kept. `changed` tells
    whether anything new was learned: a repeat only shows that the agency is there.
    """

    id: UUID
    code: str
    party_id: UUID
    agency_id: UUID
    procedure_code: str | None
    channel: int | None
    summary_sealed: bytes | None
    state: State
    changed: bool
    first_agency_id: UUID | None = None
    agency_named_at: datetime | None = None
    channel_told_at: datetime | None = None
    summary_told_at: datetime | None = None


async def lock(uow: UnitOfWork, codes: Sequence[str]) -> dict[str, LockedDossier]:
    """Lock the dossiers that exist, in one order for everybody, and read them with their facts.

    They are read by later statements than the lock, and so by later snapshots: those include whatever was
    committed by the transaction for which the lock waited. A join in the locking statement itself would
    lose a dossier whose agency that transaction changed.
    """
    driver = await uow.driver()
    async with driver.pipeline():
        await driver.execute(_LOCK, (list(codes),), binary=True)
        locked = await driver.execute(_LOCKED, (list(codes),), binary=True)
        told = await driver.execute(_FACTS, (list(codes),), binary=True)
        dossiers: list[Any] = await locked.fetchall()
        rows: list[Any] = await told.fetchall()
    facts: dict[str, list[Fact]] = {}
    for code, fact_id, status, occurred_at, sequence, step, due_at, noted in rows:
        facts.setdefault(code, []).append(
            Fact(
                id=fact_id,
                status=DossierStatus(status),
                occurred_at=occurred_at,
                sequence=sequence,
                step=step,
                due_at=due_at,
                noted=noted,
            )
        )
    return {row[0]: _locked(uow.cipher, row, tuple(facts.get(row[0], ()))) for row in dossiers}


def _locked(cipher: Cipher, row: Sequence[Any], facts: tuple[Fact, ...]) -> LockedDossier:
    code, dossier_id, party_id, number_index, wrapped, *told, supplied = row
    return LockedDossier(
        id=dossier_id,
        code=code,
        party=cipher.open_party_key(party_id, wrapped),
        number_index=number_index,
        facts=facts,
        supplied=tuple(supplied),
        **dict(zip(_TOLD, told, strict=True)),
    )


async def write(uow: UnitOfWork, dossiers: Sequence[DossierWrite]) -> None:
    """Insert or update.

    Raises ContentionError when somebody else created one of these since it was looked up.
    """
    ordered = sorted(dossiers, key=lambda dossier: dossier.code)
    columns = [list(column) for column in zip(*map(_row, ordered), strict=True)]
    await uow.write_all(_UPSERT, columns, rows=len(ordered))


def _row(dossier: DossierWrite) -> tuple[object, ...]:
    state = dossier.state
    return (
        dossier.id,
        dossier.code,
        dossier.party_id,
        dossier.agency_id,
        dossier.procedure_code,
        dossier.channel,
        dossier.summary_sealed,
        int(state.status),
        state.status_since,
        state.first_at,
        state.submitted_at,
        state.accepted_at,
        state.ended_at,
        state.due_at,
        state.due_set_at,
        kept_waits(state),
        len(state.contradictions),
        dossier.first_agency_id,
        dossier.agency_named_at,
        dossier.channel_told_at,
        dossier.summary_told_at,
        dossier.changed,
    )


def kept_waits(state: State) -> str:
    """Return the times at which the citizen was awaited as a dossier keeps them, in JSON."""
    return to_json([(_iso(start), _iso(end)) for start, end in state.waits]).decode()


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
