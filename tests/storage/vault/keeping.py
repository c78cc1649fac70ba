"""Documents for tests, kept as an agency's intake keeps them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey
from storage.ids import new_id
from storage.papers.findings import Doubt, Signature, Verdict
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork
from storage.vault import documents
from storage.vault.blobs import new_path
from storage.vault.documents import Kept, NewDocument, NewFile, Repeat, Supersession
from storage.vault.entries import Particulars
from storage.vault.kinds import DocumentKind, FileRole
from storage.vault.sealing import FileKey

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AGENCY = "H26.1"
BIRTH = Particulars(
    kind=DocumentKind.RESULT,
    title="Giấy khai sinh",
    number="123/2026/TP-KS",
    holder="Nguyễn Thị An",
    type_code="KQ.KS",
    type_name="Bản chính giấy khai sinh",
    issuer_name="Ủy ban nhân dân phường Hoàn Kiếm",
    issued_on=date(2026, 11, 20),
    procedure_code="1.001193",
    dossier_code="H26.1-261121-0001",
)
SIGNED = (
    Signature(verdict=Verdict.VALID, signer="UBND phường Hoàn Kiếm", signed_at=NOW, whole_file=True),
    Signature(verdict=Verdict.BROKEN, doubt=Doubt.CHANGED),
)


async def make_party(uow: UnitOfWork, number: str = "001190000011") -> PartyKey:
    """Make a person."""
    (key,) = await parties.find_or_create(uow, [PartyIdentity(kind=PartyKind.PERSON, number=number)])
    return key


def new_file(
    key: PartyKey, role: FileRole = FileRole.ORIGINAL, content: bytes = b"%PDF-1.7", **fields: Any
) -> NewFile:
    """Return a file as if it lay in the blob store."""
    file_id = new_id()
    drawn = FileKey.draw(file_id, role)
    told: dict[str, Any] = {
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": sha256(content).digest(),
        "path": new_path(NOW),
        "pages": 1,
    }
    return NewFile(id=file_id, role=role, wrapped_key=drawn.wrapped(key), **told | fields)


def new_document(
    key: PartyKey, source_id: str = "1", /, content: bytes = b"%PDF-1.7", **told: Any
) -> NewDocument:
    """Return a document with an original and a copy; what is told replaces what the birth certificate says."""
    fields = ("agency_code", "supersedes", "seal_id", "dossier_id")
    own = {name: told.pop(name) for name in fields if name in told}
    files = [new_file(key, content=content, signatures=SIGNED), new_file(key, FileRole.COPY, b"copy")]
    given = {"agency_code": AGENCY} | own
    particulars = replace(BIRTH, **told)
    said = repr((key.party_id, particulars, content, own.get("supersedes")))
    return NewDocument(
        id=new_id(),
        source_id=source_id,
        content_hash=sha256(said.encode()).digest(),
        particulars=particulars,
        files=files,
        **given,
    )


async def keep(uow: UnitOfWork, key: PartyKey, source_id: str = "1", /, **told: Any) -> UUID:
    """Keep a document; return its id."""
    now = told.pop("now", NOW)
    kept = await documents.add(uow, key, new_document(key, source_id, **told), now=now)
    assert isinstance(kept, Kept)
    return kept.document_id


__all__ = [
    "AGENCY",
    "BIRTH",
    "NOW",
    "SIGNED",
    "Kept",
    "Repeat",
    "Supersession",
    "keep",
    "make_party",
    "new_document",
    "new_file",
]
