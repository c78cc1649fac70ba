"""A person or an organisation: whom dossiers and notices belong to, with or without an account."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class Party(SQLModel, table=True):
    """One person or organisation, known by a keyed hash of its number."""

    __tablename__ = "party"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str
    number_index: bytes = Field(unique=True)
    number_sealed: bytes = sealed()
    name_sealed: bytes | None = sealed(nullable=True)
    locale: str = Field(default="vi")
    time_zone: str = Field(
        default="Asia/Ho_Chi_Minh", sa_column_kwargs={"server_default": "Asia/Ho_Chi_Minh"}
    )
    created_at: datetime = created()
    erased_at: datetime | None = moment(nullable=True)


class PartyKeyRow(SQLModel, table=True):
    """A party's wrapped key, in a table of its own: deleting this row erases the party's texts."""

    __tablename__ = "party_key"

    party_id: UUID = Field(primary_key=True, foreign_key="party.id")
    wrapped: bytes
