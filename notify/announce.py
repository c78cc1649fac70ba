"""The one door through which a feature tells somebody something."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from notify.categories import Category
from notify.routes import DEFAULTS
from storage.ids import new_id
from storage.notifications import repository
from storage.notifications.repository import NewNotification
from storage.unit_of_work import UnitOfWork

# Not UUID(int=0), which stands before all agencies where sends are claimed.
THE_SYSTEM = UUID(int=1)
"""Stands in the place of the agency where no agency speaks: the system in its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a feature wants told, to a party (with or without an account).

    `params` is what the templates name: codes and times, nothing that a person wrote. `target_id` is the
    only contact that it may go to, where there is one.
    """

    party_id: UUID
    agency_id: UUID
    category: Category
    dossier_id: UUID | None = None
    event_id: UUID | None = None
    target_id: UUID | None = None
    params: dict[str, Any] = field(default_factory=dict)


async def announce(uow: UnitOfWork, notices: Sequence[Notice], now: datetime) -> None:
    """Write notices in the caller's own transaction: they exist exactly when what they tell does.

    They are in the app at the commit; channels follow. No provider is called here.
    """
    if not notices:
        return
    await repository.add(
        uow,
        [
            NewNotification(
                id=new_id(),
                party_id=notice.party_id,
                agency_id=notice.agency_id,
                dossier_id=notice.dossier_id,
                event_id=notice.event_id,
                target_id=notice.target_id,
                lane=DEFAULTS.routes[notice.category].lane,
                category=notice.category.value,
                params=notice.params,
                expires_at=now + DEFAULTS.routes[notice.category].expiry,
            )
            for notice in notices
        ],
    )
