"""How often an address may search."""

from datetime import timedelta

from fastapi import Request

from api.dependencies import AllServices
from api.limits import AddressPace, Limit

SEARCHES = Limit(name="searches", burst=1000, every=timedelta(milliseconds=20))
"""Generous: a whole quarter may type through one address of its provider, and each letter is a request."""

_pace = AddressPace(SEARCHES)


async def admit(request: Request, services: AllServices) -> None:
    """Let an address search. Raises Problem (429) for one that does so too often."""
    await _pace.admit(request, services)
