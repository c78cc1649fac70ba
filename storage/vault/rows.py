"""Rows of one party's documents, opened: what finding, syncing and sharing have in common."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.cipher import PartyKey
from storage.unit_of_work import Reading
from storage.vault.entries import KeptDocument, open_document
from storage.vault.errors import NotIntact
from storage.vault.models import Document, DocumentFile

SHOWN: LiteralString = "d.party_id = %(party_id)s AND d.removed_at IS NULL"
"""SQL for what is a party's and still there, of a row `d`."""
_NAMES = ("agency_name", "procedure_name")
_ROWS = f"""
SELECT {", ".join(f"d.{name}" for name in Document.model_fields if name != "changed_xid")},
  a.name AS agency_name, p.name AS procedure_name
FROM document d
LEFT JOIN agency a ON a.code = d.agency_code
LEFT JOIN procedure p ON p.code = d.procedure_code
WHERE {SHOWN} AND d.id = ANY(%(ids)s)
"""
_FILES = f"""
SELECT {", ".join(f"f.{name}" for name in DocumentFile.model_fields)} FROM document_file f
JOIN document d ON d.id = f.document_id
WHERE {SHOWN} AND d.id = ANY(%(ids)s) ORDER BY f.document_id, f.role DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDocument:
    """A document with the names of its agency and procedure as they stand now, where they are known."""

    document: KeptDocument
    agency_name: str | None
    procedure_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Documents by their ids, and those that are `damaged`: not as they were written, and shown to nobody."""

    own: Mapping[UUID, OwnDocument]
    damaged: frozenset[UUID]


async def open_rows(reading: Reading, key: PartyKey, ids: Collection[UUID]) -> Opened:
    """Open documents of the party whose key it is; what is somebody else's, or gone, is left out."""
    given = {"party_id": key.party_id, "ids": list(ids)}
    driver = await reading.driver()
    async with driver.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ROWS, given)
        rows = await cursor.fetchall()
        await cursor.execute(_FILES, given)
        files = _by_document(DocumentFile(**row) for row in await cursor.fetchall())
    own: dict[UUID, OwnDocument] = {}
    damaged: set[UUID] = set()
    for row in rows:
        names = {name: row.pop(name) for name in _NAMES}
        document = Document(**row)
        try:
            opened = open_document(reading.cipher, key, document, files.get(document.id, []))
        except NotIntact:
            damaged.add(document.id)
        else:
            own[document.id] = OwnDocument(document=opened, **names)
    return Opened(own=own, damaged=frozenset(damaged))


def _by_document(files: Iterable[DocumentFile]) -> dict[UUID, list[DocumentFile]]:
    return {one: list(some) for one, some in groupby(files, lambda file: file.document_id)}
