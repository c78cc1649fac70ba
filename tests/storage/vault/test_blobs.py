"""Blobs are there as a whole or not at all, in a folder as in a bucket."""

import asyncio
import os
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE

import psutil
import pytest

from storage.vault import blobs as blobs_module
from storage.vault.blobs import PART, BlobMissingError, Blobs, BlobsUnreachableError, new_path
from tests.storage.vault.bucket import Bucket, open_bucket

MIB = 1024 * 1024
PATH = "2026/11/4b0e1a1e-0c57-4a3a-9d1c-0d9f0b6d0a11"
ANOTHER = "2025/12/0b0e1a1e-0c57-4a3a-9d1c-0d9f0b6d0a12"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setitem(blobs_module.RETRIES, "max_retries", 0)
    with open_bucket() as opened:
        for name, value in {
            "AWS_ENDPOINT": f"http://127.0.0.1:{opened.server_port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "local",
        }.items():
            monkeypatch.setenv(name, value)
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vault"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, folder: Path) -> Blobs:
    if request.param == "folder":
        return Blobs.in_folder(folder)
    request.getfixturevalue("bucket")
    return Blobs.at("s3://bucket/vault")


async def chunks(*given: bytes) -> AsyncIterator[bytes]:
    for chunk in given:
        yield chunk


async def read(store: Blobs, path: str, start: int = 0, end: int = 1 << 40) -> bytes:
    return b"".join([piece async for piece in store.get(path, start, end)])


async def listed(store: Blobs, prefix: str = "") -> list[str]:
    return sorted([one.path async for page in store.list(prefix) for one in page])


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nothing tells of a file
            await asyncio.sleep(0.005)


async def test_what_is_put_is_got(store: Blobs) -> None:
    """Whole and in part, across the requests in which it is read; and it is listed by month with its size."""
    whole = os.urandom(7 * MIB + 3)
    pieces = [whole[start : start + 65_552] for start in range(0, len(whole), 65_552)]
    await store.put(PATH, chunks(*pieces))
    await store.put(ANOTHER, chunks())
    assert await read(store, PATH) == whole
    assert await read(store, PATH, 2 * MIB - 5, 4 * MIB + 5) == whole[2 * MIB - 5 : 4 * MIB + 5]
    assert await read(store, PATH, 5, 5) == b""
    assert await read(store, ANOTHER) == b""
    assert await store.size(PATH) == len(whole)
    assert list(await store.months()) == ["2025/12", "2026/11"]
    assert await listed(store) == [ANOTHER, PATH]
    [[found]] = [page async for page in store.list("2026/11")]
    assert (found.path, found.size) == (PATH, len(whole))
    assert found.put_at.tzinfo is not None


async def test_the_part_behind_the_end_is_empty(store: Blobs) -> None:
    """Also where the end falls between two requests: what is missing is for the reader to notice."""
    await store.put(PATH, chunks(bytes(2 * MIB)))
    assert await read(store, PATH, 0, 3 * MIB) == bytes(2 * MIB)
    assert await read(store, PATH, 2 * MIB, 3 * MIB) == b""
    assert await read(store, PATH, 9 * MIB, 10 * MIB) == b""


@pytest.mark.parametrize("path", [PATH, "../../etc/passwd", "", "2026/11/../../../x"])
async def test_what_is_not_there_is_missing(store: Blobs, path: str) -> None:
    """A name that leads out of the store is one of nothing."""
    with pytest.raises(BlobMissingError):
        await read(store, path)
    with pytest.raises(BlobMissingError):
        await store.size(path)
    await store.delete(path)


async def test_deleting_twice_is_deleting(store: Blobs) -> None:
    """Two sweepers may find one blob."""
    await store.put(PATH, chunks(b"x"))
    await store.delete(PATH)
    await store.delete(PATH)
    assert await listed(store) == []
    with pytest.raises(BlobMissingError):
        await store.size(PATH)


async def test_an_upload_that_fails_leaves_nothing(store: Blobs, folder: Path) -> None:
    """The source's own error is what is told, whatever kind it is, and nothing is left anywhere."""

    async def failing() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield bytes(MIB)
        raise FileNotFoundError("of the source")

    with pytest.raises(FileNotFoundError, match="of the source"):
        await store.put(PATH, failing())
    assert await listed(store) == []
    assert left_in(folder) == []


async def test_an_upload_that_is_cancelled_leaves_nothing(store: Blobs, folder: Path) -> None:
    """While it waits for a source that says nothing any more, and the thread that wrote is free again."""
    waiting = asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield bytes(MIB)
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(store.put(PATH, silent()))
    await asyncio.wait_for(waiting.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await listed(store) == []
    assert left_in(folder) == []
    for number in range(blobs_module.UPLOADS + 1):
        await store.put(f"{PATH}{number}", chunks(b"x"))


async def test_a_cancelled_upload_leaves_no_parts_in_a_bucket(bucket: Bucket) -> None:
    """They would be paid for, and seen by nobody."""
    store = Blobs.at("s3://bucket/vault")
    sent = asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield bytes(MIB)
        sent.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(store.put(PATH, silent()))
    await asyncio.wait_for(sent.wait(), 10)
    assert bucket.uploads
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not bucket.uploads
    assert not bucket.objects
    assert bucket.largest_part == PART


async def test_a_blob_is_not_seen_before_it_is_whole(folder: Path) -> None:
    """Neither read nor listed, while its upload goes on."""
    store = Blobs.in_folder(folder)
    go_on, begun = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield bytes(MIB)
        begun.set()
        await go_on.wait()

    task = asyncio.create_task(store.put(PATH, slow()))
    await asyncio.wait_for(begun.wait(), 10)
    await until(lambda: left_in(folder))
    assert await listed(store) == []
    with pytest.raises(BlobMissingError):
        await store.size(PATH)
    go_on.set()
    await task
    assert await listed(store) == [PATH]


async def test_a_store_that_is_away_is_unreachable(bucket: Bucket) -> None:
    """Whatever was asked: it is told apart from a blob that is missing, and names neither host nor key."""
    store = Blobs.at("s3://bucket/vault")
    await store.put(PATH, chunks(b"x"))
    for broken in (503, 403):
        bucket.broken = broken
        for asked in (
            lambda: read(store, PATH),
            lambda: store.size(PATH),
            lambda: store.delete(PATH),
            lambda: listed(store),
            store.months,
            lambda: store.put(PATH, chunks(b"x")),
        ):
            with pytest.raises(BlobsUnreachableError) as raised:
                await asked()
            assert "127.0.0.1" not in str(raised.value)


async def test_a_full_disk_is_unreachable(folder: Path) -> None:
    """And what could not be written is not there."""
    code = f"""
import asyncio, resource, signal
from pathlib import Path
from storage.vault.blobs import Blobs, BlobsUnreachableError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({MIB}, {MIB}))
async def chunks():
    for _ in range(8):
        yield bytes({MIB})
async def main():
    try:
        await Blobs.in_folder(Path({str(folder)!r})).put({PATH!r}, chunks())
    except BlobsUnreachableError:
        print("unreachable")
asyncio.run(main())
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, check=True
    )
    assert done.stdout.split() == [b"unreachable"]
    assert left_in(folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to tell which file a handle is of")
async def test_a_folder_is_made_durable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, and every folder above it up to the store's own, are forced to the disk before `put` returns."""
    forced: list[str] = []
    force = os.fsync

    def fsync(handle: int) -> None:
        forced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        force(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store = Blobs.in_folder(folder)
    await store.put(PATH, chunks(b"x"))
    assert forced == [str(folder / part) for part in (PATH, "2026/11", "2026", "")]
    forced.clear()
    await store.put(PATH + "2", chunks(b"x"))
    assert forced == [str(folder / part) for part in (PATH + "2", "2026/11")]


async def test_what_can_not_be_made_durable_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that reports an error at the last moment leaves nothing that looks whole."""

    def fsync(_handle: int) -> None:
        raise OSError("the disk has failed")

    monkeypatch.setattr(os, "fsync", fsync)
    store = Blobs.in_folder(folder)
    with pytest.raises(BlobsUnreachableError):
        await store.put(PATH, chunks(b"x"))
    assert await listed(store) == []


def test_the_folder_is_private(folder: Path) -> None:
    """Nobody else on the machine may read even what is encrypted."""
    Blobs.in_folder(folder)
    assert S_IMODE(folder.stat().st_mode) == 0o700


async def test_what_a_killed_upload_left_is_cleared(folder: Path) -> None:
    """Once it is old enough; one that is still under way, and blobs, stay."""
    store = Blobs.in_folder(folder)
    await store.put(PATH, chunks(b"x"))
    old, young = folder / f"{ANOTHER}#1", folder / f"{PATH}#2"
    old.parent.mkdir(parents=True)
    now = datetime.now(UTC)
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, ((now - timedelta(hours=25)).timestamp(),) * 2)
    os.utime(folder / PATH, ((now - timedelta(hours=25)).timestamp(),) * 2)
    assert await listed(store) == [PATH]
    assert await store.clear_unfinished(now - timedelta(hours=24)) == 1
    assert sorted(left_in(folder)) == [folder / PATH, young]


async def test_what_is_none_of_ours_is_passed_over(folder: Path) -> None:
    """A file that somebody else put into the folder is not listed, and so never swept away."""
    store = Blobs.in_folder(folder)
    await store.put(PATH, chunks(b"x"))
    for foreign in ("2026/11/.DS_Store", "2026/11/notes.txt", "lost+found/1/x", "2024/backup/x"):
        (folder / foreign).parent.mkdir(parents=True, exist_ok=True)
        (folder / foreign).write_bytes(b"x")
    assert list(await store.months()) == ["2026/11"]
    assert await listed(store) == [PATH]


@pytest.mark.parametrize("url", ["nonsense", "file:///tmp", "https://x/y", "s3://", ""])
def test_an_address_of_no_bucket_is_refused(url: str) -> None:
    """At the start, and not by the first upload."""
    with pytest.raises(ValueError, match="bucket"):
        Blobs.at(url)


def test_a_path_says_nothing_but_the_month() -> None:
    """It is random."""
    first, second = (new_path(datetime(2026, 11, 22, tzinfo=UTC)) for _ in range(2))
    assert first != second
    assert first.startswith("2026/11/")
    assert len(first) == len(PATH)


async def test_a_large_blob_takes_little_memory(folder: Path) -> None:
    """50 MB go in and come out with some megabytes in memory, in Python and in the library alike."""
    store = Blobs.in_folder(folder)

    async def many(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield os.urandom(65_552)

    await store.put(ANOTHER, many(200))
    assert len(await read(store, ANOTHER)) == 200 * 65_552
    tracemalloc.start()
    before = psutil.Process().memory_info().rss
    highest = 0
    try:
        await store.put(PATH, many(800))
        async for _ in store.get(PATH, 0, 1 << 40):
            highest = max(highest, psutil.Process().memory_info().rss)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * MIB
    assert highest - before < 16 * MIB


async def test_a_process_ends_as_it_should() -> None:
    """No thread of the library is about to enter Python when it ends, which would kill it."""
    code = f"""
import asyncio, sys, tempfile
from pathlib import Path
from storage.vault.blobs import Blobs
async def chunks():
    for _ in range(6):
        yield bytes({MIB})
async def main(folder):
    store = Blobs.in_folder(Path(folder))
    await store.put({PATH!r}, chunks())
    async for _ in store.get({PATH!r}, 0, 10**9):
        pass
with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(folder))
"""
    for _ in range(8):
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], check=True)
