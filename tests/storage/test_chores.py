"""A chore goes on through whatever becomes of it."""

import asyncio

import pytest
from psycopg import OperationalError
from structlog.testing import capture_logs

from storage import chores
from storage.chores import for_ever


async def test_trouble_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is away by its kind alone, a fault whole; a rest is as long as the work says."""
    rests = asyncio.Queue[float]()
    steps = iter([OperationalError("of Nguyễn Thị An"), ValueError("odd"), 7.5])

    async def work() -> float:
        step = next(steps)
        if isinstance(step, Exception):
            raise step
        return step

    class Told(Exception):  # noqa: N818 - ends the test
        pass

    async def sleep(seconds: float) -> None:
        rests.put_nowait(seconds)
        if rests.qsize() == 3:
            raise Told

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with capture_logs() as logs, pytest.raises(Told):
        await for_ever("tidy", work)
    assert [rests.get_nowait() for _ in range(3)] == [chores.TROUBLE_SECONDS, chores.TROUBLE_SECONDS, 7.5]
    assert [(one["event"], one["chore"]) for one in logs] == [
        ("chore_waits", "tidy"),
        ("chore_failed", "tidy"),
    ]
    assert "An" not in str(logs[0])
    assert logs[1]["exc_info"]


async def test_what_else_may_be_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of files that is away is no fault of the program."""
    monkeypatch.setattr(chores, "TROUBLE_SECONDS", 0.0)
    tries = asyncio.Queue[None]()

    async def work() -> float:
        tries.put_nowait(None)
        raise ConnectionError

    with capture_logs() as logs:
        running = asyncio.create_task(for_ever("tidy", work, away=(ConnectionError,)))
        async with asyncio.timeout(10):
            await tries.get()
            await tries.get()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert {one["event"] for one in logs} == {"chore_waits"}
