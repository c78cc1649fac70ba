"""Removing a document for good: its text, the keys of its files, and then their blobs.

What stays is its row, with nothing personal in it, and an entry of why it went. Once the transaction is
committed nobody can read the files any more; old copies of the database can, for as long as they are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select, update

from storage.errors import NotFoundError, StorageError
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import holds
from storage.vault.errors import NotIntact
from storage.vault.integrity import authenticate, is_intact
from storage.vault.models import Document, DocumentFile
from storage.vault.removal_models import DocumentRemoval
from storage.vault.states import change

DESTROYED = b""
"""Stands where the wrapped key of a file was."""
_NOTHING: dict[str, Any] = {
    "title_sealed": b"",
    "number_sealed": None,
    "holder_sealed": None,
    "reason_sealed": None,
}


class OnHold(StorageError):  # noqa: N818 - says what is the case
    """A legal hold on the document counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A document that was removed: how many files it had, and their size in bytes."""

    document_id: UUID
    files: int
    bytes: int


async def remove(uow: UnitOfWork, document_id: UUID, *, reason: str, who: str, now: datetime) -> Removed:
    """Remove a document; its blobs are deleted by the sweeper, once this is committed.

    Raises:
        NotFoundError: it is not there, or not any more.
        NotIntact: its row, or that of a file, was tampered with: first somebody has to look at it.
        OnHold: a hold on it counts.
    """
    row = await _locked(uow, document_id)
    files = await _files(uow, document_id)
    if not (is_intact(uow.cipher, row) and all(is_intact(uow.cipher, file) for file in files)):
        raise NotIntact(str(document_id))
    if await holds.is_held(uow, document_id, now=now):
        raise OnHold(str(document_id))
    await change(uow, row, _NOTHING | {"removed_at": now})
    for file in files:
        file.wrapped_key, file.signatures_sealed = DESTROYED, None
        authenticate(uow.cipher, file)
    removed = Removed(document_id=document_id, files=len(files), bytes=sum(file.size for file in files))
    uow.session.add(
        DocumentRemoval(
            document_id=document_id,
            removed_at=now,
            reason=reason,
            who=who,
            files=removed.files,
            bytes=removed.bytes,
        )
    )
    await uow.session.flush()
    return removed


async def _locked(uow: UnitOfWork, document_id: UUID) -> Document:
    query = (
        select(Document)
        .where(col(Document.id) == document_id, col(Document.removed_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await uow.session.exec(query)).first()
    if row is None:
        raise NotFoundError("document")
    return row


async def _files(reading: Reading, document_id: UUID) -> Sequence[DocumentFile]:
    query = select(DocumentFile).where(col(DocumentFile.document_id) == document_id)
    return (await reading.session.exec(query.execution_options(populate_existing=True))).all()


async def uncleared(reading: Reading, *, after: UUID, limit: int) -> Sequence[UUID]:
    """Return the next documents that were removed and whose blobs are not known to be deleted."""
    query = (
        select(DocumentRemoval.document_id)
        .where(col(DocumentRemoval.cleared_at).is_(None), col(DocumentRemoval.document_id) > after)
        .order_by(col(DocumentRemoval.document_id))
        .limit(limit)
    )
    return (await reading.session.exec(query)).all()


async def blobs_of_removed(reading: Reading, document_id: UUID) -> Sequence[str]:
    """Return the paths that a removed document's blobs may still lie at.

    Raises NotIntact where its rows do not vouch that it was removed: nothing is deleted on a forged word.
    """
    row = await reading.session.get(Document, document_id, populate_existing=True)
    files = await _files(reading, document_id)
    told = row is not None and row.removed_at is not None and is_intact(reading.cipher, row)
    if not told or not all(
        file.wrapped_key == DESTROYED and is_intact(reading.cipher, file) for file in files
    ):
        raise NotIntact(str(document_id))
    return [file.path for file in files]


async def clear(uow: UnitOfWork, document_id: UUID, *, now: datetime) -> None:
    """Note that the blobs of a removed document are deleted: the rows of its files go with them."""
    await uow.session.exec(
        delete(DocumentFile).where(
            col(DocumentFile.document_id) == document_id, col(DocumentFile.wrapped_key) == DESTROYED
        )
    )
    await uow.session.exec(
        update(DocumentRemoval)
        .where(col(DocumentRemoval.document_id) == document_id, col(DocumentRemoval.cleared_at).is_(None))
        .values(cleared_at=now)
    )
