"""One send on one channel: waiting ones in a small hot table, finished ones in monthly partitions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, PrimaryKeyConstraint, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from storage.base import created, moment, whole_number


class Delivery(SQLModel, table=True):
    """A send that waits, or is under way. `notification_ids` begins with the notice that gives the wording.

    `due_at` is when a dispatcher may take it. While it is claimed, `lease_until` says until when the
    claim holds, and `due_at` equals it, so that one index answers "what can be taken now". `(id,
    attempt)` fences: an outcome recorded under an older attempt counts for nothing.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        # The latest first, so that who asks which agency comes next does not meet those that are long gone.
        Index("ix_delivery_next", "channel", "lane", "agency_id", text("due_at DESC")),
        {
            # Rows live for seconds: leave room for their updates, and clean up early and at once.
            "postgresql_with": {
                "fillfactor": 70,
                "autovacuum_vacuum_scale_factor": 0.02,
                "autovacuum_vacuum_cost_delay": 0,
            }
        },
    )

    id: UUID = Field(primary_key=True)
    notification_ids: list[UUID] = Field(sa_column=Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False))
    party_id: UUID
    agency_id: UUID
    channel: str
    lane: int = Field(sa_type=SmallInteger)
    step: int = whole_number()
    target_id: UUID
    replay_of: UUID | None = None
    created_at: datetime = created()
    expires_at: datetime = moment()
    due_at: datetime = moment()
    attempt: int = Field(default=0, sa_type=SmallInteger)
    lease_until: datetime | None = moment(nullable=True)
    possible_duplicate: bool = False
    last_code: str | None = None


class FinishedDelivery(SQLModel, table=True):
    """A send that came to its end. Partitioned by month of that end.

    Attributes:
        segments: of how many text messages it was made up, where it was one.
        cost: what it cost, in whole đồng.
        receipt: what the provider reported afterwards, with its code and time.
        replay_of: the send that an operator repeated.
    """

    __tablename__ = "finished_delivery"
    __table_args__ = (
        PrimaryKeyConstraint("id", "finished_at"),
        Index("ix_finished_delivery_party", "party_id", "finished_at"),
        Index(
            "ix_finished_delivery_provider",
            "provider_id",
            # Receipts come for these alone: push and email have none, and are most of the rows.
            postgresql_where=text("provider_id IS NOT NULL AND channel NOT IN ('push', 'email')"),
        ),
        {"postgresql_partition_by": "RANGE (finished_at)"},
    )

    id: UUID
    notification_ids: list[UUID] = Field(sa_column=Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False))
    party_id: UUID
    agency_id: UUID
    channel: str
    lane: int = Field(sa_type=SmallInteger)
    target_id: UUID
    created_at: datetime = moment()
    finished_at: datetime = moment()
    attempt: int = Field(sa_type=SmallInteger)
    possible_duplicate: bool
    outcome: str
    code: str | None = None
    provider_id: str | None = None
    step: int = whole_number()
    replay_of: UUID | None = None
    segments: int = whole_number()
    cost: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    receipt: str | None = None
    receipt_code: str | None = None
    receipt_at: datetime | None = moment(nullable=True)
