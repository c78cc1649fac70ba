"""A portal that is never called: what it told is kept as what a puller read."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from api.connectors.engine import Link
from api.connectors.portals.client import open_portal
from api.connectors.portals.loading import PortalSettings
from api.services import Services
from storage.agencies.authority import AuthorityBook
from storage.unit_of_work import UnitOfWork

DESCRIPTION = """{"quoc-gia": {"style": "session", "url": "https://portal.example/api", "unit": "000.00.00.H26",
 "sign_in_url": "https://portal.example/session", "agencies": ["H26"], "username_env": "USERNAME",
 "password_env": "PASSWORD", "answers": {"success": ["00"]}}}"""


def link_of(open_unit: Callable[[], UnitOfWork], authority: AuthorityBook, stale_after: timedelta) -> Link:
    """Connect as a worker does, in the name of H26; the portal is closed by the caller."""
    (deployment,) = PortalSettings(portals=DESCRIPTION, portals_file=None).deployments(
        development=True, environment={"USERNAME": "u", "PASSWORD": "p"}
    )
    return Link(
        deployment=deployment,
        portal=open_portal(deployment),
        open_unit=open_unit,
        authority=authority,
        stale_after=stale_after,
    )


@asynccontextmanager
async def linked(services: Services, stale_after: timedelta) -> AsyncIterator[Link]:
    """Connect for the length of a block."""
    link = link_of(services.unit_of_work, services.authority, stale_after)
    yield link
    await link.portal.close()
