"""Links by which an owner lets others see documents, and what became of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed
from storage.ids import new_id


class Share(SQLModel, table=True):
    """One link. Whoever has it sees the chosen documents, so many times, until it ends.

    Attributes:
        token_hash: SHA-256 of the secret in the link, which is kept nowhere.
        purpose_sealed: what for, in the owner's words and under the party's key.
        roles: which files of the documents: see `kinds.FileRole`.
        uses_allowed: how many visits; `uses_made` counts them.
        representation_id: by which right it was made, where a representative made it.
    """

    __tablename__ = "share"
    __table_args__ = (
        CheckConstraint("uses_made BETWEEN 0 AND uses_allowed", name="uses"),
        Index("ix_share_party", "party_id", "created_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    token_hash: bytes = Field(unique=True)
    purpose_sealed: bytes = sealed()
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime = moment()
    expires_at: datetime = moment()
    uses_allowed: int = Field(sa_type=SmallInteger)
    uses_made: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("0")})
    revoked_at: datetime | None = moment(nullable=True)
    representation_id: UUID | None = None


class ShareDocument(SQLModel, table=True):
    """A document that a link leads to, at its place in the owner's order."""

    __tablename__ = "share_document"

    share_id: UUID = Field(foreign_key="share.id", primary_key=True)
    document_id: UUID = Field(foreign_key="document.id", primary_key=True, index=True)
    place: int = Field(sa_type=SmallInteger)


class ShareVisit(SQLModel, table=True):
    """One use of a link: somebody opened it, and may read until it is over. Nothing tells who it was."""

    __tablename__ = "share_visit"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    share_id: UUID = Field(foreign_key="share.id", index=True)
    token_hash: bytes = Field(unique=True)
    opened_at: datetime = moment()
    ends_at: datetime = moment()


class ShareReading(SQLModel, table=True):
    """A file that was opened in a visit, told once however many pieces of it were fetched."""

    __tablename__ = "share_reading"

    visit_id: UUID = Field(foreign_key="share_visit.id", primary_key=True)
    document_id: UUID = Field(foreign_key="document.id", primary_key=True)
    role: str = Field(primary_key=True)
    at: datetime = moment()
