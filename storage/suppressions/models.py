"""Where a channel does not send."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.base import created, moment


class Suppression(SQLModel, table=True):
    """An address, by its blind index, on which a channel sends nothing; `until` is open for a stop.

    `created_at` is when the send ended that has shown it.
    """

    __tablename__ = "suppression"
    __table_args__ = (Index("ix_suppression_value", "value_index"),)

    channel: str = Field(primary_key=True)
    value_index: bytes = Field(primary_key=True)
    reason: str
    code: str | None = None
    created_at: datetime = created()
    until: datetime | None = moment(nullable=True)
