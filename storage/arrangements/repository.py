"""Arrangements as agencies tell them, of dossiers that are locked: read with all states, and written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.arrangements.course import ToldState
from storage.arrangements.kinds import ArrangementKind
from storage.cipher import PartyKey
from storage.unit_of_work import Reading, UnitOfWork

CONTENT = "arrangement.content"
FIRST = "arrangement.first.1"
"""Purpose of the hash of what was told first; the number changes with the normal form."""

_KEPT = """
SELECT a.id, a.dossier_id, a.kind, a.source_id, a.state, a.state_at, a.content_sealed, a.content_at,
  a.first_hash, a.first_answer::text, t.states, t.times
FROM arrangement a
CROSS JOIN LATERAL (
  SELECT array_agg(state) AS states, array_agg(at) AS times
  FROM arrangement_told WHERE arrangement_id = a.id
) t
WHERE a.dossier_id = ANY(%s) ORDER BY a.created_at, a.id
"""
_WRITE = """
INSERT INTO arrangement AS a (
  id, dossier_id, kind, source_id, state, state_at, content_sealed, content_at, first_hash, first_answer)
SELECT * FROM unnest(
  %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[],
  %b::timestamptz[], %b::bytea[], %b::jsonb[])
ON CONFLICT (id) DO UPDATE SET
  state = EXCLUDED.state, state_at = EXCLUDED.state_at, content_sealed = EXCLUDED.content_sealed,
  content_at = EXCLUDED.content_at, updated_at = now()
"""
_TELL = """
INSERT INTO arrangement_told (client_id, arrangement_id, state, at)
SELECT %s, g.* FROM unnest(%b::uuid[], %b::text[], %b::timestamptz[]) AS g(arrangement_id, state, at)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """An arrangement with every state that was told of it; see `models.Arrangement`.

    `content` is what was told beside the state, and `first_answer` what was answered first, both as JSON.
    """

    id: UUID
    dossier_id: UUID
    kind: ArrangementKind
    source_id: str
    state: str
    state_at: datetime
    content: str
    content_at: datetime
    first_hash: bytes
    first_answer: str
    told: tuple[ToldState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementWrite:
    """An arrangement as it shall be, and the states that are told of it now."""

    arrangement: Arrangement
    fresh: tuple[ToldState, ...]


async def of_dossiers(reading: Reading, keys: Mapping[UUID, PartyKey]) -> list[Arrangement]:
    """Return all arrangements of dossiers, by the id of each with the key of its party, oldest first."""
    if not keys:
        return []
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_KEPT, (list(keys),), binary=True)).fetchall()
    return [_read(keys, row) for row in rows]


def _read(keys: Mapping[UUID, PartyKey], row: Sequence[Any]) -> Arrangement:
    one_id, dossier_id, kind, source_id, state, state_at, sealed, content_at, hashed, answer, *told = row
    return Arrangement(
        id=one_id,
        dossier_id=dossier_id,
        kind=ArrangementKind(kind),
        source_id=source_id,
        state=state,
        state_at=state_at,
        content=keys[dossier_id].decrypt(sealed, CONTENT),
        content_at=content_at,
        first_hash=hashed,
        first_answer=answer,
        told=tuple(ToldState(state=one, at=at) for one, at in zip(*told, strict=True)),
    )


async def write(
    uow: UnitOfWork, client_id: str, keys: Mapping[UUID, PartyKey], writes: Sequence[ArrangementWrite]
) -> None:
    """Insert or update arrangements of dossiers that this transaction holds.

    Raises psycopg.errors.UniqueViolation where somebody made one of these without holding its dossier.
    """
    if not writes:
        return
    driver = await uow.driver()
    columns = zip(*(_row(keys, one.arrangement) for one in writes), strict=True)
    await driver.execute(_WRITE, [list(column) for column in columns])
    fresh = [(one.arrangement.id, told.state, told.at) for one in writes for told in one.fresh]
    if fresh:
        await driver.execute(_TELL, (client_id, *(list(column) for column in zip(*fresh, strict=True))))


def _row(keys: Mapping[UUID, PartyKey], one: Arrangement) -> tuple[object, ...]:
    return (
        one.id,
        one.dossier_id,
        one.kind.value,
        one.source_id,
        one.state,
        one.state_at,
        keys[one.dossier_id].encrypt(one.content, CONTENT),
        one.content_at,
        one.first_hash,
        one.first_answer,
    )
