"""The catalogue of administrative procedures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created


class Procedure(SQLModel, table=True):
    """One procedure under its short national code; `details` keeps the rest as it was published."""

    __tablename__ = "procedure"

    code: str = Field(primary_key=True, max_length=64)
    name: str
    field: str | None = None
    executing_agency: str | None = None
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))
    updated_at: datetime = created()
