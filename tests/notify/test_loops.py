"""The engine's parts run over and over, wake on a hint, and stop when told to."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
import structlog

from notify import loops
from notify.loops import Bell, run_until_stopped

SECONDS = 5.0


class Work:
    """What a loop does: a script of results, then nothing."""

    def __init__(self, *results: int | Exception) -> None:
        self._results = list(results)
        self.calls = 0
        self._called = asyncio.Event()

    async def run_once(self) -> int:
        """Do the next piece."""
        self.calls += 1
        self._called.set()
        result = self._results.pop(0) if self._results else 0
        if isinstance(result, Exception):
            raise result
        return result

    async def called(self, times: int) -> None:
        """Wait until it was done so many times."""
        async with asyncio.timeout(SECONDS):
            while self.calls < times:
                self._called.clear()
                await self._called.wait()


@asynccontextmanager
async def running(work: Work, bell: Bell) -> Any:
    """Run a loop, and end it by telling it to stop."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_until_stopped("test", work.run_once, bell, stop))
    yield task
    stop.set()
    async with asyncio.timeout(SECONDS):
        await task


@pytest.fixture
def slow_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """No loop looks by itself during the test."""
    monkeypatch.setattr(loops, "POLL_SECONDS", 3600.0)


@pytest.fixture
def quick_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops look by themselves all the time."""
    monkeypatch.setattr(loops, "POLL_SECONDS", 0.001)


async def test_while_there_is_work_nobody_rests(slow_poll: None) -> None:
    """It goes on at once until nothing is found."""
    work = Work(5, 3, 1)
    async with running(work, Bell()):
        await work.called(4)
    assert work.calls == 4


async def test_a_ring_wakes_every_loop(slow_poll: None) -> None:
    """Each of them, each time."""
    bell, one, other = Bell(), Work(), Work()
    async with running(one, bell), running(other, bell):
        for times in (1, 2, 3):
            await one.called(times)
            await other.called(times)
            bell.ring()
        await one.called(4)
        await other.called(4)
        for _ in range(50):
            await asyncio.sleep(0)
    assert (one.calls, other.calls) == (4, 4), "one ring wakes once"


async def test_a_ring_during_work_is_not_lost(slow_poll: None) -> None:
    """What came in while the loop looked elsewhere is looked at next."""
    bell = Bell()

    class Ringing(Work):
        async def run_once(self) -> int:
            if self.calls == 0:
                bell.ring()
            return await super().run_once()

    work = Ringing()
    async with running(work, bell):
        await work.called(2)
    assert work.calls >= 2


async def test_without_a_ring_it_looks_by_itself(quick_poll: None) -> None:
    """Hints may be lost."""
    work = Work()
    async with running(work, Bell()):
        await work.called(5)
    assert work.calls >= 5


async def test_stopping_waits_for_nothing(slow_poll: None) -> None:
    """A loop at rest ends at once, and one that is told before it began does nothing."""
    work = Work()
    async with running(work, Bell()):
        await work.called(1)
    stop = asyncio.Event()
    stop.set()
    never = Work()
    await run_until_stopped("test", never.run_once, Bell(), stop)
    assert never.calls == 0


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (psycopg.OperationalError("away"), "database_unavailable"),
        (ConnectionResetError("away"), "database_unavailable"),
        (psycopg.errors.UndefinedColumn("a fault of ours"), "loop_failed"),
        (KeyError("a fault of ours"), "loop_failed"),
    ],
)
async def test_an_error_ends_no_loop(quick_poll: None, error: Exception, event: str) -> None:
    """A database that is away is waited for; a fault of the program is logged as one, with where it was."""
    work = Work(error, 0)
    with structlog.testing.capture_logs() as lines:
        async with running(work, Bell()):
            await work.called(3)
    (line,) = lines
    assert (line["event"], line["loop"]) == (event, "test")
    assert ("exc_info" in line) == (event == "loop_failed")
