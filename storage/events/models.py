"""What agencies told us: append-only, but for what a further telling of the same fact fills in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed


class EventReceipt(SQLModel, table=True):
    """What we answered to one event of one client. Alone carries uniqueness, so it is not partitioned."""

    __tablename__ = "event_receipt"

    client_id: str = Field(primary_key=True, max_length=64)
    event_id: str = Field(primary_key=True, max_length=128)
    content_hash: bytes
    answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = created()


class DossierEvent(SQLModel, table=True):
    """One fact of a dossier's timeline. Partitioned by month of occurrence."""

    __tablename__ = "dossier_event"
    __table_args__ = (
        PrimaryKeyConstraint("id", "occurred_at"),
        Index("ix_dossier_event_dossier", "dossier_id", "occurred_at"),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    id: UUID
    dossier_id: UUID = Field(foreign_key="dossier.id")
    client_id: str
    status: int = Field(sa_type=SmallInteger)
    occurred_at: datetime = moment()
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    step: str = ""
    note_sealed: bytes | None = sealed(nullable=True)
    due_at: datetime | None = moment(nullable=True)
    recorded_at: datetime = created()
