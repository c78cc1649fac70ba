"""A worker tells of time limits that have passed, beside all else that it does."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from structlog.testing import capture_logs

from api.complaints import watching
from api.complaints.watching import OVERDUE, Watch
from api.settings import Settings
from api.worker import Worker
from notify.tally_collector import TallyCollector
from storage import chores
from storage.cipher import Cipher
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.complaints.bureau import WRITTEN, Bureau, ago

Open = Callable[[], UnitOfWork]
NOTICES = "SELECT party_id, category, params->>'complaint', params->>'link' FROM notification"


def link_of(complaint_id: UUID) -> str:
    """Return where a complaint is opened."""
    return f"https://app.tindan.example/complaints/{complaint_id}"


@pytest.fixture
async def bureau(unit_of_work: Open) -> Bureau:
    """Agencies, officers, and somebody who files."""
    return await Bureau.open(unit_of_work)


@pytest.fixture
def worker(
    engine: Engine, cipher: Cipher, settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Worker:
    """A worker that sends on no channel."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    return Worker(Settings(), {}, engine, cipher)


async def until_told(bureau: Bureau, count: int) -> list[Any]:
    """Return the notices once there are so many."""
    async with asyncio.timeout(20):
        while len(found := await bureau.sql(NOTICES)) < count:  # noqa: ASYNC110 - nothing tells of a row
            await asyncio.sleep(0.02)
    return found


async def test_a_worker_apologises(bureau: Bureau, worker: Worker):
    """By itself, and it stops when it is told to."""
    complaint_id = await bureau.file(at=ago(days=60))
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        ((party_id, category, matter, link),) = await until_told(bureau, 1)
    finally:
        stop.set()
        await working
    assert (party_id, category, matter) == (bureau.party_id, "overdue_apology", "overdue")
    assert str(complaint_id) in link


async def test_whoever_waits_is_told_once_and_only_of_their_answer(bureau: Bureau):
    """Not that an agency has looked at it too late, nor again when the time has moved on and passed again."""
    complaint_id = await bureau.file(at=ago(days=60))
    await bureau.file(at=ago(days=7))
    watch = Watch(bureau.open_unit, link_of)
    assert await watch.watch_once() == watching.WATCH_SECONDS
    ((_, _, _, link),) = await bureau.sql(NOTICES)
    assert link == link_of(complaint_id)
    await bureau.accept(complaint_id, now=ago(days=59))
    await bureau.ask_more(complaint_id, now=ago(days=15))
    await bureau.supply(complaint_id)
    with capture_logs() as logs:
        await watch.watch_once()
    assert [one["stage"] for one in logs] == ["process"], "the log tells of it"
    assert len(await bureau.sql(NOTICES)) == 1


async def test_two_watches_apologise_once(bureau: Bureau):
    """However they race."""
    for _ in range(5):
        await bureau.file(at=ago(days=60))
    await asyncio.gather(*(Watch(bureau.open_unit, link_of).watch_once() for _ in range(3)))
    assert len(await bureau.sql(NOTICES)) == 5


async def test_all_are_told_slice_by_slice(bureau: Bureau, monkeypatch: pytest.MonkeyPatch):
    """Without a rest while there are more."""
    monkeypatch.setattr(watching, "SLICE", 3)
    for _ in range(4):
        await bureau.file(at=ago(days=60))
    watching_now = asyncio.create_task(Watch(bureau.open_unit, link_of).run())
    try:
        assert len(await until_told(bureau, 4)) == 4
    finally:
        watching_now.cancel()
        await asyncio.gather(watching_now, return_exceptions=True)


async def test_the_log_names_ids_alone(bureau: Bureau):
    """What was written, and by whom, is in no log."""
    complaint_id = await bureau.file(at=ago(days=60))
    with capture_logs() as logs:
        await Watch(bureau.open_unit, link_of).watch_once()
    assert {one["stage"] for one in logs} == {"accept", "process"}
    for one in logs:
        assert (one["event"], one["complaint_id"]) == ("complaint_overdue", str(complaint_id))
        assert WRITTEN not in str(one)
        assert str(bureau.party_id) not in str(one)


async def test_trouble_does_not_end_a_watch(bureau: Bureau, monkeypatch: pytest.MonkeyPatch):
    """It is told of, nothing is kept of the attempt, and it is tried again."""
    await bureau.file(at=ago(days=60))
    monkeypatch.setattr(chores, "TROUBLE_SECONDS", 0.0)
    failed = asyncio.Event()

    def at_first_broken(complaint_id: UUID) -> str:
        if failed.is_set():
            return link_of(complaint_id)
        failed.set()
        raise RuntimeError("no address")

    watching_now = asyncio.create_task(Watch(bureau.open_unit, at_first_broken).run())
    try:
        with capture_logs() as logs:
            await until_told(bureau, 1)
    finally:
        watching_now.cancel()
        await asyncio.gather(watching_now, return_exceptions=True)
    assert "chore_failed" in [one["event"] for one in logs]


async def test_what_is_overdue_is_a_metric(bureau: Bureau):
    """By what is to be done; all of it is there, also where nothing is late."""
    await bureau.file(at=ago(days=60))
    registry = CollectorRegistry()
    registry.register(TallyCollector(OVERDUE, bureau.open_unit))
    shown = (await asyncio.to_thread(generate_latest, registry)).decode()
    assert 'tindan_complaints_overdue{stage="accept"} 1.0' in shown
    assert 'tindan_complaints_overdue{stage="process"} 1.0' in shown
    assert 'tindan_complaints_overdue{stage="publish"} 0.0' in shown
