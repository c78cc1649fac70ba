"""Documents, their files, and what keeps them from being deleted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, created, moment, sealed
from storage.ids import new_id


class Document(SQLModel, table=True):
    """One document in its owner's store (article 24 of Circular 01/2023/TT-VPCP says what is shown of it).

    Attributes:
        agency_code: whose document it is, by the agency's own code, with `source_id` as that agency names it.
        content_hash: keyed hash of all that was sent under that name, which tells a repeat.
        title_sealed: personal text, as all that ends so, under the party's key.
        number_sealed: number and sign ("số, ký hiệu").
        holder_sealed: whom the paper names, where that was told.
        state_at: since when its issuer's word on it is what it is.
        supersedes_id: the version before; each has at most one that follows.
        seal_id: names its seal (`storage.seals`); a component paper may have none.
        mac: see `storage.vault.integrity`.
        changed_xid: the transaction that changed the row last, by which an app asks for what is new.
        removed_at: since when it is nothing any more but its id.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("agency_code", "source_id"),
        Index("ix_document_party", "party_id", "created_at", "id"),
        Index("ix_document_changed", "party_id", "changed_xid", "id"),
        Index(
            "uq_document_supersedes_id",
            "supersedes_id",
            unique=True,
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
        Index(
            "ix_document_results",
            "changed_xid",
            "id",
            postgresql_where=text("kind = 'result' AND dossier_id IS NOT NULL"),
        ),
        Index("uq_document_seal_id", "seal_id", unique=True, postgresql_where=text("seal_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    agency_code: str = Field(max_length=35)
    source_id: str = Field(max_length=128)
    content_hash: bytes
    kind: str
    title_sealed: bytes = sealed()
    number_sealed: bytes | None = sealed(nullable=True)
    holder_sealed: bytes | None = sealed(nullable=True)
    type_code: str = Field(max_length=64)
    type_name: str
    procedure_code: str | None = Field(default=None, max_length=64)
    dossier_code: str | None = Field(default=None, max_length=80)
    dossier_id: UUID | None = Field(default=None, index=True)
    issuer_name: str
    issued_on: date
    valid_from: date | None = None
    expires_on: date | None = None
    state: str
    state_at: datetime = moment()
    reason_sealed: bytes | None = sealed(nullable=True)
    supersedes_id: UUID | None = Field(default=None, foreign_key="document.id")
    seal_id: UUID | None = None
    created_at: datetime = moment()
    removed_at: datetime | None = moment(nullable=True)
    mac: bytes = b""
    changed_xid: int = Field(
        default=None,
        sa_column=Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False),
    )


class DocumentFile(SQLModel, table=True):
    """One file of a document, encrypted in the blob store under a key of its own.

    Attributes:
        size: in bytes, as `sha256` of what was sent or drawn, before it was encrypted.
        pages: of a PDF; none of an image.
        signatures_sealed: verdicts on the signatures found in it, as JSON under the party's key.
        path: where the blob store has it.
        wrapped_key: the file's own key, wrapped by the party's.
        mac: see `storage.vault.integrity`.
        checked_at: when its bytes were last compared with `sha256`, and the `fault` found then.
    """

    __tablename__ = "document_file"
    __table_args__ = (
        UniqueConstraint("document_id", "role"),
        Index("ix_document_file_checked", text("checked_at NULLS FIRST"), "id"),
        Index("ix_document_file_faulty", "id", postgresql_where=text("fault IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    document_id: UUID = Field(foreign_key="document.id")
    role: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    sha256: bytes
    pages: int | None = None
    signatures_sealed: bytes | None = sealed(nullable=True)
    path: str = Field(unique=True)
    wrapped_key: bytes
    created_at: datetime = moment()
    mac: bytes = b""
    checked_at: datetime | None = moment(nullable=True)
    fault: str | None = None


class DocumentHold(SQLModel, table=True):
    """A reason why a document may not be deleted for now: a dispute, an inspection, a court's order.

    Attributes:
        reason: names a file or an order, and no person.
        who: the operator who laid it.
        until: the first moment at which it no longer counts; none until somebody lifts it.
    """

    __tablename__ = "document_hold"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    reason: str
    who: str
    since: datetime = created()
    until: datetime | None = moment(nullable=True)
