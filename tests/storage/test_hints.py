"""Hints wake whoever waits, after the commit, and survive a connection that breaks."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from storage.engine import Engine
from storage.hints import HintListener, HintSender
from storage.unit_of_work import UnitOfWork

SECONDS = 10.0


class Ear:
    """Counts what it hears."""

    def __init__(self) -> None:
        self.heard = 0
        self._news = asyncio.Event()

    def hear(self) -> None:
        """Take a hint."""
        self.heard += 1
        self._news.set()

    async def more_than(self, count: int) -> None:
        """Wait until more than so many hints were heard."""
        async with asyncio.timeout(SECONDS):
            while self.heard <= count:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def ear(database_url: str) -> AsyncIterator[Ear]:
    """A listener that is connected."""
    ear = Ear()
    listening = asyncio.create_task(HintListener(database_url, ear.hear).run())
    await ear.more_than(0)
    yield ear
    listening.cancel()
    await asyncio.wait([listening])


@pytest.fixture
async def sender(database_url: str) -> AsyncIterator[HintSender]:
    """A sender, not yet connected."""
    sender = HintSender(database_url)
    yield sender
    await sender.close()


async def test_a_hint_arrives(ear: Ear, sender: HintSender) -> None:
    """Each one that is asked for by itself is heard."""
    for count in range(1, 4):
        sender.send()
        await ear.more_than(count)


async def test_many_at_once_are_few(ear: Ear, sender: HintSender) -> None:
    """A thousand commits at once do not make a thousand notifications."""
    for _ in range(1000):
        sender.send()
    await ear.more_than(1)
    assert ear.heard < 10


async def test_a_commit_hints_and_a_rollback_does_not(
    ear: Ear, engine: Engine, unit_of_work: Callable[[], UnitOfWork]
) -> None:
    """The hint follows the commit of the unit that asked for it."""
    async with unit_of_work() as uow:
        uow.hint_after_commit()
    assert engine.hints._task is None or not engine.hints._wanted.is_set()
    heard = ear.heard
    async with unit_of_work() as uow:
        uow.hint_after_commit()
        await uow.commit()
    await ear.more_than(heard)


async def test_both_ends_come_back_after_a_break(ear: Ear, sender: HintSender, database_url: str) -> None:
    """A listener that reconnects calls back, as it may have missed something; then hints arrive again."""
    sender.send()
    await ear.more_than(1)
    heard = ear.heard
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query IN ('LISTEN tindan', 'NOTIFY tindan')"
        )
    await ear.more_than(heard)
    heard = ear.heard
    async with asyncio.timeout(SECONDS):
        while ear.heard == heard:
            sender.send()
            await asyncio.sleep(0.02)


async def test_closing_is_harmless(sender: HintSender) -> None:
    """Also of a sender that never sent, and twice."""
    await sender.close()
    sender.send()
    await sender.close()
    await sender.close()
