"""What a party wants to be told, and how."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created


class Preference(SQLModel, table=True):
    """A party's word on one category and channel; no row means the default of the route."""

    __tablename__ = "preference"

    party_id: UUID = Field(primary_key=True, foreign_key="party.id")
    category: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    enabled: bool
    updated_at: datetime = created()
