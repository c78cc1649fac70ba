"""How fast anybody may complain, and look."""

from datetime import timedelta

from fastapi import Request

from api.dependencies import AllServices
from api.limits import AddressPace, Limit

COMPLAINTS = Limit(name="complaints", burst=10, every=timedelta(minutes=6))
"""Of one person, for whomever they act: ten an hour, each of which an officer has to read."""
PUBLISHED = Limit(name="published-complaints", burst=300, every=timedelta(milliseconds=100))
"""Of one address."""

_pace = AddressPace(PUBLISHED)


async def admit(request: Request, services: AllServices) -> None:
    """Let an address look for what is published. Raises Problem (429) for one that does so too often."""
    await _pace.admit(request, services)
