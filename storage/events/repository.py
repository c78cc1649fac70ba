"""Receipts and events: what was told, once, for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.unit_of_work import UnitOfWork

ADDED = ("id", "dossier_id", "status", "occurred_at", "sequence", "step", "note_sealed", "due_at")

_RECEIPTS = """
SELECT event_id, content_hash, answer::text FROM event_receipt WHERE client_id = %s AND event_id = ANY(%b)
"""
_ADD_RECEIPTS = """
INSERT INTO event_receipt (client_id, event_id, content_hash, answer)
SELECT %s, g.* FROM unnest(%b::text[], %b::bytea[], %b::jsonb[]) AS g(event_id, content_hash, answer)
ORDER BY g.event_id
ON CONFLICT DO NOTHING
"""
_ADD_EVENTS = """
INSERT INTO dossier_event
  (client_id, id, dossier_id, status, occurred_at, sequence, step, note_sealed, due_at)
SELECT %s, g.* FROM unnest(
  %b::uuid[], %b::uuid[], %b::int2[], %b::timestamptz[], %b::int8[], %b::text[], %b::bytea[],
  %b::timestamptz[]
) AS g(id, dossier_id, status, occurred_at, sequence, step, note_sealed, due_at)
"""
# Told again with no more than is known, a row is not touched.
_COMPLETE = """
UPDATE dossier_event e
SET sequence = g.sequence, step = g.step, due_at = g.due_at,
  note_sealed = coalesce(g.note_sealed, e.note_sealed)
FROM unnest(%b::uuid[], %b::timestamptz[], %b::int8[], %b::text[], %b::timestamptz[], %b::bytea[])
  AS g(id, occurred_at, sequence, step, due_at, note_sealed)
WHERE e.id = g.id AND e.occurred_at = g.occurred_at
  AND ((e.sequence, e.step, e.due_at) IS DISTINCT FROM (g.sequence, g.step, g.due_at)
    OR g.note_sealed IS NOT NULL)
"""
_NOTES = """
SELECT id, note_sealed FROM dossier_event
WHERE id = ANY(%b) AND occurred_at = ANY(%b) AND note_sealed IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was answered to one event, as JSON, under a hash of what it said."""

    event_id: str
    content_hash: bytes
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWrite:
    """One fact of a timeline, as it shall be kept."""

    id: UUID
    dossier_id: UUID
    status: int
    occurred_at: datetime
    sequence: int | None
    step: str
    note_sealed: bytes | None
    due_at: datetime | None


async def receipts(uow: UnitOfWork, client_id: str, event_ids: Sequence[str]) -> dict[str, Receipt]:
    """Return what was answered to these events of this client before."""
    driver = await uow.driver()
    cursor = await driver.execute(_RECEIPTS, (client_id, list(event_ids)), binary=True)
    rows: list[Any] = await cursor.fetchall()
    return {
        event_id: Receipt(event_id=event_id, content_hash=content_hash, answer=answer)
        for event_id, content_hash, answer in rows
    }


async def add(uow: UnitOfWork, client_id: str, events: Sequence[EventWrite]) -> None:
    """Add events of dossiers that were written before."""
    if events:
        driver = await uow.driver()
        await driver.execute(_ADD_EVENTS, (client_id, *_columns(events)))


async def add_receipts(uow: UnitOfWork, client_id: str, new: Sequence[Receipt]) -> None:
    """Add the receipts that make events unique.

    Raises ContentionError when another transaction has answered one of these ids since they were looked up.
    """
    columns = (
        [receipt.event_id for receipt in new],
        [receipt.content_hash for receipt in new],
        [receipt.answer for receipt in new],
    )
    await uow.write_all(_ADD_RECEIPTS, (client_id, *columns), rows=len(new))


async def complete(uow: UnitOfWork, events: Sequence[EventWrite]) -> None:
    """Fill in what a further telling of facts added to them: order, due time, a note in place of theirs.

    Without it, a fact that is pushed and pulled would be the poorer of the two by chance of arrival. No note
    leaves the one that is kept. A step is added to a fact of which nothing but its date was told.
    """
    if not events:
        return
    driver = await uow.driver()
    names = ("id", "occurred_at", "sequence", "step", "due_at", "note_sealed")
    await driver.execute(_COMPLETE, _columns(events, names))


def _columns(events: Sequence[EventWrite], names: Sequence[str] = ADDED) -> list[list[object]]:
    return [[getattr(event, name) for event in events] for name in names]


async def notes(uow: UnitOfWork, facts: Mapping[UUID, datetime]) -> dict[UUID, bytes]:
    """Return the sealed notes of facts by their ids; those without one are left out.

    Args:
        uow: that holds their dossiers.
        facts: when each of them occurred.
    """
    if not facts:
        return {}
    driver = await uow.driver()
    cursor = await driver.execute(_NOTES, (list(facts), list(facts.values())), binary=True)
    rows: list[Any] = await cursor.fetchall()
    return dict(rows)
