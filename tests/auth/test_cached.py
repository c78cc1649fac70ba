"""A value that is fetched when needed."""

import asyncio

import pytest

from auth.cached import Cached


class Source:
    """Hands out 1, 2, 3 …; waits while it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    async def __call__(self) -> int:
        self.count += 1
        number = self.count
        self.asked.set()
        await self.gate.wait()
        return number


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def cached(source, clock) -> Cached[int]:
    return Cached(source, life=10, pause=3, now=clock)


async def test_life(cached, clock):
    """A value is kept for its life and not longer."""
    assert await cached.get() == 1
    clock.forward(9.9)
    assert await cached.get() == 1
    clock.forward(0.1)
    assert await cached.get() == 2


async def test_renewal(cached, clock):
    """A value can be renewed early, but not again before the pause is over."""
    assert await cached.renew() == 1
    assert await cached.renew() == 1
    clock.forward(3)
    assert await cached.renew() == 2


async def test_failures_count_as_tries(source, cached, clock):
    """A renewal that fails leaves the old value, and the pause holds after it too."""
    await cached.get()
    clock.forward(3)
    source.gate = _Broken()
    with pytest.raises(OSError, match="broken"):
        await cached.renew()
    assert await cached.renew() == 1
    assert source.count == 2


async def test_one_who_leaves(source, cached):
    """One caller who gives up does not take the value from another."""
    source.gate.clear()
    leaver, stayer = asyncio.create_task(cached.get()), asyncio.create_task(cached.get())
    await source.asked.wait()
    leaver.cancel()
    source.gate.set()
    assert await stayer == 1
    assert leaver.cancelled()
    assert source.count == 1


class _Broken(asyncio.Event):
    async def wait(self):
        raise OSError("broken")
