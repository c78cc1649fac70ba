"""Phones with the app."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed


class Device(SQLModel, table=True):
    """One installation of the app, held by the party that signed in on it last."""

    __tablename__ = "device"

    id: UUID = Field(primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    platform: str
    token_index: bytes = Field(unique=True)
    token_sealed: bytes = sealed()
    confirms_receipt: bool = False
    app_version: str | None = None
    created_at: datetime = created()
    last_seen_at: datetime = created()
    retired_at: datetime | None = moment(nullable=True)
