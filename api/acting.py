"""What somebody who acts for another may do: judged at each request, before anything is read."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import Request

from api.problems import Problem, out_of_scope, unauthenticated
from auth import representation
from auth.errors import InvalidToken
from auth.principals import Citizen
from auth.representation import OutOfScope
from storage.representations.kinds import Power
from storage.unit_of_work import Reading

_READING = frozenset({"GET", "HEAD"})


def usual_power(request: Request) -> Power:
    """Return what a request on dossiers and what hangs on them takes."""
    return Power.READ_DOSSIERS if request.method in _READING else Power.ACT_ON_DOSSIERS


async def admit(open_reading: Callable[[], Reading], citizen: Citizen, power: Power) -> None:
    """Let pass who acts for itself, and a representative whose right counts now and holds `power`.

    Raises:
        Problem: 401 where the right is over, 403 where it is for other things.
    """
    if citizen.actor_id is None:
        return
    try:
        # In a transaction of its own, over before the endpoint begins: nobody ever holds two connections.
        async with open_reading() as reading:
            await representation.admit(reading, citizen, power, now=datetime.now(UTC))
    except InvalidToken as error:
        raise unauthenticated("invalid_token") from error
    except OutOfScope as error:
        bound = citizen.bound_to is not None
        raise out_of_scope("beyond-representation", error.power, bound=bound) from error


def require_self(citizen: Citizen) -> None:
    """Refuse who acts for another. Raises Problem."""
    if citizen.actor_id is not None:
        raise Problem("for-oneself-alone", 403)
