"""A process hears of sessions that end, and goes on hearing when its connection was lost."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.engine import libpq_url
from storage.ids import new_id
from storage.sessions import ended, overview, repository
from storage.sessions.ended import EndedWatch
from storage.sessions.repository import Admission

REACH = timedelta(minutes=10)


@pytest.fixture
def end_session(unit_of_work):
    """Begin a session of an officer's and end it, some time ago; return its id."""

    async def end(ago: timedelta = timedelta(0)):
        now, officer_id = datetime.now(UTC) - ago, new_id()
        async with unit_of_work() as uow:
            session_id = await repository.start_session(
                uow,
                Admission(client_id="console", officer_id=officer_id, assurance=2, signed_in_at=now),
                new_id().bytes,
                code_digest=new_id().bytes,
                device_name=None,
                now=now,
                expires_at=now + timedelta(days=1),
            )
            assert await overview.end_all(uow, officer_id, kept=None, now=now) == 1
            await uow.commit()
        return session_id

    return end


class Heard:
    """What was heard, and whether it was."""

    def __init__(self) -> None:
        self.ids: set[object] = set()
        self.changed = asyncio.Event()

    def __call__(self, ids) -> None:
        self.ids |= set(ids)
        self.changed.set()

    async def of(self, session_id) -> None:
        async with asyncio.timeout(10):
            while session_id not in self.ids:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def heard(settings, engine, end_session, monkeypatch):
    """What a watch hears that began after two sessions had ended, one of them long ago."""
    monkeypatch.setattr(ended, "LOOK_SECONDS", 0.05)
    found = Heard()
    found.late, found.early = (
        await end_session(timedelta(minutes=9)),
        await end_session(timedelta(minutes=15)),
    )
    url = libpq_url(settings.require_database_url())
    task = asyncio.create_task(EndedWatch(url, found, reach=REACH).run())
    yield found
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_hears_of_the_past_and_of_the_present(heard, end_session):
    """The first look reaches back for as long as tokens live, and no further; then each end is heard."""
    await heard.of(heard.late)
    await heard.of(await end_session())
    assert heard.early not in heard.ids


async def test_commits_late(heard, unit_of_work, end_session):
    """What was ended by a transaction that took its time is heard all the same."""
    await heard.of(heard.late)
    await heard.of(await end_session(timedelta(seconds=80)))


async def test_lost_connection(heard, unit_of_work, end_session):
    """After its connection broke it hears again, by itself, what ended meanwhile."""
    await heard.of(heard.late)
    async with unit_of_work() as uow:
        ended_backends = await (await uow.driver()).execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT id FROM session%'"
            " AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        assert ended_backends.rowcount >= 1
    await heard.of(await end_session())


async def test_silent_server(monkeypatch):
    """A server that takes a connection and says nothing is given up, and tried again."""
    monkeypatch.setattr(ended, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(ended, "PATIENCE_SECONDS", 2)
    called = asyncio.Queue()

    async def say_nothing(reader, writer):
        called.put_nowait(None)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"postgresql://nobody@127.0.0.1:{server.sockets[0].getsockname()[1]}/none"
    task = asyncio.create_task(EndedWatch(url, Heard(), reach=REACH).run())
    try:
        async with server, asyncio.timeout(10):
            await called.get()
            await called.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
