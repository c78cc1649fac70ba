"""A code on its way to an address that is to be proved."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created, moment, whole_number
from storage.ids import new_id


class Verification(SQLModel, table=True):
    """One code sent to a pending contact. The code itself is kept nowhere: it is derived from the id."""

    __tablename__ = "verification"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    tries: int = whole_number()
    created_at: datetime = created()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)
