"""Portals as an operator's command uses them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Annotated, TypeVar

import structlog
import typer

from api.connectors.engine import Link, Turn, TurnLostError, taking_turns
from api.connectors.portals.client import open_portal
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.port import PortalError
from api.connectors.pulling.callers import NobodySpeaksError
from api.operation.house import open_house
from api.settings import Settings
from storage.agencies.authority import AuthorityBook

T = TypeVar("T")
UNHEARD = 1
"""Exit code where a portal did not do what was asked of it."""
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Our name of the portal: see `tindan portals list`")
]


def described() -> dict[str, AnyDeployment]:
    """Return the portals that are described, by name. Raises SettingsError."""
    found = PortalSettings().deployments(development=Settings().storage.development)
    return {one.name: one for one in found}


def named(name: str) -> AnyDeployment:
    """Return a portal. Raises typer.BadParameter, SettingsError."""
    found = described()
    if name not in found:
        known = ", ".join(found) or "–"
        raise typer.BadParameter(f"không có cổng này · there is no such portal: {name} ({known})")
    return found[name]


def require(deployment: AnyDeployment, offer: Offer) -> None:
    """Raise typer.BadParameter where a portal does not do a thing for us."""
    if offer not in deployment.offers:
        raise typer.BadParameter(
            f"{deployment.name}: offers không có {offer} · {offer} is not among what it offers"
        )


@asynccontextmanager
async def linked(name: str) -> AsyncIterator[Link]:
    """Connect to a portal, and to the database. Raises typer.BadParameter, SettingsError."""
    deployment = named(name)
    async with open_house() as house:
        portal = open_portal(deployment)
        try:
            yield Link(
                deployment=deployment,
                portal=portal,
                open_unit=house.unit_of_work,
                authority=AuthorityBook(),
                stale_after=timedelta(days=house.settings.stale_days),
            )
        finally:
            await portal.close()


@asynccontextmanager
async def our_turn(link: Link, chore: str) -> AsyncIterator[Turn]:
    """Take a chore of a portal. Raises typer.BadParameter where a worker does it at this moment."""
    async with taking_turns(link.open_unit, link.name, chore) as turn:
        if turn is None:
            raise typer.BadParameter("một tiến trình khác đang làm việc này · another process does this now")
        yield turn


def with_portal(name: str, work: Callable[[Link], Awaitable[T]]) -> T:
    """Do work with a portal; where that fails, say why in one line and end with code 1."""

    async def run() -> T:
        async with linked(name) as link:
            return await work(link)

    try:
        with _logged_beside():
            return asyncio.run(run())
    except (PortalError, NobodySpeaksError, TurnLostError) as error:
        typer.secho(f"{name}: {type(error).__name__}: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(UNHEARD) from error


@contextmanager
def _logged_beside() -> Iterator[None]:
    """Let what is logged go to standard error: the command's answer is on the other."""
    before = structlog.get_config()
    structlog.configure(**before | {"logger_factory": structlog.WriteLoggerFactory(file=sys.stderr)})
    try:
        yield
    finally:
        structlog.configure(**before)
