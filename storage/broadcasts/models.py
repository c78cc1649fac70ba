"""A broadcast, and the marks of those who have read it or whose phone has it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, created, moment


class Broadcast(SQLModel, table=True):
    """Words of an agency's to an audience.

    `words` holds `{"title", "body"}` by language. The audience is two columns that are never null, so that
    one index leads to it (see `storage.broadcasts.audience`). It is there to be read once a planner has set
    `published_at`, and no clock alone changes what an app would see; `delivery_ids` is what was pushed.
    `changed_xid` is the transaction that changed the row last, as with a notice.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index(
            "ix_broadcast_due",
            "publish_at",
            postgresql_where=text("published_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index(
            "ix_broadcast_inbox",
            "audience_agency_id",
            "audience_kind",
            "published_at",
            "id",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        # Those that were withdrawn as well: apps are to hear of it.
        Index(
            "ix_broadcast_changed",
            "audience_agency_id",
            "audience_kind",
            "changed_xid",
            "id",
            postgresql_where=text("published_at IS NOT NULL"),
        ),
        Index(
            "ix_broadcast_current",
            "audience_agency_id",
            "audience_kind",
            "expires_at",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    agency_id: UUID
    words: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    link: str | None = None
    audience_agency_id: UUID
    audience_kind: str
    author: str
    created_at: datetime = created()
    publish_at: datetime = moment()
    published_at: datetime | None = moment(nullable=True)
    expires_at: datetime = moment()
    delivery_ids: list[UUID] | None = Field(default=None, sa_column=Column(ARRAY(PG_UUID(as_uuid=True))))
    withdrawn_at: datetime | None = moment(nullable=True)
    withdrawn_by: str | None = None
    withdrawn_for: str | None = None
    changed_xid: int = Field(
        default=None,
        sa_column=Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False),
    )


class BroadcastMark(SQLModel, table=True):
    """That a party has read a broadcast, or that its phone has it; there is none before.

    `changed_xid` is null until it is read: receipt is nothing that an app would see.
    """

    __tablename__ = "broadcast_mark"
    __table_args__ = (
        Index(
            "ix_broadcast_mark_changed",
            "party_id",
            "changed_xid",
            "broadcast_id",
            postgresql_where=text("changed_xid IS NOT NULL"),
        ),
    )

    broadcast_id: UUID = Field(primary_key=True)
    party_id: UUID = Field(primary_key=True)
    read_at: datetime | None = moment(nullable=True)
    received_at: datetime | None = moment(nullable=True)
    changed_xid: int | None = Field(default=None, sa_column=Column(TransactionId))
