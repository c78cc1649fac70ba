"""How often an address may search: the limit that all processes share, asked once for several requests.

A search takes less time than a statement of the database. So a process takes some tokens ahead, gives them
out by itself, and forgets those that nobody took soon. What is served from memory is also served while the
database is away.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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

    held: int = 0
    level: float = 0.0
    until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def holds(self, now: float) -> bool:
        return self.held > 0 and now <= self.until


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
        purse = self._purse(site)
        if not purse.holds(self._now()):
            # One asks for all who come meanwhile.
            async with purse.turn:
                if not purse.holds(self._now()):
                    spent = await _ask(services, site)
                    if not spent.granted:
                        return spent
                    purse.held, purse.level = AHEAD, max(0.0, spent.spending.left)
                    purse.until = self._now() + KEPT_SECONDS
        purse.held -= 1
        return Spent(limit=SEARCHES, spending=Spending(granted=True, left=purse.level + purse.held))

    def _purse(self, site: str) -> _Purse:
        if site not in self._purses:
            if len(self._purses) >= MOST_SITES:
                self._purses.pop(next(iter(self._purses)))
            self._purses[site] = _Purse()
        return self._purses[site]


async def _ask(services: Services, site: str) -> Spent:
    try:
        async with services.unit_of_work() as uow:
            # The bucket may be overdrawn by what is taken ahead: it then takes longer to hold one again.
            spent = await SEARCHES.spend(uow, site, cost=AHEAD)
            await uow.commit()
    except UNAVAILABLE as error:
        log.warning("search_limit_not_asked", error=type(error).__name__)
        return Spent(limit=SEARCHES, spending=Spending(granted=True, left=0.0))
    return spent


_pace = SearchPace()


async def admit(request: Request, services: AllServices) -> None:
    """Let an address search. Raises Problem (429) for one that does so too often."""
    spent = await _pace.spend(services, request.client.host if request.client else "")
    if not spent.granted:
        raise spent.problem()
    add_headers(request.scope, spent.headers())
