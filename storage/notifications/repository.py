"""Notices, written in the transaction of what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from storage.unit_of_work import UnitOfWork

_ADD = """
INSERT INTO notification
  (id, party_id, agency_id, dossier_id, event_id, category, params, expires_at, target_id, lane, step,
  plan_at)
SELECT g.id, g.party_id, g.agency_id, g.dossier_id, g.event_id, g.category, g.params, g.expires_at,
  g.target_id, g.lane, 0, now()
FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::jsonb[],
  %b::timestamptz[], %b::uuid[], %b::int2[])
  AS g(id, party_id, agency_id, dossier_id, event_id, category, params, expires_at, target_id, lane)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotification:
    """A notice to be kept. `params` holds codes and times only, never what a person wrote.

    `target_id` is the only contact that it may go to, where there is one; `lane` says who is planned first.
    """

    id: UUID
    party_id: UUID
    agency_id: UUID
    dossier_id: UUID | None
    event_id: UUID | None
    category: str
    params: dict[str, Any]
    expires_at: datetime
    target_id: UUID | None = None
    lane: int = 2


async def add(uow: UnitOfWork, notifications: Sequence[NewNotification]) -> None:
    """Keep notices, due to be planned at once, and hint so once they are committed."""
    driver = await uow.driver()
    columns = (
        [n.id for n in notifications],
        [n.party_id for n in notifications],
        [n.agency_id for n in notifications],
        [n.dossier_id for n in notifications],
        [n.event_id for n in notifications],
        [n.category for n in notifications],
        [to_json(n.params).decode() for n in notifications],
        [n.expires_at for n in notifications],
        [n.target_id for n in notifications],
        [n.lane for n in notifications],
    )
    await driver.execute(_ADD, columns)
    uow.hint_after_commit()
