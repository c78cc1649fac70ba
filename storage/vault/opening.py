"""One document, its other versions, and its files, for its owner: the party is part of every query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import Reading
from storage.vault.entries import KeptDocument, KeptFile, open_file
from storage.vault.errors import NotIntact
from storage.vault.kinds import FileRole
from storage.vault.models import DocumentFile
from storage.vault.rows import SHOWN, Opened, OwnDocument, open_rows
from storage.vault.sealing import FileKey

# Each has at most one before it and one after it: the chain has no branches.
_VERSIONS = f"""
WITH RECURSIVE before(id, supersedes_id) AS (
  SELECT d.id, d.supersedes_id FROM document d WHERE {SHOWN} AND d.id = %(id)s
  UNION
  SELECT d.id, d.supersedes_id FROM before b JOIN document d ON d.id = b.supersedes_id WHERE {SHOWN}
), since(id) AS (
  SELECT id FROM before WHERE id = %(id)s
  UNION
  SELECT d.id FROM since s JOIN document d ON d.supersedes_id = s.id WHERE {SHOWN}
)
SELECT id FROM before UNION SELECT id FROM since ORDER BY id DESC LIMIT %(limit)s
"""
MOST_VERSIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file with what its bytes are read by.

    Attributes:
        document: what it is a file of.
        path: where the blob store has it.
        key: decrypts it.
    """

    document: KeptDocument
    file: KeptFile
    path: str
    key: FileKey

    @property
    def title(self) -> str:
        """What the document is called."""
        return self.document.particulars.title

    @property
    def media_type(self) -> str:
        """What the file is."""
        return self.file.media_type

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.file.size

    @property
    def sha256(self) -> bytes:
        """The hash of those."""
        return self.file.sha256

    @property
    def about(self) -> Mapping[str, str]:
        """Ids, for logs."""
        return {"document_id": str(self.document.id), "file_id": str(self.file.id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """A document, and the `others` of its chain, the one that came in last first."""

    own: OwnDocument
    others: Sequence[OwnDocument]


async def versions(reading: Reading, party_id: UUID, document_id: UUID) -> Versions:
    """Return a document of a party with all its other versions; a damaged one of these is left out.

    Raises:
        NotFoundError: there is no such document, or it is somebody else's.
        NotIntact: its row is not as it was written.
    """
    key = await parties.open_key(reading, party_id)
    given = {"party_id": party_id, "id": document_id, "limit": MOST_VERSIONS}
    rows: list[Any] = await (await (await reading.driver()).execute(_VERSIONS, given)).fetchall()
    ids = [row[0] for row in rows]
    opened = await open_rows(reading, key, ids)
    return Versions(
        own=_the_one(opened, document_id),
        others=[opened.own[one] for one in ids if one in opened.own and one != document_id],
    )


def _the_one(opened: Opened, document_id: UUID) -> OwnDocument:
    if document_id in opened.damaged:
        raise NotIntact(str(document_id))
    if document_id not in opened.own:
        raise NotFoundError("document")
    return opened.own[document_id]


async def open_one(reading: Reading, party_id: UUID, document_id: UUID, role: FileRole) -> OpenFile:
    """Return a file of a party's document.

    Raises:
        NotFoundError: there is no such file, or it is somebody else's.
        NotIntact: its row, or its document's, is not as it was written.
    """
    key = await parties.open_key(reading, party_id)
    own = _the_one(await open_rows(reading, key, [document_id]), document_id)
    query = select(DocumentFile).where(
        col(DocumentFile.document_id) == document_id, col(DocumentFile.role) == role.value
    )
    row = (await reading.session.exec(query)).first()
    if row is None:
        raise NotFoundError("document")
    file_key = FileKey.unwrapped(key, row.wrapped_key, file_id=row.id, role=row.role)
    return OpenFile(document=own.document, file=open_file(key, row), path=row.path, key=file_key)
