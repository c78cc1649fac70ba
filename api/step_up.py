"""Refusals that say how to sign in anew, more surely or just now (RFC 9470).

The app answers the challenge by sending the person through `/oauth/authorize` again, with the `acr_values`
and `max_age` that it names.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

from api.dependencies import AllServices, SignedIn
from api.problems import Problem
from auth.principals import Citizen
from auth.step_up import Demand, Purpose

Check = Callable[..., Awaitable[None]]


def require_level(level: Literal[1, 2]) -> Check:
    """Make a dependency that lets pass whose electronic identity is of a level, or refuses."""
    return _require(Demand(level=level))


def require_recent(seconds: int) -> Check:
    """Make a dependency that lets pass whom the identity provider has seen lately, or refuses."""
    return _require(Demand(max_age=seconds))


def require_for(purpose: Purpose) -> Check:
    """Make a dependency that asks for what the settings ask for this purpose."""

    async def check(citizen: SignedIn, services: AllServices) -> None:
        demand(citizen, services.settings.auth.demand(purpose))

    return check


def demand(citizen: Citizen, demanded: Demand) -> None:
    """Refuse who has not signed in surely and lately enough. Raises Problem."""
    now = datetime.now(UTC)
    if demanded.is_met_by(citizen, now=now):
        return
    kind = "assurance-too-low" if citizen.assurance < demanded.level else "sign-in-too-old"
    raise Problem(kind, 401, headers={"www-authenticate": _challenge(citizen, demanded)})


def _require(demanded: Demand) -> Check:
    async def check(citizen: SignedIn) -> None:
        demand(citizen, demanded)

    return check


def _challenge(citizen: Citizen, demanded: Demand) -> str:
    # All that is asked for, met or not: what the app gets by answering must meet all of it.
    parts = ['error="insufficient_user_authentication"']
    if demanded.level > 1:
        parts.append(f'acr_values="{demanded.level}"')
    if demanded.max_age is not None:
        parts.append(f'max_age="{demanded.max_age}"')
    scheme = "Bearer" if citizen.bound_to is None else "DPoP"
    return f"{scheme} {', '.join(parts)}"
