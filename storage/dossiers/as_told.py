"""Dossiers as the agencies that may speak for them read back what they told: the caller is in every query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.agencies.authority import speakers, spoken_for
from storage.cipher import PartyKey
from storage.dossiers import changes
from storage.dossiers.changes import Place
from storage.dossiers.kin import MOST_CHILDREN
from storage.dossiers.reading import ToldFact, told_facts
from storage.dossiers.repository import SUMMARY
from storage.horizon import horizon
from storage.moments import BEFORE_ALL_IDS
from storage.unit_of_work import Reading

_ONE = f"""
SELECT d.id, d.party_id, d.code, d.procedure_code, a.code, d.channel, l.parent_code, d.status,
  d.status_since, d.due_at,
  ARRAY(SELECT c.code FROM dossier_parent x JOIN dossier c ON c.id = x.dossier_id
    WHERE x.parent_code = d.code AND %(caller_id)s = ANY({speakers("c.agency_id")})
    ORDER BY c.code LIMIT {MOST_CHILDREN}),
  k.wrapped, d.summary_sealed, e.ids, e.statuses, e.times, e.sequences, e.steps, e.dues, e.notes, e.recorded
FROM dossier d
JOIN party_key k ON k.party_id = d.party_id
LEFT JOIN agency a ON a.id = d.agency_id
LEFT JOIN dossier_parent l ON l.dossier_id = d.id
CROSS JOIN LATERAL (
  SELECT array_agg(id) AS ids, array_agg(status) AS statuses, array_agg(occurred_at) AS times,
    array_agg(sequence) AS sequences, array_agg(step) AS steps, array_agg(due_at) AS dues,
    array_agg(note_sealed) AS notes, array_agg(recorded_at) AS recorded
  FROM dossier_event WHERE dossier_id = d.id AND occurred_at >= d.first_at
) e
WHERE d.code = %(code)s AND %(caller_id)s = ANY({speakers("d.agency_id")})
"""
_CHANGED = f"""
SELECT d.id, d.code, d.procedure_code, a.code AS agency_code, l.parent_code, d.status, d.status_since,
  d.updated_at
FROM dossier d
LEFT JOIN agency a ON a.id = d.agency_id
LEFT JOIN dossier_parent l ON l.dossier_id = d.id
WHERE d.agency_id = ANY({spoken_for("%(caller_id)s::uuid")})
  AND (d.updated_at, d.id) > (%(at)s, %(id)s) AND d.updated_at < %(until)s
  AND (d.updated_at, d.id) <= (%(end_at)s, %(end_id)s)
ORDER BY d.updated_at, d.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDossier:
    """A dossier with what its agency told of it; facts in no order.

    `children` are the codes of those parts of it for which the caller may speak.
    """

    id: UUID
    party_id: UUID
    code: str
    procedure_code: str
    agency_code: str | None
    channel: int | None
    parent_code: str | None
    status: int
    status_since: datetime
    due_at: datetime | None
    children: tuple[str, ...]
    party: PartyKey
    summary: str | None
    told: tuple[ToldFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDossier:
    """A dossier that changed, as it stands."""

    id: UUID
    code: str
    procedure_code: str
    agency_code: str | None
    parent_code: str | None
    status: int
    status_since: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPage:
    """Some dossiers that changed, where the list then stands, and whether there may be more behind it."""

    items: Sequence[ChangedDossier]
    place: Place
    more: bool


async def find(reading: Reading, caller_id: UUID, code: str) -> ToldDossier | None:
    """Return a dossier by its normalised code, if the caller may speak for it."""
    driver = await reading.driver()
    cursor = await driver.execute(_ONE, {"code": code, "caller_id": caller_id}, binary=True)
    row: Any = await cursor.fetchone()
    if row is None:
        return None
    *known, children, wrapped, summary, ids, statuses, times, sequences, steps, dues, notes, recorded = row
    names = tuple(ToldDossier.__dataclass_fields__)[: len(known)]
    values: dict[str, Any] = dict(zip(names, known, strict=True))
    party = reading.cipher.open_party_key(values["party_id"], wrapped)
    return ToldDossier(
        **values,
        children=tuple(children),
        party=party,
        summary=party.decrypt_optional(summary, SUMMARY),
        told=told_facts(party, (ids, statuses, times, sequences, steps, dues, notes, recorded)),
    )


async def changed(reading: Reading, caller_id: UUID, *, after: Place, limit: int) -> ChangedPage:
    """Return up to so many dossiers for which the caller may speak, by their last change, after one.

    What changed while a transaction older than it is under way is left for later, so that nothing is missed:
    see `storage.horizon`. Of what others changed, no more is passed over at once than
    `storage.dossiers.changes` says.
    """
    until = await horizon(reading)
    end = await changes.end_of(reading, after, until)
    given = {
        "caller_id": caller_id,
        "at": after.at,
        "id": after.id,
        "until": until,
        "end_at": end.at if end else until,
        "end_id": end.id if end else BEFORE_ALL_IDS,
        "limit": limit + 1,
    }
    async with (await reading.driver()).cursor(row_factory=class_row(ChangedDossier)) as cursor:
        found = await (await cursor.execute(_CHANGED, given, binary=True)).fetchall()
    if len(found) > limit:
        last = found[limit - 1]
        return ChangedPage(items=found[:limit], place=Place(at=last.updated_at, id=last.id), more=True)
    # All before that moment was looked through, so nobody has to look through it again.
    return ChangedPage(
        items=found, place=end or max(after, Place(at=until, id=BEFORE_ALL_IDS)), more=end is not None
    )
