"""What a worker does for portals all the time: each chore of each deployment, by one worker at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from api.connectors.portals.client import open_portal
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.port import Portal
from storage.agencies.authority import AuthorityBook
from storage.chores import for_ever
from storage.errors import StorageError
from storage.ids import new_id
from storage.portal_pulls import leases
from storage.unit_of_work import UnitOfWork

OpenUnit = Callable[[], UnitOfWork]
TURN_SECONDS = 15.0
"""After which a worker asks again whether it is its turn."""


class TurnLostError(StorageError):
    """Another worker took the chore over: what was to be kept is its business now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A deployment, and our one portal of it in this process: its rate and breaker are shared by all chores.

    Attributes:
        open_unit: opens a unit of work. None may be open while the portal is called.
        authority: who may speak for which agency.
        stale_after: what happened longer ago tells nobody when it comes in.
    """

    deployment: AnyDeployment
    portal: Portal
    open_unit: OpenUnit
    authority: AuthorityBook
    stale_after: timedelta

    @property
    def name(self) -> str:
        """Our name of the deployment."""
        return self.deployment.name

    @property
    def client_id(self) -> str:
        """By which receipts and events say that the portal told us."""
        return f"portal:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A chore of a deployment, as long as it is ours to do."""

    deployment: str
    chore: str
    holder: UUID = field(default_factory=new_id)

    async def keep(self, uow: UnitOfWork) -> None:
        """Hold on to it, within what is about to be committed. Raises TurnLostError."""
        if not await leases.renew(uow, self.deployment, self.chore, self.holder):
            raise TurnLostError(f"{self.chore} of {self.deployment}")

    async def hold(self, open_unit: OpenUnit) -> None:
        """Hold on to it where there is nothing to commit yet. Raises TurnLostError."""
        async with open_unit() as uow:
            await self.keep(uow)
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something done for each deployment.

    Attributes:
        name: at most 32 letters; in the log and of the lease.
        work: does what is due of it, and returns how many seconds to rest. It calls `Turn.keep` in each
            transaction by which it moves on, and once in five minutes at least. What is due stands in the
            database: the next turn may be another worker's.
        wanted: whether there is anything to do for a deployment.
    """

    name: str
    work: Callable[[Link, Turn], Awaitable[float]]
    wanted: Callable[[AnyDeployment], bool] = lambda _: True


@asynccontextmanager
async def taking_turns(open_unit: OpenUnit, deployment: str, chore: str) -> AsyncIterator[Turn | None]:
    """Take a chore of a deployment, and give it back in the end; none where another does it now."""
    turn = Turn(deployment=deployment, chore=chore)
    async with open_unit() as uow:
        held = await leases.hold(uow, deployment, chore, turn.holder)
        await uow.commit()
    if not held:
        yield None
        return
    try:
        yield turn
    finally:
        async with open_unit() as uow:
            await leases.release(uow, deployment, chore, turn.holder)
            await uow.commit()


class PortalEngine:
    """Runs beside a worker until it is cancelled. Any number may run: each chore is done by one of them.

    Args:
        open_unit: opens a unit of work.
        deployments: the portals that we are in step with.
        authority: who may speak for which agency.
        stale_after: what happened longer ago tells nobody when it comes in.
        chores: what is done for each.
    """

    def __init__(
        self,
        open_unit: OpenUnit,
        deployments: Sequence[AnyDeployment],
        authority: AuthorityBook,
        *,
        stale_after: timedelta,
        chores: Sequence[Chore],
    ) -> None:
        self._chores = chores
        self._links = [
            Link(
                deployment=deployment,
                portal=open_portal(deployment),
                open_unit=open_unit,
                authority=authority,
                stale_after=stale_after,
            )
            for deployment in deployments
        ]

    async def run(self) -> None:
        """Do all chores for ever."""
        try:
            await asyncio.gather(
                *(
                    for_ever(f"{chore.name}:{link.name}", _rounds(chore, link))
                    for link in self._links
                    for chore in self._chores
                    if chore.wanted(link.deployment)
                )
            )
        finally:
            for link in self._links:
                await link.portal.close()


def _rounds(chore: Chore, link: Link) -> Callable[[], Awaitable[float]]:
    async def once() -> float:
        async with taking_turns(link.open_unit, link.name, chore.name) as turn:
            return TURN_SECONDS if turn is None else await chore.work(link, turn)

    return once
