"""A dossier as its events make it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed
from storage.ids import new_id


class Dossier(SQLModel, table=True):
    """One dossier. Everything from `status` on is the fold of its events, kept for quick reading.

    `waits` is a list of `[start, end or null]` in ISO 8601: the times at which the citizen was awaited.
    `waiting_since` is no part of the fold: see `storage.conversations.waiting`.
    `first_agency_id` is whose it was at first; it may go to others, and its first agency stays. Agency,
    channel and summary are those told with the latest of the facts that told any: `agency_named_at`,
    `channel_told_at` and `summary_told_at` are the times of those facts (`storage.dossiers.particulars`). All
    four are none for a dossier that was last told of before they were kept.
    Agency and procedure are no foreign keys: every push would lock the same few rows, and neither is
    ever deleted.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_party", "party_id", "updated_at", "id"),
        Index("ix_dossier_agencies", "party_id", "agency_id"),
        Index("ix_dossier_changed", "updated_at", "id"),
        Index(
            "ix_dossier_waiting",
            "agency_id",
            "waiting_since",
            postgresql_where=text("waiting_since IS NOT NULL"),
        ),
        Index("ix_dossier_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_dossier_open", "agency_id", "status_since", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_dossier_measurable",
            "updated_at",
            "id",
            postgresql_where=text("ended_at IS NOT NULL OR contradictions > 0"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=80)
    party_id: UUID = Field(foreign_key="party.id")
    agency_id: UUID = Field(index=True)
    first_agency_id: UUID | None = None
    agency_named_at: datetime | None = moment(nullable=True)
    procedure_code: str = Field(index=True)
    channel: int | None = Field(default=None, sa_type=SmallInteger)
    channel_told_at: datetime | None = moment(nullable=True)
    summary_sealed: bytes | None = sealed(nullable=True)
    summary_told_at: datetime | None = moment(nullable=True)
    status: int = Field(sa_type=SmallInteger)
    status_since: datetime = moment()
    first_at: datetime = moment()
    submitted_at: datetime | None = moment(nullable=True)
    accepted_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    due_at: datetime | None = moment(nullable=True)
    due_set_at: datetime | None = moment(nullable=True)
    waits: list[Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="[]"))
    contradictions: int = Field(default=0, sa_type=SmallInteger)
    updated_at: datetime = moment()
    heard_at: datetime = moment()
    waiting_since: datetime | None = moment(nullable=True)


class DossierSupplied(SQLModel, table=True):
    """A time at which the citizen had supplied all that a request asked for; the answer that completed it.

    Our own fact beside the source's timeline: it ends a wait and changes no status, see
    `storage.dossiers.timeline`.
    """

    __tablename__ = "dossier_supplied"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    message_id: UUID = Field(primary_key=True, foreign_key="message.id")
    at: datetime = moment()
