"""Reports of providers, kept as they came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed


class ProviderReceipt(SQLModel, table=True):
    """One report on one message, once; `applied_at` is empty while no send is known that it speaks of.

    Attributes:
        event_id: names the report; a repeat has the same.
        provider_id: names the message.
        delivery_id: the send, where the provider gave our own name for it back.
        state: sent, failed, delivered or read, in our words; or unreachable, for a failure that shuts the
            channel to the address.
        raw_sealed: the body as it came, under the master key, as it names a phone.
    """

    __tablename__ = "provider_receipt"
    __table_args__ = (
        Index("ix_provider_receipt_received", "received_at", postgresql_using="brin"),
        Index("ix_provider_receipt_waiting", "received_at", postgresql_where=text("applied_at IS NULL")),
    )

    provider: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    provider_id: str
    delivery_id: UUID | None = None
    state: str
    code: str | None = None
    occurred_at: datetime = moment()
    raw_sealed: bytes = sealed()
    received_at: datetime = created()
    applied_at: datetime | None = moment(nullable=True)
