"""Telling a person that a session of theirs was ended by us."""

from datetime import UTC, datetime

from auth.sessions import Theft
from notify.announce import THE_SYSTEM, Notice, announce
from notify.categories import Category
from storage.unit_of_work import UnitOfWork


async def warn(uow: UnitOfWork, theft: Theft) -> None:
    """Announce, with the end of the session itself, that it ended; officers have no inbox."""
    if theft.party_id is None:
        return
    now = datetime.now(UTC)
    notice = Notice(
        party_id=theft.party_id,
        agency_id=THE_SYSTEM,
        category=Category.SECURITY,
        params={"session": "ended", "occurred_at": now.isoformat()},
    )
    await announce(uow, [notice], now)
