"""How often an address may search: tokens that a process takes ahead, and gives out by itself."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from api import limits
from api.limits import AHEAD, KEPT_SECONDS, AddressPace, Limit, Spent
from api.procedures.pace import SEARCHES
from api.services import Services

ADDRESS = "203.0.113.7"


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sites for which the bucket that all processes share was asked."""
    sites: list[str] = []
    spend = Limit.spend

    async def noting(limit: Limit, uow: Any, key: str, **named: Any) -> Spent:
        sites.append(key)
        return await spend(limit, uow, key, **named)

    monkeypatch.setattr(Limit, "spend", noting)
    return sites


@pytest.fixture
def limit() -> Limit:
    """What an address may ask."""
    return SEARCHES


@pytest.fixture
def spend(services: Services, clock: Clock, limit: Limit) -> Callable[[str], Awaitable[Spent]]:
    """Spend a token of an address."""
    made = AddressPace(limit, now=clock)
    return lambda address: made.spend(services, address)


async def test_what_is_left_goes_down_one_by_one(spend, asked):
    """It is told as if each token were taken from the bucket, also when the next ones are taken ahead."""
    left = [(await spend(ADDRESS)).spending.left for _ in range(AHEAD + 5)]
    assert left[:AHEAD] == [SEARCHES.burst - number for number in range(1, AHEAD + 1)]
    assert all(after == before - 1 for before, after in pairwise(left[AHEAD:]))
    assert len(asked) == 2


async def test_who_comes_at_the_same_time_asks_once(spend, asked):
    """One asks for all of them, and each gets a token of its own."""
    spent = await asyncio.gather(*(spend(ADDRESS) for _ in range(AHEAD)))
    assert all(one.granted for one in spent)
    assert len(asked) == 1
    assert len({one.spending.left for one in spent}) == AHEAD


async def test_what_nobody_took_soon_is_forgotten(spend, asked, clock: Clock):
    """Else a process would let people search by tokens of long ago."""
    await spend(ADDRESS)
    clock.now += KEPT_SECONDS
    await spend(ADDRESS)
    assert len(asked) == 1
    clock.now += 0.001
    await spend(ADDRESS)
    assert len(asked) == 2


async def test_a_network_is_one_site(spend, asked):
    """Whoever holds a whole network of addresses (IPv6) has no more tokens than others."""
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        await spend(address)
    assert len(asked) == 1
    await spend("2001:db8:1:3::1")
    assert len(set(asked)) == 2


async def test_few_sites_are_remembered(services: Services, asked, monkeypatch: pytest.MonkeyPatch):
    """However many addresses come, memory is bounded: the oldest is forgotten, and asked for anew."""
    monkeypatch.setattr(limits, "MOST_SITES", 3)
    made = AddressPace(SEARCHES)
    for number in (*range(5), 4, 0):
        assert (await made.spend(services, f"203.0.113.{number}")).granted
    assert len(made._purses) == 3
    assert [site.rpartition(".")[2] for site in asked] == ["0", "1", "2", "3", "4", "0"]


# So slow that none comes back while the test goes on, however busy the machine is.
@pytest.mark.parametrize("limit", [dataclasses.replace(SEARCHES, burst=AHEAD, every=timedelta(hours=1))])
async def test_refusals_are_asked_anew(spend, asked):
    """Who was refused is let in as soon as the bucket holds a token again, which it alone knows."""
    granted = [(await spend(ADDRESS)).granted for _ in range(AHEAD + 2)]
    assert granted == [True] * AHEAD + [False] * 2
    assert len(asked) == 3
