"""Files on their way into the blob store, encrypted as they go, and known by name until rows keep them."""

import asyncio
import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

from api.uploads import UploadedFile
from storage.cipher import PartyKey
from storage.errors import StorageError
from storage.ids import new_id
from storage.papers.findings import Findings
from storage.papers.kinds import MediaType
from storage.vault.blobs import Blobs, new_path
from storage.vault.documents import NewFile
from storage.vault.kinds import FileRole
from storage.vault.sealing import FileKey, pieces_of, sealed

_PIECE = 1024 * 1024


class Putting:
    """The files of one document of one party.

    Attributes:
        files: those that are in the store, the original first.
    """

    def __init__(self, blobs: Blobs, party: PartyKey, now: datetime) -> None:
        self._blobs, self._party, self._now = blobs, party, now
        self.files: list[NewFile] = []

    async def original(self, file: UploadedFile, findings: Findings) -> None:
        """Put the bytes that came, untouched."""
        of_pdf = findings.media_type is MediaType.PDF
        self.files.append(
            NewFile(
                **await self._put(FileRole.ORIGINAL, file.content),
                media_type=findings.media_type.value,
                size=file.size,
                sha256=file.sha256,
                pages=findings.pages if of_pdf else None,
                signatures=findings.signatures if of_pdf else None,
            )
        )

    async def copy(self, content: BinaryIO, findings: Findings) -> None:
        """Put the display copy."""
        size, sha256 = await asyncio.to_thread(_measured, content)
        self.files.append(
            NewFile(
                **await self._put(FileRole.COPY, content),
                media_type=MediaType.PDF.value,
                size=size,
                sha256=sha256,
                pages=findings.pages,
            )
        )

    async def take_away(self) -> None:
        """Delete what no row will name; what is not reached, the store's sweeper finds.

        Never where a commit may have happened.
        """
        with suppress(StorageError):
            for file in self.files:
                await self._blobs.delete(file.path)

    async def _put(self, role: FileRole, content: BinaryIO) -> dict[str, Any]:
        file_id, path = new_id(), new_path(self._now)
        key = FileKey.draw(file_id, role.value)
        content.seek(0)
        await self._blobs.put(path, sealed(key, pieces_of(content)))
        return {"id": file_id, "role": role, "path": path, "wrapped_key": key.wrapped(self._party)}


def _measured(content: BinaryIO) -> tuple[int, bytes]:
    hashed, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(_PIECE):
        hashed.update(piece)
        size += len(piece)
    return size, hashed.digest()
