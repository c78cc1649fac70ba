"""What was removed from the stores of its owners, and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from storage.base import moment


class DocumentRemoval(SQLModel, table=True):
    """One document that was removed; its own row stays, with nothing personal in it.

    Attributes:
        reason: the rule by which it was removed, or what an operator gave for it; names no person.
        who: the operator, or the part of the program, that did it.
        files: how many it had, and their size in `bytes`, before they were encrypted.
        cleared_at: since when their blobs are deleted as well; they can not be read since `removed_at`.
    """

    __tablename__ = "document_removal"
    __table_args__ = (
        Index("ix_document_removal_uncleared", "document_id", postgresql_where=text("cleared_at IS NULL")),
    )

    document_id: UUID = Field(primary_key=True, foreign_key="document.id")
    removed_at: datetime = moment()
    reason: str
    who: str
    files: int = Field(sa_type=SmallInteger)
    bytes: int = Field(sa_type=BigInteger)
    cleared_at: datetime | None = moment(nullable=True)
