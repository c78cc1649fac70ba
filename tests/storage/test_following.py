"""What is made of the database is made anew in the order of its changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from storage.following import Follower, NotReady
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of a number."""

    stamp: int

    @property
    def number(self) -> int:
        """The number."""
        return self.stamp

    def __len__(self) -> int:
        """Return nothing: it is there all the same."""
        return 0


class Counting(Follower[Made, int]):
    """Follows a number, and makes something of it when it is let."""

    name = "counting"
    not_ready = NotReady
    stamp = 1

    def prepare(self) -> None:
        """Have what is made of 1 wait."""
        self.began, self.let = asyncio.Event(), asyncio.Event()

    async def _stamp_in_force(self, _: Reading) -> int:
        return self.stamp

    async def _make(self, stamp: int) -> Made:
        if stamp == 1:
            self.began.set()
            await self.let.wait()
        return Made(stamp=stamp)


@pytest.fixture
def follower(settings: StorageSettings, reading: Callable[[], Reading]) -> Counting:
    """One that looks when it is told to."""
    made = Counting(settings, reading, look_seconds=3600)
    made.prepare()
    return made


async def test_what_was_begun_first_does_not_replace_what_is_newer(follower):
    """Two look at once, and the one that began with the older state takes longer."""
    older = asyncio.create_task(follower.renew())
    async with asyncio.timeout(PATIENCE):
        await follower.began.wait()
        follower.stamp = 2
        newer = asyncio.create_task(follower.renew())
        done, _ = await asyncio.wait([newer], timeout=0.1)
        assert not done
        follower.let.set()
        await asyncio.gather(older, newer)
    assert (await follower.current()).number == 2


async def test_what_is_empty_is_there(follower):
    """Who asks for it gets it, and it is not made again."""
    follower.stamp = 2
    await follower.renew()
    empty = await follower.current()
    await follower.renew()
    assert await follower.current() is empty
