"""A worker checks what is kept, beside all else that it does."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from api.settings import Settings
from api.worker import Worker
from storage.cipher import Cipher
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs
from tests.storage.vault.keeping import make_party
from tests.storage.vault.store import blob_files, keep_stored


@pytest.fixture
def worker(
    engine: Engine,
    cipher: Cipher,
    settings: StorageSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Worker:
    """A worker that sends on no channel."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    return Worker(Settings(), {}, engine, cipher)


async def test_a_worker_finds_a_changed_byte(
    worker: Worker, unit_of_work: Callable[[], UnitOfWork], tmp_path: Path
) -> None:
    """By itself, and it stops when it is told to."""
    blobs = Blobs.in_folder(tmp_path / "vault")
    async with unit_of_work() as uow:
        await keep_stored(uow, blobs, await make_party(uow))
        await uow.commit()
    file = min(blob_files(tmp_path / "vault"))
    file.write_bytes(file.read_bytes()[:-1])

    async def found() -> bool:
        async with unit_of_work() as uow:
            rows = await (await uow.driver()).execute("SELECT id FROM document_file WHERE fault = 'bytes'")
            return len(await rows.fetchall()) == 1

    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(20):
            while not await found():  # noqa: ASYNC110 - nothing tells of a row
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await working
    assert await found()
