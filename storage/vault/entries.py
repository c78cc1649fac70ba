"""What is told of a document: given once by its agency, kept sealed, and read by its owner."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from json import dumps, loads
from typing import Any
from uuid import UUID

from storage.cipher import Cipher, PartyKey
from storage.dossiers.working_days import VIETNAM
from storage.papers.findings import Changes, Doubt, Signature, Verdict
from storage.vault.errors import NotIntact
from storage.vault.integrity import is_intact
from storage.vault.kinds import DocumentKind, DocumentState, FileRole
from storage.vault.models import Document, DocumentFile

TITLE, NUMBER, HOLDER, REASON = (f"document.{name}" for name in ("title", "number", "holder", "reason"))
SIGNATURES = "document_file.signatures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What a document is (article 24 of Circular 01/2023/TT-VPCP), as its agency tells it.

    Attributes:
        number: number and sign ("số, ký hiệu").
        holder: whom the paper names.
        type_code: of the list of kinds of paper that the agency uses.
        issuer_name: who issued it, as it stands on the paper.
        valid_from: its first day where that is not `issued_on`; `expires_on`: its last day.
    """

    kind: DocumentKind
    title: str
    type_code: str
    type_name: str
    issuer_name: str
    issued_on: date
    number: str | None = None
    holder: str | None = None
    procedure_code: str | None = None
    dossier_code: str | None = None
    valid_from: date | None = None
    expires_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a document that was never valid."""
        if self.expires_on is not None and self.expires_on < (self.valid_from or self.issued_on):
            raise ValueError("a document ends after it begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as its owner is told of it.

    Attributes:
        size: in bytes, as `sha256` of what was sent or drawn.
        signatures: what was found of those in it; none where nobody looked for any.
    """

    id: UUID
    role: FileRole
    media_type: str
    size: int
    sha256: bytes
    pages: int | None
    signatures: tuple[Signature, ...] | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """A document as it stands.

    Attributes:
        state: its issuer's word, since `state_at` and because of `reason`.
    """

    id: UUID
    party_id: UUID
    agency_code: str
    source_id: str
    particulars: Particulars
    dossier_id: UUID | None
    state: DocumentState
    state_at: datetime
    reason: str | None
    supersedes_id: UUID | None
    seal_id: UUID | None
    created_at: datetime
    files: tuple[KeptFile, ...]

    def has_expired(self, now: datetime) -> bool:
        """Tell whether its last day in Vietnam is over."""
        last = self.particulars.expires_on
        return last is not None and last < now.astimezone(VIETNAM).date()


def open_document(
    cipher: Cipher, key: PartyKey, row: Document, files: Sequence[DocumentFile]
) -> KeptDocument:
    """Decrypt a row and those of its files.

    Raises NotIntact where one of them is not as it was written: nothing of it is to be shown as good.
    """
    if not (is_intact(cipher, row) and all(is_intact(cipher, file) for file in files)):
        raise NotIntact(str(row.id))
    return KeptDocument(
        id=row.id,
        party_id=row.party_id,
        agency_code=row.agency_code,
        source_id=row.source_id,
        particulars=_particulars(key, row),
        dossier_id=row.dossier_id,
        state=DocumentState(row.state),
        state_at=row.state_at,
        reason=key.decrypt_optional(row.reason_sealed, REASON),
        supersedes_id=row.supersedes_id,
        seal_id=row.seal_id,
        created_at=row.created_at,
        files=tuple(open_file(key, file) for file in files),
    )


def _particulars(key: PartyKey, row: Document) -> Particulars:
    return Particulars(
        kind=DocumentKind(row.kind),
        title=key.decrypt(row.title_sealed, TITLE),
        number=key.decrypt_optional(row.number_sealed, NUMBER),
        holder=key.decrypt_optional(row.holder_sealed, HOLDER),
        type_code=row.type_code,
        type_name=row.type_name,
        procedure_code=row.procedure_code,
        dossier_code=row.dossier_code,
        issuer_name=row.issuer_name,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        expires_on=row.expires_on,
    )


def open_file(key: PartyKey, row: DocumentFile) -> KeptFile:
    """Decrypt what is told of a file, which was found intact."""
    kept = key.decrypt_optional(row.signatures_sealed, SIGNATURES)
    return KeptFile(
        id=row.id,
        role=FileRole(row.role),
        media_type=row.media_type,
        size=row.size,
        sha256=bytes(row.sha256),
        pages=row.pages,
        signatures=None if kept is None else tuple(map(_signature, loads(kept))),
        created_at=row.created_at,
    )


def seal_signatures(key: PartyKey, signatures: Sequence[Signature] | None) -> bytes | None:
    """Encrypt what was found of signatures, as `open_file` reads it."""
    if signatures is None:
        return None
    told = [asdict(one) | {"signed_at": one.signed_at and one.signed_at.isoformat()} for one in signatures]
    return key.encrypt(dumps(told), SIGNATURES)


def _signature(told: dict[str, Any]) -> Signature:
    signed_at = told["signed_at"]
    return Signature(
        verdict=Verdict(told["verdict"]),
        doubt=Doubt(told["doubt"]) if told["doubt"] else None,
        signer=told["signer"],
        organisation=told["organisation"],
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        time_proven=told["time_proven"],
        whole_file=told["whole_file"],
        changes=Changes(told["changes"]),
    )
