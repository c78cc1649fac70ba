"""Where the bytes of files are kept, encrypted already: a folder, or a bucket of S3, Google or Azure.

A blob is written once, under a random name, and never changed. It is there as a whole or not at all; once
`put` has returned, also after a crash or a loss of power. In a folder that is as true as the disk's own word
on what it has written (fsync, which `obstore` leaves to us); a bucket answers only when the bytes are safe.

What an upload leaves behind that was killed in its midst is never read: in a folder `clear_unfinished`
deletes it, in a bucket the owner's rule for incomplete multipart uploads (a day or more) does.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from storage.errors import StorageError
from storage.vault.pulling import Pull

if TYPE_CHECKING:
    from obstore import ObjectMeta

PART = 5 * 1024 * 1024
"""Bytes of one part of an upload: the least that S3 takes."""
PIECE = 2 * 1024 * 1024
"""Bytes read by one request. Each ends before the next begins, so that a slow reader keeps none open."""
PAGE = 1000
UPLOADS = 8
"""Uploads at a time; each has a thread, and holds two parts in memory."""
PRIVATE = 0o700
BUCKETS = ("s3://", "gs://", "az://")
RETRIES = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


_MONTH = re.compile(r"[0-9]{4}/[0-9]{2}")
_NAME = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9a-f-]+")


class BlobMissingError(StorageError):
    """There is no blob of that name."""


class BlobsUnreachableError(StorageError):
    """The store is away, full, or refuses us: nothing is wrong with what was asked; ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One blob of a listing: its size in bytes as it is kept, and when it was put, by the store's clock."""

    path: str
    size: int
    put_at: datetime


def new_path(now: datetime) -> str:
    """Return a name that says nothing but the month."""
    return f"{now:%Y/%m}/{uuid4()}"


class Blobs:
    """The store. One for a process, and safe to share.

    The calls of `obstore` that block are used, in threads. With those that do not, a thread of theirs may
    still be about to enter Python when the process ends, which then aborts: one short command in ten did.
    """

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._durable: set[Path] = set()
        self._uploads = ThreadPoolExecutor(UPLOADS, thread_name_prefix="upload")

    @classmethod
    def in_folder(cls, folder: Path) -> "Blobs":
        """Keep blobs in a folder of ours alone, which is made when it is not there."""
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        return cls(LocalStore(folder), folder=folder)

    @classmethod
    def at(cls, url: str) -> "Blobs":
        """Keep blobs in a bucket: `s3://`, `gs://` or `az://`; access is as the environment usually tells it.

        Raises ValueError when it is none.
        """
        if not url.startswith(BUCKETS):
            raise ValueError("it is no address of a bucket")
        try:
            store = from_url(url, retry_config=RETRIES)  # type: ignore[call-overload] # which of the three, the library finds out
        except (BaseError, ValueError) as error:
            raise ValueError("it names no bucket") from error
        return cls(store)

    async def put(self, path: str, chunks: AsyncIterable[bytes]) -> None:
        """Keep what comes in chunks; in memory are never more than two parts of it.

        Raises BlobsUnreachableError, or whatever `chunks` raises. Then, and when it is cancelled, there is
        nothing under the name.
        """
        _require_name(path)
        pull = Pull(chunks)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._uploads, self._put, path, pull)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            pull.stop()
            with suppress(Exception):
                await work
                await self.delete(path)
            raise
        except Exception as error:  # noqa: BLE001 - sorted below: some are the source's own
            if pull.failed is not None:
                raise pull.failed from None
            _raise(error)

    def _put(self, path: str, pull: Pull) -> None:
        obstore.put(self._store, path, pull, use_multipart=True, chunk_size=PART, max_concurrency=1)
        if self._folder is None:
            return
        try:
            self._make_durable(self._folder / path)
        except OSError:
            with suppress(BaseError, OSError):
                obstore.delete(self._store, path)
            raise

    def _make_durable(self, file: Path) -> None:
        _sync(file)
        _sync(file.parent)
        for parent in file.parents[1:]:
            if parent not in self._durable:
                _sync(parent)
                self._durable.add(parent)
            if parent == self._folder:
                return

    async def get(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end`, or to where the blob ends.

        Raises BlobMissingError, BlobsUnreachableError.
        """
        _require_name(path)
        while start < end:
            piece = await asyncio.to_thread(self._get, path, start, min(end, start + PIECE))
            if not piece:
                return
            yield piece
            start += len(piece)

    def _get(self, path: str, start: int, end: int) -> bytes:
        try:
            return obstore.get_range(self._store, path, start=start, end=end).to_bytes()
        except (BaseError, OSError) as error:
            # Stores say in many ways that a blob ends before the part that was asked for begins.
            if not isinstance(error, FileNotFoundError) and self._size(path) <= start:
                return b""
            _raise(error)

    async def size(self, path: str) -> int:
        """Return how many bytes a blob has. Raises BlobMissingError, BlobsUnreachableError."""
        _require_name(path)
        return await asyncio.to_thread(self._size, path)

    def _size(self, path: str) -> int:
        try:
            return obstore.head(self._store, path)["size"]
        except (BaseError, OSError) as error:
            _raise(error)

    async def delete(self, path: str) -> None:
        """Delete a blob; nothing happens where there is none. Raises BlobsUnreachableError."""
        with suppress(BlobMissingError):
            _require_name(path)
            await asyncio.to_thread(self._delete, path)

    def _delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except (BaseError, OSError) as error:
            _raise(error)

    async def list(self, prefix: str) -> AsyncIterator[Sequence[Blob]]:
        """Yield the blobs below a prefix, such as `2026/11`, a page at a time and in no order.

        What is none of ours, by its name, is passed over.

        Raises BlobsUnreachableError.
        """
        pages = iter(obstore.list(self._store, prefix or None, chunk_size=PAGE))
        while (page := await asyncio.to_thread(_next_page, pages)) is not None:
            yield page

    async def months(self) -> Sequence[str]:
        """Return the prefixes there are, such as `2026/11`, in order. Raises BlobsUnreachableError."""
        return await asyncio.to_thread(self._months)

    def _months(self) -> Sequence[str]:
        try:
            years = obstore.list_with_delimiter(self._store)["common_prefixes"]
            return sorted(
                month
                for year in years
                for month in obstore.list_with_delimiter(self._store, year)["common_prefixes"]
                if _MONTH.fullmatch(month)
            )
        except (BaseError, OSError) as error:
            _raise(error)

    async def clear_unfinished(self, before: datetime) -> int:
        """Delete what killed uploads have left in a folder before a time; return how many."""
        return 0 if self._folder is None else await asyncio.to_thread(_clear, self._folder, before)


def _require_name(path: str) -> None:
    """Refuse what is no name of a blob: a path that was changed in its row may lead anywhere."""
    if not _NAME.fullmatch(path):
        raise BlobMissingError("blob")


def _next_page(pages: "Iterator[Sequence[ObjectMeta]]") -> Sequence[Blob] | None:
    try:
        page = next(pages, None)
    except (BaseError, OSError) as error:
        _raise(error)
    if page is None:
        return None
    return [
        Blob(path=one["path"], size=one["size"], put_at=one["last_modified"])
        for one in page
        if _NAME.fullmatch(one["path"])
    ]


def _clear(folder: Path, before: datetime) -> int:
    cleared = 0
    # `obstore` writes beside the final name, behind which it puts this sign and a number.
    for file in folder.rglob("*#*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < before.timestamp():
                file.unlink()
                cleared += 1
    return cleared


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raise(error: Exception) -> NoReturn:
    """Say it in the words of the storage; of the cause only its kind, as its text names hosts and keys."""
    if isinstance(error, FileNotFoundError):
        raise BlobMissingError("blob") from error
    if isinstance(error, BaseError | OSError):
        raise BlobsUnreachableError(type(error).__name__) from error
    raise error
