"""How an agency is reached."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment


class ContactPoint(SQLModel, table=True):
    """Hotlines, addresses and opening hours of an agency, and of those below it that have none of their own.

    Attributes:
        details: `storage.contact_points.record.ContactRecord`, as JSON.
        author: who entered it.
    """

    __tablename__ = "contact_point"

    agency_id: UUID = Field(foreign_key="agency.id", primary_key=True)
    details: dict[str, Any] = Field(sa_type=JSONB, nullable=False)
    author: str
    updated_at: datetime = moment()
