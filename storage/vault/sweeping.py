"""Clearing away blobs that belong to nothing: of uploads that never came to a row, and of removed documents.

Files are written first and their rows after, so a crash between leaves a blob that no row names. It is told
from one whose row is about to be written by its age alone. A row whose blob is missing is for the checker to
report: no row is ever deleted here but those of documents that were removed.

Any number may sweep at once, beside any number of uploads; each batch stands for itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.errors import StorageError
from storage.unit_of_work import UnitOfWork
from storage.vault import removing
from storage.vault.blobs import Blob, Blobs
from storage.vault.errors import NotIntact

AT_A_TIME = 100
BEFORE_ALL_IDS = UUID(int=0)
_KNOWN = """
SELECT path FROM document_file WHERE path = ANY(%(paths)s)
UNION ALL SELECT path FROM message_attachment WHERE path = ANY(%(paths)s)
"""

MANY = 20
"""Orphans on one page of the listing that may be chance."""

Open = Callable[[], UnitOfWork]


class TooManyOrphans(StorageError):  # noqa: N818 - says what is the case
    """Most of the blobs have no row: they may well be another database's, and none of them is deleted."""


@dataclass(slots=True, kw_only=True)
class Swept:
    """What a sweep has found, and deleted unless it was to look only.

    Attributes:
        looked: blobs that were listed.
        orphans: those without a row, and their `bytes` as they were kept.
        removed: documents that were removed and whose blobs are deleted now.
        unfinished: what killed uploads have left.
        damaged: documents that only seem to have been removed: their rows were tampered with.
    """

    looked: int = 0
    orphans: int = 0
    bytes: int = 0
    removed: int = 0
    unfinished: int = 0
    damaged: int = 0


async def sweep(
    open_unit: Open,
    blobs: Blobs,
    *,
    now: datetime,
    grace: timedelta,
    months: Iterable[str] | None = None,
    dry_run: bool = False,
    force: bool = False,
    progress: Callable[[Swept], None] = lambda _swept: None,
) -> Swept:
    """Sweep once.

    Args:
        open_unit: opens a unit of work.
        blobs: where files are kept.
        now: the present.
        grace: how old what belongs to nothing must be.
        months: look for orphans in these alone, such as `2026/11`; in all unless given.
        dry_run: delete nothing; what killed uploads have left is not counted then.
        force: delete also where most of the blobs are orphans.
        progress: is told how far it is after each batch.

    Raises BlobsUnreachableError, TooManyOrphans; what was swept until then is swept.
    """
    swept = Swept()
    await _removed(open_unit, blobs, swept, now=now, dry_run=dry_run)
    for month in await blobs.months() if months is None else months:
        async for page in blobs.list(month):
            swept.looked += len(page)
            old = [blob for blob in page if blob.put_at < now - grace]
            orphans = await _without_row(open_unit, old)
            if len(orphans) > max(MANY, len(old) / 2) and not (force or dry_run):
                raise TooManyOrphans(f"{len(orphans)} of {len(old)} blobs in {month} are in no row")
            await _delete(blobs, swept, orphans, dry_run=dry_run)
            progress(swept)
    if not dry_run:
        swept.unfinished = await blobs.clear_unfinished(now - grace)
    return swept


async def _delete(blobs: Blobs, swept: Swept, orphans: Sequence[Blob], *, dry_run: bool) -> None:
    for blob in orphans:
        if not dry_run:
            await blobs.delete(blob.path)
        swept.orphans += 1
        swept.bytes += blob.size


async def _without_row(open_unit: Open, old: Sequence[Blob]) -> Sequence[Blob]:
    """Return those that no row names. Asked after they were listed: a row written meanwhile is seen."""
    known = await _known(open_unit, [blob.path for blob in old])
    return [blob for blob in old if blob.path not in known]


async def _known(open_unit: Open, paths: list[str]) -> set[str]:
    if not paths:
        return set()
    async with open_unit() as uow:
        driver = await uow.driver()
        rows: list[Any] = await (await driver.execute(_KNOWN, {"paths": paths})).fetchall()
    return {path for (path,) in rows}


async def _removed(open_unit: Open, blobs: Blobs, swept: Swept, *, now: datetime, dry_run: bool) -> None:
    after = BEFORE_ALL_IDS
    while True:
        async with open_unit() as uow:
            ids = await removing.uncleared(uow, after=after, limit=AT_A_TIME)
        if not ids:
            return
        for document_id in ids:
            await _clear(open_unit, blobs, swept, document_id, now=now, dry_run=dry_run)
        after = ids[-1]


async def _clear(
    open_unit: Open, blobs: Blobs, swept: Swept, document_id: UUID, *, now: datetime, dry_run: bool
) -> None:
    async with open_unit() as uow:
        try:
            paths = await removing.blobs_of_removed(uow, document_id)
        except NotIntact:
            swept.damaged += 1
            return
    swept.removed += 1
    if dry_run:
        return
    for path in paths:
        await blobs.delete(path)
    async with open_unit() as uow:
        await removing.clear(uow, document_id, now=now)
        await uow.commit()
