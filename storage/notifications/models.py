"""A notice: the inbox item of the app and the outbox of the channels in one row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, created, moment


class Notification(SQLModel, table=True):
    """One notice to one party.

    `plan_at` is when the planner must look at it next (null: nothing left to plan), `step` the step of its
    route that is then due, and `lane` says who is planned first; `planned_at` is when its first step was, and
    `delivery_ids` what came of all steps. `target_id` names the only address it may go to. `changed_xid` is
    the transaction that changed the row last, by which an app asks for what is new without ever missing a
    row that committed late.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "party_id", "created_at", "id"),
        Index("ix_notification_changed", "party_id", "changed_xid", "id"),
        # Agency by agency, the latest first: see how notices are claimed.
        Index(
            "ix_notification_plan",
            "lane",
            "agency_id",
            text("plan_at DESC"),
            postgresql_where=text("plan_at IS NOT NULL"),
        ),
        Index("ix_notification_unread", "party_id", postgresql_where=text("read_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    party_id: UUID
    agency_id: UUID
    dossier_id: UUID | None = None
    event_id: UUID | None = None
    category: str
    params: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))
    created_at: datetime = created()
    expires_at: datetime = moment()
    target_id: UUID | None = None
    # That of a release which knows no lanes yet.
    lane: int = Field(default=2, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("2")})
    step: int = Field(default=0, sa_type=SmallInteger)
    plan_at: datetime | None = moment(nullable=True)
    planned_at: datetime | None = moment(nullable=True)
    delivery_ids: list[UUID] | None = Field(default=None, sa_column=Column(ARRAY(PG_UUID(as_uuid=True))))
    read_at: datetime | None = moment(nullable=True)
    received_at: datetime | None = moment(nullable=True)
    changed_xid: int = Field(
        default=None,
        sa_column=Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False),
    )
