"""Both sides are told when a right to act for another comes, counts or ends."""

from datetime import datetime
from uuid import UUID

from notify.announce import THE_SYSTEM, Notice, announce
from notify.categories import Category
from notify.matters import Matter
from storage.unit_of_work import UnitOfWork


async def tell_both(
    uow: UnitOfWork, represented_id: UUID, actor_id: UUID | None, matter: Matter, now: datetime
) -> None:
    """Announce what became of a right; in one statement, whether or not the other side is a party yet."""
    params = {"matter": matter.value, "occurred_at": now.isoformat()}
    notices = [
        Notice(party_id=party_id, agency_id=THE_SYSTEM, category=Category.SECURITY, params=params)
        for party_id in (represented_id, actor_id)
        if party_id is not None
    ]
    await announce(uow, notices, now)
