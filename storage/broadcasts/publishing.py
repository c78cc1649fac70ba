"""What the planner of broadcasts reads and writes: those whose time has come, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.broadcasts.audience import Audience
from storage.unit_of_work import UnitOfWork

NOBODY = UUID(int=0)
"""The party of a send to a topic."""

# Held until the end of the transaction: no other planner publishes it, and nobody withdraws it meanwhile.
_CLAIM = """
SELECT id, agency_id, audience_agency_id, audience_kind, expires_at, now() FROM broadcast
WHERE published_at IS NULL AND withdrawn_at IS NULL AND publish_at <= now()
ORDER BY publish_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
_PUBLISH = """
UPDATE broadcast SET published_at = now(), delivery_ids = %s, changed_xid = pg_current_xact_id()
WHERE id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBroadcast:
    """A broadcast that is to be published now. This transaction holds it.

    Attributes:
        agency_id: who speaks.
        now: the time by the database.
    """

    id: UUID
    agency_id: UUID
    audience: Audience
    expires_at: datetime
    now: datetime


async def claim_due(uow: UnitOfWork, size: int) -> list[DueBroadcast]:
    """Lock broadcasts whose time has come, passing over those that another planner holds."""
    driver = await uow.driver()
    rows: list[Any] = await (await driver.execute(_CLAIM, (size,), binary=True)).fetchall()
    return [
        DueBroadcast(
            id=broadcast_id,
            agency_id=agency_id,
            audience=Audience.of(audience_agency_id, kind),
            expires_at=expires_at,
            now=now,
        )
        for broadcast_id, agency_id, audience_agency_id, kind, expires_at, now in rows
    ]


async def publish(uow: UnitOfWork, broadcast_id: UUID, delivery_ids: Sequence[UUID]) -> None:
    """Let it be read from the commit on, and note what was queued for it."""
    driver = await uow.driver()
    await driver.execute(_PUBLISH, (list(delivery_ids), broadcast_id))
    uow.hint_after_commit()
