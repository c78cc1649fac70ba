"""Dossiers as their owner reads them: the party is part of every query."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.agencies.history import in_charge
from storage.cipher import PartyKey
from storage.dossiers.repository import NOTE, SUMMARY
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, Period
from storage.unit_of_work import Reading

_OWN = """
  d.id, d.code, d.procedure_code, p.name, a.code, a.name, d.status, d.status_since, d.submitted_at,
  d.accepted_at, d.ended_at, d.updated_at, d.heard_at, d.due_at, d.due_set_at, first.code, first.name, d.waits
"""
# As long as no fact named an agency, whose it is now is whose it was at first, whoever told of it since.
_NAMED = f"""
FROM dossier d
LEFT JOIN procedure p ON p.code = d.procedure_code
LEFT JOIN agency a ON a.id = {in_charge("d.agency_id")}
LEFT JOIN agency first ON first.id <> a.id AND first.id = CASE
  WHEN d.agency_named_at IS NULL THEN d.agency_id ELSE coalesce(d.first_agency_id, d.agency_id) END
"""
_PAGE = f"""
SELECT {_OWN} {_NAMED}
WHERE d.party_id = %(party_id)s
  AND (d.updated_at, d.id) < (coalesce(%(updated_at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  AND (%(statuses)s::int2[] IS NULL OR d.status = ANY(%(statuses)s::int2[]))
ORDER BY d.updated_at DESC, d.id DESC LIMIT %(limit)s
"""
# One statement, so that the dossier and its events are of one moment.
_ONE = f"""
SELECT {_OWN}, k.wrapped, d.summary_sealed, e.ids, e.statuses, e.times, e.sequences, e.steps, e.dues,
  e.notes, e.recorded
{_NAMED}
JOIN party_key k ON k.party_id = d.party_id
CROSS JOIN LATERAL (
  SELECT array_agg(id) AS ids, array_agg(status) AS statuses, array_agg(occurred_at) AS times,
    array_agg(sequence) AS sequences, array_agg(step) AS steps, array_agg(due_at) AS dues,
    array_agg(note_sealed) AS notes, array_agg(recorded_at) AS recorded
  FROM dossier_event WHERE dossier_id = d.id AND occurred_at >= d.first_at
) e
WHERE d.code = %s AND d.party_id = %s
"""
_ID = "SELECT id FROM dossier WHERE code = %s AND party_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDossier:
    """A dossier as it stands. Names are none where the catalogue does not have them.

    The agency is the one in charge now; `first_agency_code` and its name are whose it was at first, where
    that was another one.
    """

    id: UUID
    code: str
    procedure_code: str
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    status: DossierStatus
    status_since: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    heard_at: datetime
    due_at: datetime | None
    due_set_at: datetime | None
    first_agency_code: str | None
    first_agency_name: str | None
    waits: tuple[Period, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """A fact with what else was told, and when we heard it."""

    fact: Fact
    note: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDossierWhole:
    """A dossier with all that was told about it, in no order."""

    dossier: OwnDossier
    summary: str | None
    told: tuple[ToldFact, ...]


async def page(
    reading: Reading,
    party_id: UUID,
    *,
    after: tuple[datetime, UUID] | None,
    statuses: Collection[DossierStatus],
    limit: int,
) -> list[OwnDossier]:
    """Return up to `limit` dossiers of a party, the one that changed last first.

    `after` is `updated_at` and `id` of the last dossier of the page before; no `statuses` means all.
    """
    updated_at, last_id = after or (None, None)
    given = {
        "party_id": party_id,
        "updated_at": updated_at,
        "id": last_id,
        "statuses": [int(status) for status in statuses] or None,
        "limit": limit,
    }
    driver = await reading.driver()
    cursor = await driver.execute(_PAGE, given, binary=True)
    return [_own(row) for row in await cursor.fetchall()]


async def id_of(reading: Reading, party_id: UUID, code: str) -> UUID | None:
    """Return the id of a dossier of a party by its normalised code; none where it is not theirs."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_ID, (code, party_id))).fetchone()
    return row[0] if row else None


async def find(reading: Reading, party_id: UUID, code: str) -> OwnDossierWhole | None:
    """Return a dossier of a party by its normalised code; none where there is none, or not theirs."""
    driver = await reading.driver()
    cursor = await driver.execute(_ONE, (code, party_id), binary=True)
    row: Any = await cursor.fetchone()
    if row is None:
        return None
    *own, wrapped, summary, ids, statuses, times, sequences, steps, dues, notes, recorded = row
    key = reading.cipher.open_party_key(party_id, wrapped)
    return OwnDossierWhole(
        dossier=_own(own),
        summary=key.decrypt_optional(summary, SUMMARY),
        told=told_facts(key, (ids, statuses, times, sequences, steps, dues, notes, recorded)),
    )


def _own(row: Sequence[Any]) -> OwnDossier:
    *known, waits = row
    names = tuple(OwnDossier.__dataclass_fields__)[:-1]
    values = dict(zip(names, known, strict=True))
    values["status"] = DossierStatus(values["status"])
    return OwnDossier(**values, waits=periods(waits))


def periods(kept: Sequence[Sequence[Any]]) -> tuple[Period, ...]:
    """Read the times at which the citizen was awaited, as a dossier keeps them."""
    return tuple(
        (datetime.fromisoformat(start), None if end is None else datetime.fromisoformat(end))
        for start, end in kept
    )


def told_facts(key: PartyKey, columns: Sequence[Sequence[Any]]) -> tuple[ToldFact, ...]:
    """Read facts from columns: ids, statuses, times, sequences, steps, due times, notes, times of hearing."""
    return tuple(_told(key, row) for row in zip(*columns, strict=True))


def _told(key: PartyKey, row: Sequence[Any]) -> ToldFact:
    fact_id, status, occurred_at, sequence, step, due_at, note, recorded_at = row
    fact = Fact(
        id=fact_id,
        status=DossierStatus(status),
        occurred_at=occurred_at,
        sequence=sequence,
        step=step,
        due_at=due_at,
    )
    return ToldFact(fact=fact, note=key.decrypt_optional(note, NOTE), recorded_at=recorded_at)
