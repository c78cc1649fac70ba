"""Messages and what comes with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, moment, sealed, whole_number
from storage.ids import new_id


class Message(SQLModel, table=True):
    """One message about a dossier, which stays as it was written.

    Attributes:
        party_id: whose dossier it is, under whose key all text is.
        author_ref: who wrote, by id: the party, who acts for it, an agency's client, or an officer.
        text_sealed: none where there are only files.
        request_sealed: what a supplement request asks for, see `storage.conversations.supplements`; `asked`
            is of how many items it consists.
        reply_to_id: the request that a supplement answer is to, and in `answers` the numbers of its items;
            neither where no message asked for what is sent.
        source_id: what the agency's client calls it, with a keyed hash of all that it said under that name.
        read_by_party_at: when the party had read it; `receipt_at` is the same where it consented then to the
            agency's being told.
        changed_xid: the transaction that changed the row last, by which it is asked for what is new. A
            reading of which the agency is not told is in `read_xid` alone, for which the party alone asks.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_dossier", "dossier_id", "created_at", "id"),
        Index("ix_message_dossier_seen", "dossier_id", text("GREATEST(changed_xid, read_xid)"), "id"),
        Index("ix_message_changed", "changed_xid", "id"),
        Index("ix_message_reply_to_id", "reply_to_id", postgresql_where=text("reply_to_id IS NOT NULL")),
        Index(
            "uq_message_source_id",
            "author_ref",
            "source_id",
            unique=True,
            postgresql_where=text("source_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    party_id: UUID = Field(foreign_key="party.id")
    author: str
    author_ref: str = Field(max_length=64)
    kind: str
    text_sealed: bytes | None = sealed(nullable=True)
    request_sealed: bytes | None = sealed(nullable=True)
    asked: int = whole_number()
    reply_to_id: UUID | None = Field(default=None, foreign_key="message.id")
    answers: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(SmallInteger), nullable=False, server_default=text("'{}'")),
    )
    source_id: str | None = Field(default=None, max_length=128)
    content_hash: bytes | None = None
    created_at: datetime = moment()
    read_by_party_at: datetime | None = moment(nullable=True)
    receipt_at: datetime | None = moment(nullable=True)
    read_by_agency_at: datetime | None = moment(nullable=True)
    changed_xid: int = Field(
        default=None,
        sa_column=Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False),
    )
    read_xid: int | None = Field(default=None, sa_column=Column(TransactionId, nullable=True))


class MessageAttachment(SQLModel, table=True):
    """What comes with a message: a document of the party's store, or a file of its own.

    Attributes:
        place: in the message, counted from 0.
        document_id: the document whose original is meant; a file has none, and a `path` in the blob store
            with its own key, wrapped by the party's, instead.
        name_sealed: title of the document, or name of the file, under the party's key.
        size: in bytes, as `sha256` before it was encrypted.
        checked_at: when the bytes of a file were last compared with `sha256`, and the `fault` found then.
    """

    __tablename__ = "message_attachment"
    __table_args__ = (
        Index(
            "ix_message_attachment_checked",
            text("checked_at NULLS FIRST"),
            "id",
            postgresql_where=text("path IS NOT NULL"),
        ),
        Index("ix_message_attachment_faulty", "id", postgresql_where=text("fault IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    message_id: UUID = Field(foreign_key="message.id", index=True)
    place: int = Field(sa_type=SmallInteger)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    name_sealed: bytes = sealed()
    media_type: str
    size: int = Field(sa_type=BigInteger)
    sha256: bytes
    path: str | None = Field(default=None, unique=True)
    wrapped_key: bytes | None = None
    checked_at: datetime | None = moment(nullable=True)
    fault: str | None = None
