"""Files on their way into the blob store, encrypted as they go, and known by name until rows keep them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO

from api.uploads import UploadedFile
from storage.cipher import PartyKey
from storage.errors import StorageError
from storage.ids import new_id
from storage.papers.findings import Findings, Signature
from storage.papers.kinds import MediaType
from storage.vault.blobs import Blobs, new_path
from storage.vault.documents import NewFile
from storage.vault.kinds import FileRole
from storage.vault.sealing import FileKey, pieces_of, sealed


class ChangedFileError(StorageError):
    """The file is not any more what was hashed when it came: nothing of it is to be kept."""


class _Measure:
    """Takes size and hash of what passes."""

    def __init__(self) -> None:
        self.size, self._hash = 0, hashlib.sha256()

    async def passing(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self.size += len(piece)
            await asyncio.to_thread(self._hash.update, piece)
            yield piece

    @property
    def sha256(self) -> bytes:
        return self._hash.digest()


class Putting:
    """The files of one document of one party.

    Attributes:
        files: those that are in the store, the original first.
    """

    def __init__(self, blobs: Blobs, party: PartyKey, now: datetime) -> None:
        self._blobs, self._party, self._now = blobs, party, now
        self.files: list[NewFile] = []

    async def original(self, file: UploadedFile, findings: Findings) -> None:
        """Put the bytes that came, untouched.

        Raises ChangedFileError: the child that examined the file runs under our user, and could have written
        it anew if the file took it over; what the seal names is what was hashed before.
        """
        of_pdf = findings.media_type is MediaType.PDF
        put = await self._put(
            FileRole.ORIGINAL,
            file.content,
            media_type=findings.media_type,
            pages=findings.pages if of_pdf else None,
            signatures=findings.signatures if of_pdf else None,
        )
        if put.sha256 != file.sha256:
            await self.take_away()
            raise ChangedFileError(put.path)

    async def copy(self, content: BinaryIO, findings: Findings) -> None:
        """Put the display copy."""
        await self._put(FileRole.COPY, content, media_type=MediaType.PDF, pages=findings.pages)

    async def take_away(self) -> None:
        """Delete what no row will name; what is not reached, the store's sweeper finds.

        Never where a commit may have happened.
        """
        with suppress(StorageError):
            for file in self.files:
                await self._blobs.delete(file.path)

    async def _put(
        self,
        role: FileRole,
        content: BinaryIO,
        *,
        media_type: MediaType,
        pages: int | None,
        signatures: Sequence[Signature] | None = None,
    ) -> NewFile:
        file_id, path = new_id(), new_path(self._now)
        key, measure = FileKey.draw(file_id, role.value), _Measure()
        content.seek(0)
        await self._blobs.put(path, sealed(key, measure.passing(pieces_of(content))))
        put = NewFile(
            id=file_id,
            role=role,
            path=path,
            wrapped_key=key.wrapped(self._party),
            media_type=media_type.value,
            size=measure.size,
            sha256=measure.sha256,
            pages=pages,
            signatures=signatures,
        )
        self.files.append(put)
        return put
