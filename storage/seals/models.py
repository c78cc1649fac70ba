"""Seals as they are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from storage.base import created, moment
from storage.ids import new_id
from storage.seals.link import CODE_LENGTH


class SealRow(SQLModel, table=True):
    """One seal. What it says never changes, and its state goes one way only, as a trigger sees to.

    None is ever deleted: a printed code whose row is gone would be valid again by the lists.

    Attributes:
        code: leads from the printed link to this row.
        token: what was signed; a row is found by `id`, never by these bytes, as they have twins.
        key_id: thumbprint of the key that signed.
        status_index: number of the list times 131,072, and the place in it.
        file_hash: SHA-256 of the original: known from the first, or bound once where the seal was reserved.
        bound_at: when it was bound; none where the token carries it.
        state_at: when the state was reached last, and `reason` is what the issuer says of it in public.
    """

    __tablename__ = "seal"
    __table_args__ = (
        CheckConstraint("octet_length(file_hash) = 32", name="file_hash"),
        CheckConstraint("bound_at IS NULL OR file_hash IS NOT NULL", name="bound"),
        CheckConstraint("state IN ('valid', 'superseded', 'revoked')", name="state"),
        CheckConstraint("(state = 'valid') = (state_at IS NULL)", name="changed"),
        CheckConstraint("(state = 'valid') = (reason IS NULL)", name="explained"),
        CheckConstraint("state <> 'superseded' OR successor_id IS NOT NULL", name="superseded"),
        CheckConstraint("state <> 'valid' OR successor_id IS NULL", name="stands"),
        CheckConstraint("successor_id <> id", name="successor"),
        Index(
            "uq_seal_document_id",
            "document_id",
            unique=True,
            postgresql_where=text("document_id IS NOT NULL"),
        ),
        Index("ix_seal_changed", "status_index", "state", postgresql_where=text("state <> 'valid'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=CODE_LENGTH)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    party_id: UUID | None = Field(default=None, foreign_key="party.id")
    agency_code: str = Field(max_length=35)
    token: bytes
    key_id: str
    status_index: int = Field(sa_type=BigInteger, unique=True)
    issued_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    file_hash: bytes | None = None
    bound_at: datetime | None = moment(nullable=True)
    state: str = Field(sa_column_kwargs={"server_default": text("'valid'")})
    state_at: datetime | None = moment(nullable=True)
    reason: str | None = None
    successor_id: UUID | None = Field(default=None, foreign_key="seal.id")
    created_at: datetime = created()
