"""How fast anybody may ask, and look."""

from datetime import timedelta

from fastapi import Request

from api.dependencies import AllServices
from api.limits import AddressPace, Limit

QUESTIONS = Limit(name="questions", burst=10, every=timedelta(minutes=6))
"""Of one person, for whomever they act: ten an hour, each of which an officer has to read."""
ANSWERS = Limit(name="answers", burst=1000, every=timedelta(milliseconds=20))
"""Of one address: as generous as looking for procedures is, and apart from it."""

_pace = AddressPace(ANSWERS)


async def admit(request: Request, services: AllServices) -> None:
    """Let an address look for answers. Raises Problem (429) for one that does so too often."""
    await _pace.admit(request, services)
