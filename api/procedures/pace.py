"""How often an address may search: the limit that all processes share, asked once for several requests.

A search takes less time than a statement of the database. So a process takes some tokens ahead, gives them
out by itself, and forgets those that nobody took soon. What is served from memory is also served while the
database is away.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from fastapi import Request

from api.dependencies import AllServices
from api.edge import add_headers
from api.limits import Limit, Spent, site_of
from api.services import Services
from storage.engine import UNAVAILABLE
from storage.limits.repository import Spending

log = structlog.get_logger(__name__)

SEARCHES = Limit(name="searches", burst=1000, every=timedelta(milliseconds=20))
"""Generous: a whole quarter may type through one address of its provider, and each letter is a request."""
AHEAD = 20
KEPT_SECONDS = 5.0
MOST_SITES = 10_000


@dataclass(slots=True)
class _Purse:
    """What this process holds for a site, what the bucket held then, and until when it is good."""

    held: int
    level: float
    until: float


class SearchPace:
    """Holds the addresses that search by one process to their limit.

    Args:
        now: seconds, ascending.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._purses: dict[str, _Purse] = {}

    async def spend(self, services: Services, address: str) -> Spent:
        """Take a token for an address, of those that were taken ahead or from the bucket that all share."""
        site = site_of(address)
        purse = self._purses.get(site)
        if purse is None or not purse.held or self._now() > purse.until:
            spent = await self._ask(services, site)
            if not spent.granted:
                return spent
            purse = self._keep(site, spent.spending.left)
        purse.held -= 1
        return Spent(limit=SEARCHES, spending=Spending(granted=True, left=max(0.0, purse.level) + purse.held))

    async def _ask(self, services: Services, site: str) -> Spent:
        try:
            async with services.unit_of_work() as uow:
                # The bucket may be overdrawn by what is taken ahead: it then takes longer to hold one again.
                spent = await SEARCHES.spend(uow, site, cost=AHEAD)
                await uow.commit()
        except UNAVAILABLE as error:
            log.warning("search_limit_not_asked", error=type(error).__name__)
            return Spent(limit=SEARCHES, spending=Spending(granted=True, left=0.0))
        return spent

    def _keep(self, site: str, level: float) -> _Purse:
        now = self._now()
        before = self._purses.pop(site, None)
        # What others have taken meanwhile, who asked at the same moment, is not lost.
        held = before.held if before and now <= before.until else 0
        if len(self._purses) >= MOST_SITES:
            self._purses.pop(next(iter(self._purses)))
        purse = _Purse(held=held + AHEAD, level=level, until=now + KEPT_SECONDS)
        self._purses[site] = purse
        return purse


_pace = SearchPace()


async def admit(request: Request, services: AllServices) -> None:
    """Let an address search. Raises Problem (429) for one that does so too often."""
    spent = await _pace.spend(services, request.client.host if request.client else "")
    if not spent.granted:
        raise spent.problem()
    add_headers(request.scope, spent.headers())
