"""Whether everything that is kept is still what was kept: rows, keys, and every byte of every file.

A file is sound when its row and its document's agree with their `mac`, its key opens under its party's, and
its bytes, read and decrypted to the end, have the size and the SHA-256 that the row tells. So is one that
came with a message, but for the `mac`. What is found is written beside the row; nothing is mended or deleted
here.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from storage.cipher import Cipher, UndecipherableError
from storage.unit_of_work import UnitOfWork
from storage.vault.attached import AttachedFile
from storage.vault.blobs import BlobMissingError, Blobs, BlobsUnreachableError
from storage.vault.checklist import Checkable, due, record
from storage.vault.faults import Fault, Found
from storage.vault.models import DocumentFile
from storage.vault.pace import Pace
from storage.vault.sealing import DamagedFileError, FileKey, opened, sealed_size

AT_A_TIME = 20


@dataclass(slots=True, kw_only=True)
class Checked:
    """What a check looked at: files, their bytes before they were encrypted, and the faults."""

    files: int = 0
    bytes: int = 0
    faults: list[Found] = field(default_factory=list)


class Checker:
    """Checks files a slice at a time; stopped half-way, it goes on where it was.

    Args:
        open_unit: opens a unit of work.
        blobs: where files are kept.
        pace: how fast they are read.
        spread: of so many slices that are due, files are taken at random: so that several that check at the
            same time seldom check the same.
    """

    def __init__(
        self, open_unit: Callable[[], UnitOfWork], blobs: Blobs, pace: Pace, *, spread: int = 1
    ) -> None:
        self._open_unit, self._blobs, self._pace, self._spread = open_unit, blobs, pace, spread

    async def check_slice(self, *, before: datetime) -> Checked:
        """Check some files that were not checked since a time; none are left when there are no `files` in it.

        Raises BlobsUnreachableError when not one could be read: then the store is away, and nothing is noted.
        """
        async with self._open_unit() as uow:
            cipher = uow.cipher
            found = await due(uow, before=before, now=_now(), limit=AT_A_TIME * self._spread)
        slice_ = random.sample(found, min(AT_A_TIME, len(found)))
        checked = Checked()
        unread: list[Checkable] = []
        for one in slice_:
            try:
                fault = await self._fault(cipher, one)
            except BlobsUnreachableError:
                unread.append(one)
            else:
                await self._note(checked, one, fault)
        if unread and not checked.files:
            raise BlobsUnreachableError(f"{len(unread)} files")
        for one in unread:
            await self._note(checked, one, Fault.UNREADABLE)
        return checked

    async def _note(self, checked: Checked, one: Checkable, fault: Fault | None) -> None:
        async with self._open_unit() as uow:
            same = await record(uow, one, fault, at=_now())
            await uow.commit()
        checked.files += 1
        checked.bytes += one.file.size
        if fault and same:
            checked.faults.append(one.found(fault))

    async def _fault(self, cipher: Cipher, one: Checkable) -> Fault | None:
        file = one.file
        if not one.is_intact(cipher):
            return Fault.ROW
        if one.key is None or one.is_removed:
            return None if one.erased or one.is_removed else Fault.KEY
        try:
            key = FileKey.unwrapped(one.key, file.wrapped_key, file_id=file.id, role=file.role)
            return await self._fault_of_bytes(key, file)
        except UndecipherableError:
            return Fault.KEY
        except BlobMissingError:
            return Fault.MISSING
        except DamagedFileError:
            return Fault.BYTES

    async def _fault_of_bytes(self, key: FileKey, file: DocumentFile | AttachedFile) -> Fault | None:
        if await self._blobs.size(file.path) != sealed_size(file.size):
            return Fault.BYTES
        digest = sha256()
        async for piece in opened(key, partial(self._blobs.get, file.path), size=file.size):
            await asyncio.to_thread(digest.update, piece)
            await self._pace.spend(len(piece))
        return None if digest.digest() == file.sha256 else Fault.CONTENT


def _now() -> datetime:
    return datetime.now(UTC)
