"""Which files are to be checked next, and what was found of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from sqlmodel import col, select

from storage.cipher import Cipher, PartyKey, UndecipherableError
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.parties.models import Party
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import attached
from storage.vault.attached import AttachedFile
from storage.vault.faults import Fault, Found
from storage.vault.integrity import is_intact
from storage.vault.models import Document, DocumentFile

AHEAD = timedelta(hours=1)
"""By how much the clocks of two processes may differ."""
NEVER = datetime.min.replace(tzinfo=UTC)

_RECORD = """
UPDATE document_file SET checked_at = %s, fault = %s WHERE id = %s AND mac = %s RETURNING id
"""
_OUTSTANDING = """
SELECT count(*), coalesce(sum(size), 0)::bigint FROM (
  SELECT size, checked_at FROM document_file
  UNION ALL SELECT size, checked_at FROM message_attachment WHERE path IS NOT NULL
) file
WHERE checked_at IS NULL OR checked_at < %s OR checked_at > %s
"""
_FAULTY = """
SELECT id AS file_id, role, fault, document_id, NULL::uuid AS message_id
FROM document_file WHERE fault IS NOT NULL
UNION ALL SELECT id, 'original', fault, NULL, message_id FROM message_attachment WHERE fault IS NOT NULL
ORDER BY file_id LIMIT %s
"""
_WITHOUT_ORIGINAL = """
SELECT d.id FROM document d
WHERE d.removed_at IS NULL
  AND NOT EXISTS (SELECT FROM document_file f WHERE f.document_id = d.id AND f.role = 'original')
ORDER BY d.id LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkable:
    """A file to be checked: of a document, or, where there is none, of a message.

    Attributes:
        key: its party's; none where there is none, or it does not open.
        erased: whether the party was erased, and its key is meant to be gone.
    """

    file: DocumentFile | AttachedFile
    document: Document | None = None
    key: PartyKey | None
    erased: bool

    @property
    def is_removed(self) -> bool:
        """Whether its document was removed, and its blob is meant to go."""
        return self.document is not None and self.document.removed_at is not None

    def is_intact(self, cipher: Cipher) -> bool:
        """Tell whether the rows that bear a `mac` are as they were lawfully written."""
        if isinstance(self.file, AttachedFile) or self.document is None:
            return True
        return is_intact(cipher, self.file) and is_intact(cipher, self.document)

    def found(self, fault: Fault) -> Found:
        """Return what is told of a fault of it."""
        file = self.file
        if isinstance(file, AttachedFile):
            return Found(file_id=file.id, role=file.role, fault=fault, message_id=file.message_id)
        return Found(file_id=file.id, role=file.role, fault=fault, document_id=file.document_id)


async def due(reading: Reading, *, before: datetime, now: datetime, limit: int) -> Sequence[Checkable]:
    """Return files that were not checked since a time, those that waited longest first.

    A time of check that is still to come was written by nobody of ours: such a file is due at once.
    """
    ahead = now + AHEAD
    found = {
        one.file.id: one
        for one in (
            *await _of_documents(reading, ahead=ahead, limit=limit),
            *await _of_messages(reading, ahead=ahead, limit=limit),
        )
        if one.file.checked_at is None or one.file.checked_at < before or one.file.checked_at > ahead
    }
    return sorted(found.values(), key=lambda one: _waited(one.file.checked_at, ahead))[:limit]


def _waited(checked_at: datetime | None, ahead: datetime) -> tuple[bool, datetime]:
    """Return by what files are put in order: those of a time to come, of none, and the oldest."""
    at = checked_at or NEVER
    return at <= ahead, at


async def _of_messages(reading: Reading, *, ahead: datetime, limit: int) -> list[Checkable]:
    files = await attached.longest_unchecked(reading, ahead=ahead, limit=limit)
    keys = {party_id: await _key(reading, party_id) for party_id in {file.party_id for file in files}}
    return [Checkable(file=file, key=keys[file.party_id], erased=file.erased) for file in files]


async def _of_documents(reading: Reading, *, ahead: datetime, limit: int) -> list[Checkable]:
    checked_at = col(DocumentFile.checked_at)
    rows = (
        select(DocumentFile, Document, Party)
        .join(Document, col(Document.id) == col(DocumentFile.document_id))
        .join(Party, col(Party.id) == col(Document.party_id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    early = (await reading.session.exec(rows.where(checked_at > ahead))).all()
    # In the order of the index, and not sifted by the time, which would look at all when few are due.
    oldest = rows.order_by(checked_at.nulls_first(), col(DocumentFile.id))
    found = [*early, *(await reading.session.exec(oldest)).all()]
    keys = {party_id: await _key(reading, party_id) for party_id in {party.id for _, _, party in found}}
    return [
        Checkable(file=file, document=document, key=keys[party.id], erased=party.erased_at is not None)
        for file, document, party in found
    ]


async def _key(reading: Reading, party_id: UUID) -> PartyKey | None:
    try:
        return await parties.open_key(reading, party_id)
    except (NotFoundError, UndecipherableError):
        return None


async def record(uow: UnitOfWork, one: Checkable, fault: Fault | None, *, at: datetime) -> bool:
    """Write what was found of a file; return whether its row is still the one that was checked."""
    if isinstance(one.file, AttachedFile):
        return await attached.record(uow, one.file, fault, at=at)
    driver = await uow.driver()
    return (await driver.execute(_RECORD, (at, fault, one.file.id, one.file.mac))).rowcount == 1


async def outstanding(reading: Reading, *, before: datetime, now: datetime) -> tuple[int, int]:
    """Return how many files were not checked since a time, and their bytes."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_OUTSTANDING, (before, now + AHEAD))).fetchone()
    return row[0], row[1]


async def faulty(reading: Reading, *, limit: int = 1000) -> Sequence[Found]:
    """Return the files that had a fault when they were checked last, whoever checked them."""
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows: list[Any] = await (await cursor.execute(_FAULTY, (limit,))).fetchall()
    return [Found(**row | {"fault": Fault(row["fault"])}) for row in rows]


async def without_original(reading: Reading, *, limit: int = 1000) -> Sequence[UUID]:
    """Return documents whose row of an original is gone."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_WITHOUT_ORIGINAL, (limit,))).fetchall()
    return [document_id for (document_id,) in rows]
