"""How often a caller may ask: token buckets that all processes share, told in RateLimit headers.

The headers are those of the IETF draft "RateLimit header fields for HTTP"
(draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` says what is allowed, `RateLimit` what is left of
it. What is refused is a 429 (RFC 6585) with `Retry-After` (RFC 9110).
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

import structlog
from fastapi import Request

from api.dependencies import AllServices
from api.edge import add_headers
from api.problems import Problem
from api.services import Services
from storage.cipher import Cipher
from storage.engine import UNAVAILABLE
from storage.limits import repository
from storage.limits.repository import KEPT, Spending
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

SITE_BITS = 64
"""Of an IPv6 address: what a household or a server gets as a whole (RFC 6177), and may wander about in."""
AHEAD = 20
"""Tokens that a process takes at once."""
KEPT_SECONDS = 5.0
MOST_SITES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many requests at once, and another one whenever `every` has passed.

    Attributes:
        name: of the policy in the headers; one name, one limit.
        burst: how many at once.
        every: the time in which one comes back.
    """

    name: str
    burst: int
    every: timedelta

    def __post_init__(self) -> None:
        """Refuse what could not be kept: a bucket is forgotten after a day, and must be full by then."""
        if self.burst < 1 or self.every <= timedelta(0) or self.every * self.burst > KEPT:
            raise ValueError("a limit allows something, and all of it again within a day")

    async def spend(self, uow: UnitOfWork, key: str, *, cost: int = 1) -> "Spent":
        """Take a token from the bucket of `key`, of which the database gets to see a keyed hash alone.

        A cost of 0 looks whether one is there, and leaves it.
        """
        name = f"{self.name}:{_hidden(uow.cipher, self.name, key)}"
        rate = 1 / self.every.total_seconds()
        spending = await repository.spend(uow, name, rate=rate, burst=self.burst, cost=cost)
        return Spent(limit=self, spending=spending)


def _hidden(cipher: Cipher, name: str, key: str) -> str:
    return cipher.blind_index(f"limit.{name}", key).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What asking for a token came to."""

    limit: Limit
    spending: Spending

    @property
    def granted(self) -> bool:
        """Whether there was one."""
        return self.spending.granted

    @property
    def retry_after(self) -> int:
        """Seconds until there is one."""
        return max(0, math.ceil((1 - self.spending.left) * self.limit.every.total_seconds()))

    def headers(self) -> dict[str, str]:
        """Tell the limit, how much is left, and in how many seconds all of it is there again."""
        limit, left = self.limit, self.spending.left
        seconds, remaining = limit.every.total_seconds(), max(0, math.floor(left))
        headers = {
            "ratelimit-policy": f'"{limit.name}";q={limit.burst};w={math.ceil(limit.burst * seconds)}',
            "ratelimit": f'"{limit.name}";r={remaining};t={math.ceil((limit.burst - left) * seconds)}',
        }
        return headers if self.granted else {**headers, "retry-after": str(max(1, self.retry_after))}

    def problem(self, kind: str = "too-many-requests") -> Problem:
        """Make the refusal; its texts may name `seconds` and `minutes`."""
        seconds = max(1, self.retry_after)
        return Problem(kind, 429, headers=self.headers(), seconds=seconds, minutes=math.ceil(seconds / 60))


async def charge(request: Request, services: Services, limit: Limit, who: str) -> None:
    """Take a token from the bucket of whoever asks. Raises Problem (429).

    In a transaction of its own: that somebody asked is kept, whatever comes of it.
    """
    async with services.unit_of_work() as uow:
        spent = await limit.spend(uow, who)
        await uow.commit()
    admit(request, spent)


def admit(request: Request, spent: Spent) -> None:
    """Tell the caller how much is left. Raises Problem (429) where nothing was."""
    if not spent.granted:
        raise spent.problem()
    add_headers(request.scope, spent.headers())


def by_address(limit: Limit) -> Callable[[Request, AllServices], Awaitable[None]]:
    """Make a dependency that lets no address ask more often than a limit allows."""

    async def spend(request: Request, services: AllServices) -> None:
        admit(request, await of_address(limit, request, services))

    return spend


async def of_address(limit: Limit, request: Request, services: Services) -> Spent:
    """Take a token from the bucket of the address that asks.

    In a transaction of its own: that somebody asked is kept, whatever comes of it.
    """
    async with services.unit_of_work() as uow:
        spent = await limit.spend(uow, site_of(request.client.host if request.client else ""))
        await uow.commit()
    return spent


def site_of(address: str) -> str:
    """Return what is limited as one: an IPv4 address, the first 64 bits of an IPv6 one.

    What is no address, as behind a proxy that names none, shares one limit.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed.packed, SITE_BITS), strict=False).network_address)


@dataclass(slots=True)
class _Purse:
    """What this process holds for a site, what the bucket held then, and until when it is good."""

    held: int = 0
    level: float = 0.0
    until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def holds(self, now: float) -> bool:
        return self.held > 0 and now <= self.until


class AddressPace:
    """Holds addresses to a limit, and asks the bucket that all processes share once for several requests.

    For what takes less time than a statement of the database: a process takes some tokens ahead, gives them
    out by itself, and forgets those that nobody took soon. What is served from memory is also served while
    the database is away.

    Args:
        limit: of each address.
        now: seconds, ascending.
    """

    def __init__(self, limit: Limit, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._purses: dict[str, _Purse] = {}

    async def admit(self, request: Request, services: Services) -> None:
        """Let an address ask. Raises Problem (429) for one that does so too often."""
        admit(request, await self.spend(services, request.client.host if request.client else ""))

    async def spend(self, services: Services, address: str) -> Spent:
        """Take a token for an address, of those that were taken ahead or from the bucket that all share."""
        site = site_of(address)
        purse = self._purse(site)
        if not purse.holds(self._now()):
            # One asks for all who come meanwhile.
            async with purse.turn:
                if not purse.holds(self._now()):
                    spent = await self._ask(services, site)
                    if not spent.granted:
                        return spent
                    purse.held, purse.level = AHEAD, max(0.0, spent.spending.left)
                    purse.until = self._now() + KEPT_SECONDS
        purse.held -= 1
        return Spent(limit=self._limit, spending=Spending(granted=True, left=purse.level + purse.held))

    def _purse(self, site: str) -> _Purse:
        if site not in self._purses:
            if len(self._purses) >= MOST_SITES:
                self._purses.pop(next(iter(self._purses)))
            self._purses[site] = _Purse()
        return self._purses[site]

    async def _ask(self, services: Services, site: str) -> Spent:
        try:
            async with services.unit_of_work() as uow:
                # The bucket may be overdrawn by what is taken ahead: it then takes longer to hold one again.
                spent = await self._limit.spend(uow, site, cost=AHEAD)
                await uow.commit()
        except UNAVAILABLE as error:
            log.warning("limit_not_asked", limit=self._limit.name, error=type(error).__name__)
            return Spent(limit=self._limit, spending=Spending(granted=True, left=0.0))
        return spent
