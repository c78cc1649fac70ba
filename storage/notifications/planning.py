"""What the planner reads and writes: notices due for a step, and where their parties can be reached."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.contacts.models import ContactSource
from storage.unit_of_work import UnitOfWork

_CLAIM = """
WITH due AS (
  SELECT id FROM notification WHERE plan_at <= now() ORDER BY plan_at LIMIT %s FOR UPDATE SKIP LOCKED
)
SELECT n.id, n.party_id, n.agency_id, n.dossier_id, n.category, n.step, n.expires_at
FROM notification n JOIN due USING (id)
"""
_DEVICES = "SELECT party_id, id FROM device WHERE party_id = ANY(%b) AND retired_at IS NULL"
_CONTACTS = """
SELECT party_id, id, kind, source, dossier_id FROM contact
WHERE party_id = ANY(%b) AND opted_out_at IS NULL AND (dossier_id IS NULL OR dossier_id = ANY(%b))
ORDER BY told_at DESC, id DESC
"""
_PREFERENCES = "SELECT party_id, category, channel, enabled FROM preference WHERE party_id = ANY(%b)"
_ADVANCE = """
UPDATE notification n SET step = g.step, plan_at = g.plan_at
FROM unnest(%b::uuid[], %b::int2[], %b::timestamptz[]) AS g(id, step, plan_at) WHERE n.id = g.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotification:
    """A notice that is due for step `step` of its route. This transaction holds it."""

    id: UUID
    party_id: UUID
    agency_id: UUID
    dossier_id: UUID | None
    category: str
    step: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContact:
    """An address that may be used: `dossier_id` bounds one that an agency supplied."""

    id: UUID
    kind: str
    source: ContactSource
    dossier_id: UUID | None


@dataclass(slots=True, kw_only=True)
class Reach:
    """How a party can be reached: live devices, contacts (newest first) and its own word."""

    devices: list[UUID] = field(default_factory=list)
    contacts: list[KnownContact] = field(default_factory=list)
    preferences: dict[tuple[str, str], bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Where a notice stands after planning; no `plan_at` means that nothing is left to plan."""

    id: UUID
    step: int
    plan_at: datetime | None


async def claim_due(uow: UnitOfWork, size: int) -> list[DueNotification]:
    """Lock notices that are due, passing over those that another planner holds."""
    driver = await uow.driver()
    cursor = await driver.execute(_CLAIM, (size,), binary=True)
    names = ("id", "party_id", "agency_id", "dossier_id", "category", "step", "expires_at")
    rows: list[Any] = await cursor.fetchall()
    return [DueNotification(**dict(zip(names, row, strict=True))) for row in rows]


async def reach(uow: UnitOfWork, parties: Collection[UUID], dossiers: Collection[UUID]) -> dict[UUID, Reach]:
    """Return how each party can be reached for notices of these dossiers."""
    given = list(parties)
    driver = await uow.driver()
    async with driver.pipeline():
        devices = await driver.execute(_DEVICES, (given,), binary=True)
        contacts = await driver.execute(_CONTACTS, (given, list(dossiers)), binary=True)
        preferences = await driver.execute(_PREFERENCES, (given,), binary=True)
        device_rows: list[Any] = await devices.fetchall()
        contact_rows: list[Any] = await contacts.fetchall()
        preference_rows: list[Any] = await preferences.fetchall()
    found: dict[UUID, Reach] = defaultdict(Reach)
    for party_id, device_id in device_rows:
        found[party_id].devices.append(device_id)
    for party_id, contact_id, kind, source, dossier_id in contact_rows:
        contact = KnownContact(id=contact_id, kind=kind, source=ContactSource(source), dossier_id=dossier_id)
        found[party_id].contacts.append(contact)
    for party_id, category, channel, enabled in preference_rows:
        found[party_id].preferences[category, channel] = enabled
    return found


async def advance(uow: UnitOfWork, steps: Sequence[Advance]) -> None:
    """Note where notices stand now."""
    driver = await uow.driver()
    columns = ([s.id for s in steps], [s.step for s in steps], [s.plan_at for s in steps])
    await driver.execute(_ADVANCE, columns)
