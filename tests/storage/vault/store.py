"""Documents whose files lie in a store of blobs, as an agency's intake leaves them."""

from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from storage.cipher import PartyKey
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork
from storage.vault import documents
from storage.vault.blobs import Blobs, new_path
from storage.vault.documents import Kept, NewDocument, NewFile
from storage.vault.entries import Particulars
from storage.vault.kinds import FileRole
from storage.vault.sealing import FileKey, sealed
from tests.storage.vault.keeping import AGENCY, BIRTH, NOW, SIGNED


async def whole(content: bytes) -> AsyncIterator[bytes]:
    """Yield it."""
    yield content


async def put_file(blobs: Blobs, key: PartyKey, role: FileRole, content: bytes) -> NewFile:
    """Encrypt a file into the store."""
    file_key = FileKey.draw(new_id(), role)
    path = new_path(NOW)
    await blobs.put(path, sealed(file_key, whole(content)))
    return NewFile(
        id=file_key.file_id,
        role=role,
        media_type="application/pdf",
        size=len(content),
        sha256=sha256(content).digest(),
        path=path,
        wrapped_key=file_key.wrapped(key),
        pages=1,
        signatures=SIGNED if role is FileRole.ORIGINAL else None,
    )


async def keep_stored(
    uow: UnitOfWork,
    blobs: Blobs,
    key: PartyKey,
    source_id: str = "1",
    *,
    content: bytes = b"%PDF-1.7 original",
    particulars: Particulars = BIRTH,
    dossier_id: UUID | None = None,
    now: datetime = NOW,
) -> UUID:
    """Keep a document with an original and a copy; return its id."""
    files = [
        await put_file(blobs, key, FileRole.ORIGINAL, content),
        await put_file(blobs, key, FileRole.COPY, b"a copy of it"),
    ]
    new = NewDocument(
        id=new_id(),
        agency_code=AGENCY,
        source_id=source_id,
        content_hash=sha256(content).digest(),
        particulars=particulars,
        files=files,
        dossier_id=dossier_id,
    )
    kept = await documents.add(uow, key, new, now=now)
    assert isinstance(kept, Kept)
    return kept.document_id


def blob_files(folder: Path) -> set[Path]:
    """Return the files that a store in a folder has."""
    return {path for path in folder.rglob("*") if path.is_file()}
