"""What belongs to nothing is swept away, and nothing else, whoever else is at work."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from storage.ids import new_id
from storage.unit_of_work import UnitOfWork
from storage.vault import documents, removing
from storage.vault.blobs import Blobs, new_path
from storage.vault.documents import NewDocument
from storage.vault.kinds import FileRole
from storage.vault.settings import VaultSettings
from storage.vault.sweeping import MANY, Swept, TooManyOrphans, sweep
from storage.vault.watching import Watch
from tests.storage.vault.keeping import AGENCY, BIRTH, NOW, make_party
from tests.storage.vault.store import blob_files, keep_stored, put_file, whole

Open = Callable[[], UnitOfWork]
Sweep = Callable[..., Any]
DAY = timedelta(hours=24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs.in_folder(folder)


@pytest.fixture
def swept(unit_of_work: Open, blobs: Blobs) -> Sweep:
    async def run(now: datetime | None = None, **given: Any) -> Swept:
        return await sweep(unit_of_work, blobs, now=now or datetime.now(UTC), grace=DAY, **given)

    return run


@pytest.fixture
async def document_id(unit_of_work: Open, blobs: Blobs) -> UUID:
    async with unit_of_work() as uow:
        kept = await keep_stored(uow, blobs, await make_party(uow))
        await uow.commit()
    return kept


def age(*files: Path, by: timedelta = 2 * DAY) -> None:
    at = (datetime.now(UTC) - by).timestamp()
    for file in files:
        os.utime(file, (at, at))


async def orphan(blobs: Blobs, count: int = 1, month: datetime = NOW) -> list[str]:
    paths = [new_path(month) for _ in range(count)]
    for path in paths:
        await blobs.put(path, whole(b"of an upload that was cut short"))
    return paths


async def test_old_orphans_go_and_all_else_stays(
    blobs: Blobs, folder: Path, swept: Sweep, document_id: UUID
) -> None:
    """Blobs with a row stay however old they are, and those without one while their row may still come."""
    kept = blob_files(folder)
    [old] = await orphan(blobs)
    [young] = await orphan(blobs)
    age(*kept, folder / old)
    looked = await swept(dry_run=True)
    assert (looked.looked, looked.orphans, looked.bytes) == (4, 1, 31)
    assert blob_files(folder) == {*kept, folder / old, folder / young}
    done = await swept()
    assert (done.looked, done.orphans, done.bytes) == (4, 1, 31)
    assert blob_files(folder) == {*kept, folder / young}
    assert (await swept()).orphans == 0


async def test_an_upload_that_is_under_way_is_left_alone(
    unit_of_work: Open, blobs: Blobs, folder: Path, swept: Sweep
) -> None:
    """Swept again and again while it goes on, and between the last byte and the row."""
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield bytes(6 * 1024 * 1024)
        await go_on.wait()
        yield b"the end"

    path = new_path(NOW)
    upload = asyncio.create_task(blobs.put(path, slowly()))
    async with asyncio.timeout(10):
        while not blob_files(folder):
            assert (await swept()).unfinished == 0
    assert (await swept()).unfinished == 0
    go_on.set()
    await upload
    await swept()
    async with unit_of_work() as uow:
        await keep_stored(uow, blobs, await make_party(uow))
        await swept()
        await uow.commit()
    age(*blob_files(folder))
    done = await swept()
    assert (done.looked, done.orphans) == (3, 1)
    assert not (folder / path).exists()


async def test_a_row_that_comes_between_listing_and_looking_saves_its_blob(
    unit_of_work: Open, blobs: Blobs, folder: Path, swept: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long its upload took: rows are asked for after the blobs were listed."""
    listing = blobs.list

    async def then_kept(prefix: str) -> AsyncIterator[Any]:
        pages = [page async for page in listing(prefix)]
        async with unit_of_work() as uow:
            await documents.add(uow, key, late, now=NOW)
            await uow.commit()
        for page in pages:
            yield page

    async with unit_of_work() as uow:
        key = await make_party(uow)
        await uow.commit()
    file = await put_file(blobs, key, FileRole.ORIGINAL, b"late")
    late = NewDocument(
        id=new_id(), agency_code=AGENCY, source_id="9", content_hash=b"", particulars=BIRTH, files=[file]
    )
    age(*blob_files(folder))
    monkeypatch.setattr(blobs, "list", then_kept)
    assert (await swept()).orphans == 0
    assert (folder / file.path).exists()


async def test_two_sweepers_at_once_take_what_one_would(
    blobs: Blobs, folder: Path, swept: Sweep, document_id: UUID
) -> None:
    """Neither fails over what the other has taken."""
    kept = blob_files(folder)
    lost = await orphan(blobs, MANY)
    age(*kept, *(folder / path for path in lost))
    await asyncio.gather(*(swept() for _ in range(4)))
    assert blob_files(folder) == kept


async def test_months_may_be_chosen(blobs: Blobs, folder: Path, swept: Sweep) -> None:
    """Whoever sweeps every hour need not list what was put years ago."""
    [old] = await orphan(blobs, month=datetime(2021, 1, 1, tzinfo=UTC))
    [new] = await orphan(blobs)
    age(folder / old, folder / new)
    assert (await swept(months=["2026/11", "2026/12"])).orphans == 1
    assert blob_files(folder) == {folder / old}
    assert (await swept()).orphans == 1
    assert blob_files(folder) == set()


async def test_the_blobs_of_another_database_are_not_swept(
    blobs: Blobs, folder: Path, swept: Sweep, document_id: UUID
) -> None:
    """Where most have no row, the address of the one or the other is wrong, and an operator is asked."""
    lost = await orphan(blobs, MANY + 1)
    age(*blob_files(folder))
    with pytest.raises(TooManyOrphans):
        await swept()
    assert len(blob_files(folder)) == MANY + 3
    assert (await swept(dry_run=True)).orphans == len(lost)
    assert (await swept(force=True)).orphans == len(lost)
    assert len(blob_files(folder)) == 2


async def test_what_a_killed_upload_left_goes(blobs: Blobs, folder: Path, swept: Sweep) -> None:
    """Half a file that was never given its name."""
    month = folder / "2026/11"
    month.mkdir(parents=True)
    half, running = month / "4b0e#1", month / "4b0f#1"
    for file in (half, running):
        file.write_bytes(b"half")
    age(half)
    assert (await swept()).unfinished == 1
    assert blob_files(folder) == {running}


async def test_blobs_of_a_removed_document_go_at_once(
    unit_of_work: Open, folder: Path, swept: Sweep, document_id: UUID
) -> None:
    """And with them the rows of its files, which say where they were; its own row and the entry stay."""
    async with unit_of_work() as uow:
        await removing.remove(uow, document_id, reason="test", who="tester", now=NOW)
        await uow.commit()
    assert (await swept(dry_run=True)).removed == 1
    assert len(blob_files(folder)) == 2
    done = await asyncio.gather(*(swept() for _ in range(3)))
    assert sum(one.damaged for one in done) == 0
    assert blob_files(folder) == set()
    async with unit_of_work() as uow:
        driver = await uow.driver()
        rows = await (await driver.execute("SELECT count(*) FROM document_file")).fetchall()
        entry = await (
            await driver.execute("SELECT files, bytes, cleared_at FROM document_removal")
        ).fetchall()
    assert rows == [(0,)]
    [(files, size, cleared_at)] = entry
    assert (files, size) == (2, 29)
    assert cleared_at is not None
    assert (await swept()).removed == 0


@pytest.mark.parametrize(
    "forged",
    [
        "INSERT INTO document_removal SELECT id, now(), 'x', 'x', 2, 2 FROM document",
        (
            "INSERT INTO document_removal SELECT id, now(), 'x', 'x', 2, 2 FROM document;"
            " UPDATE document SET removed_at = now(); UPDATE document_file SET wrapped_key = ''"
        ),
        (
            "INSERT INTO document_removal SELECT id, now(), 'x', 'x', 2, 2 FROM document;"
            " UPDATE document SET removed_at = now(); DELETE FROM document_file"
        ),
    ],
)
async def test_a_forged_removal_deletes_nothing(
    unit_of_work: Open, folder: Path, swept: Sweep, document_id: UUID, forged: str
) -> None:
    """Whoever writes into the database without the keys of the house can not have files deleted by it."""
    kept = blob_files(folder)
    age(*kept)
    async with unit_of_work() as uow:
        for statement in forged.split(";"):
            await (await uow.driver()).execute(statement.encode())
        await uow.commit()
    assert (await swept(months=())).damaged == 1
    assert blob_files(folder) == kept


async def test_a_worker_checks_and_sweeps(
    unit_of_work: Open, blobs: Blobs, folder: Path, document_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself: what is changed is noted, and what was lost of late is gone; then it rests."""
    watch = Watch(unit_of_work, blobs, VaultSettings(check_rate=1000))
    now = datetime.now(UTC)
    [lost] = await orphan(blobs, month=now)
    age(folder / lost)
    changed = min(blob_files(folder) - {folder / lost})
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    assert await watch.check_once() == 0
    async with unit_of_work() as uow:
        found = await (
            await (await uow.driver()).execute(
                "SELECT fault, count(*) FROM document_file GROUP BY 1 ORDER BY 1"
            )
        ).fetchall()
    assert found == [("bytes", 1), (None, 1)]
    assert await watch.check_once() > 0
    assert await watch.sweep_once() > 0
    assert not (folder / lost).exists()


async def test_a_worker_with_an_empty_folder_accuses_nobody(
    unit_of_work: Open, tmp_path: Path, document_id: UUID
) -> None:
    """It was given another folder than the processes that write: all would be missing."""
    watch = Watch(unit_of_work, Blobs.in_folder(tmp_path / "another"), VaultSettings())
    assert await watch.check_once() > 0
    async with unit_of_work() as uow:
        driver = await uow.driver()
        checked = await driver.execute("SELECT id FROM document_file WHERE checked_at IS NOT NULL")
        assert await checked.fetchall() == []
