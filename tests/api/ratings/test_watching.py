"""A worker asks who may rate, and mixes, beside all else that it does."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.ratings import watching
from api.ratings.watching import Watch
from api.settings import Settings
from api.worker import Worker
from storage import chores
from storage.cipher import Cipher
from storage.dossiers.working_days import WorkingCalendar
from storage.engine import Engine
from storage.ratings import casting, inviting
from storage.ratings.casting import Opinion
from storage.ratings.kinds import Satisfaction
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import make_agency, make_ended, make_invited, take_token

Open = Callable[[], UnitOfWork]
YET_TO_COME = """
SELECT FROM rating WHERE fresh
UNION ALL SELECT FROM dossier d WHERE d.status = 10 AND NOT EXISTS (
  SELECT FROM rating_invitation i LEFT JOIN notification n USING (dossier_id)
  WHERE i.dossier_id = d.id AND (n.id IS NOT NULL OR i.issued IS NOT NULL))
"""


@pytest.fixture
def worker(
    engine: Engine, cipher: Cipher, settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Worker:
    """A worker that sends on no channel."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    return Worker(Settings(), {}, engine, cipher)


async def rows(open_unit: Open, query: str) -> list[Any]:
    """Return what a query finds."""
    async with open_unit() as uow:
        return await (await (await uow.driver()).execute(query.encode())).fetchall()


async def test_a_worker_asks_and_mixes(worker: Worker, unit_of_work: Open) -> None:
    """By itself, and it stops when it is told to."""
    async with unit_of_work() as uow:
        agency, now = await make_agency(uow), datetime.now(UTC)
        asked = await make_ended(uow, agency, 1, ended_at=now)
        token = await take_token(uow, await make_invited(uow, agency, 2))
        await casting.cast(uow, token, Opinion(level=Satisfaction.SATISFIED), today=now.date())
        await uow.commit()
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(20):
            while await rows(unit_of_work, YET_TO_COME):  # noqa: ASYNC110 - nothing tells of a row
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await working
    told = await rows(
        unit_of_work, "SELECT dossier_id, party_id, category, params->>'dossier_code' FROM notification"
    )
    assert (asked.dossier_id, asked.party_id, "rating_request", asked.code) in told


async def test_all_are_asked_slice_by_slice(unit_of_work: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a rest while there are more, and each once."""
    monkeypatch.setattr(watching, "SLICE", 3)
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        for n in range(7):
            await make_ended(uow, agency, n, ended_at=datetime.now(UTC))
        await uow.commit()
    watching_now = asyncio.create_task(Watch(unit_of_work, WorkingCalendar()).run())
    try:
        async with asyncio.timeout(20):
            while await rows(unit_of_work, YET_TO_COME):  # noqa: ASYNC110 - nothing tells of a row
                await asyncio.sleep(0.02)
    finally:
        watching_now.cancel()
        await asyncio.gather(watching_now, return_exceptions=True)
    found = "SELECT count(*), count(DISTINCT dossier_id) FROM notification WHERE category = 'rating_request'"
    assert await rows(unit_of_work, found) == [(7, 7)]
    assert await rows(unit_of_work, "SELECT count(*) FROM rating_key") == [(1,)]


async def test_two_watches_ask_once(unit_of_work: Open) -> None:
    """However they race: a notice for each dossier, and one key."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        for n in range(5):
            await make_ended(uow, agency, n, ended_at=datetime.now(UTC))
        await uow.commit()
    await asyncio.gather(*(Watch(unit_of_work, WorkingCalendar()).ask_once() for _ in range(3)))
    found = "SELECT count(*), count(DISTINCT dossier_id) FROM notification WHERE category = 'rating_request'"
    assert await rows(unit_of_work, found) == [(5, 5)]
    assert await rows(unit_of_work, "SELECT count(*) FROM rating_key") == [(1,)]


async def test_trouble_does_not_end_a_watch(unit_of_work: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told of by its kind alone, and tried again."""
    tries = asyncio.Queue[int]()

    async def fail(*_: object, **__: object) -> Any:
        tries.put_nowait(1)
        raise RuntimeError("of Nguyễn Thị An")

    monkeypatch.setattr(inviting, "due", fail)
    monkeypatch.setattr(chores, "TROUBLE_SECONDS", 0.01)
    with capture_logs() as logs:
        running = asyncio.create_task(Watch(unit_of_work, WorkingCalendar()).run())
        async with asyncio.timeout(10):
            for _ in range(3):
                await tries.get()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert {log["event"] for log in logs} == {"chore_failed"}
