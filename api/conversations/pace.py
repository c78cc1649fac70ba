"""How fast anybody may write."""

from datetime import timedelta

from fastapi import Request

from api.edge import add_headers
from api.limits import Limit
from api.services import Services

MESSAGES = Limit(name="messages", burst=30, every=timedelta(seconds=10))
"""Of one person, for whomever they act: as fast as people write, and no faster."""
FILES = Limit(name="message-files", burst=30, every=timedelta(minutes=5))
"""Of one person: a whole supplement at once, and no disk is filled."""
AGENCY_MESSAGES = Limit(name="agency-messages", burst=1000, every=timedelta(milliseconds=50))
"""Of one client: a system that has something to say to a whole province is done within minutes."""


async def spend(request: Request, services: Services, limit: Limit, who: str) -> None:
    """Take a token from the bucket of whoever writes. Raises Problem (429).

    In a transaction of its own: that somebody wrote is kept, whatever comes of it.
    """
    async with services.unit_of_work() as uow:
        spent = await limit.spend(uow, who)
        await uow.commit()
    if not spent.granted:
        raise spent.problem()
    add_headers(request.scope, spent.headers())
