"""Which files are to be checked next, and what was found of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from storage.cipher import PartyKey, UndecipherableError
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.parties.models import Party
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.faults import Fault, Found
from storage.vault.models import Document, DocumentFile

AHEAD = timedelta(hours=1)
"""By how much the clocks of two processes may differ."""

_RECORD = """
UPDATE document_file SET checked_at = %s, fault = %s WHERE id = %s AND mac = %s RETURNING id
"""
_OUTSTANDING = """
SELECT count(*), coalesce(sum(size), 0)::bigint FROM document_file
WHERE checked_at IS NULL OR checked_at < %s OR checked_at > %s
"""
_FAULTY = """
SELECT document_id, id, role, fault FROM document_file WHERE fault IS NOT NULL ORDER BY id LIMIT %s
"""
_WITHOUT_ORIGINAL = """
SELECT d.id FROM document d
WHERE d.removed_at IS NULL
  AND NOT EXISTS (SELECT FROM document_file f WHERE f.document_id = d.id AND f.role = 'original')
ORDER BY d.id LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkable:
    """A file to be checked.

    Attributes:
        key: its party's; none where there is none, or it does not open.
        erased: whether the party was erased, and its key is meant to be gone.
    """

    file: DocumentFile
    document: Document
    key: PartyKey | None
    erased: bool


async def due(reading: Reading, *, before: datetime, now: datetime, limit: int) -> Sequence[Checkable]:
    """Return files that were not checked since a time, those that waited longest first.

    A time of check that is still to come was written by nobody of ours: such a file is due at once.
    """
    checked_at = col(DocumentFile.checked_at)
    rows = (
        select(DocumentFile, Document, Party)
        .join(Document, col(Document.id) == col(DocumentFile.document_id))
        .join(Party, col(Party.id) == col(Document.party_id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    ahead = (await reading.session.exec(rows.where(checked_at > now + AHEAD))).all()
    # In the order of the index, and not sifted by the time, which would look at all when few are due.
    oldest = rows.order_by(checked_at.nulls_first(), col(DocumentFile.id))
    found = [*ahead, *(await reading.session.exec(oldest)).all()]
    keys: dict[UUID, PartyKey | None] = {}
    for _, _, party in found:
        if party.id not in keys:
            keys[party.id] = await _key(reading, party.id)
    return [
        Checkable(file=file, document=document, key=keys[party.id], erased=party.erased_at is not None)
        for file, document, party in found
        if file.checked_at is None or file.checked_at < before or file.checked_at > now + AHEAD
    ][:limit]


async def _key(reading: Reading, party_id: UUID) -> PartyKey | None:
    try:
        return await parties.open_key(reading, party_id)
    except (NotFoundError, UndecipherableError):
        return None


async def record(uow: UnitOfWork, one: Checkable, fault: Fault | None, *, at: datetime) -> bool:
    """Write what was found of a file; return whether its row is still the one that was checked."""
    driver = await uow.driver()
    return (await driver.execute(_RECORD, (at, fault, one.file.id, one.file.mac))).rowcount == 1


async def outstanding(reading: Reading, *, before: datetime, now: datetime) -> tuple[int, int]:
    """Return how many files were not checked since a time, and their bytes."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_OUTSTANDING, (before, now + AHEAD))).fetchone()
    return row[0], row[1]


async def faulty(reading: Reading, *, limit: int = 1000) -> Sequence[Found]:
    """Return the files that had a fault when they were checked last, whoever checked them."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_FAULTY, (limit,))).fetchall()
    return [
        Found(document_id=document_id, file_id=file_id, role=role, fault=Fault(fault))
        for document_id, file_id, role, fault in rows
    ]


async def without_original(reading: Reading, *, limit: int = 1000) -> Sequence[UUID]:
    """Return documents whose row of an original is gone."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_WITHOUT_ORIGINAL, (limit,))).fetchall()
    return [document_id for (document_id,) in rows]
