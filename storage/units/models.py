"""Versions of the administrative units."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created


class UnitVersion(SQLModel, table=True):
    """One version of all units, whole; the highest number is in force. Nothing is ever changed here.

    Attributes:
        body: `storage.units.record.Units`.
        digest: of `body`.
    """

    __tablename__ = "unit_version"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    imported_at: datetime = created()
    author: str
    source: str
    provinces: int
    communes: int
    former: int
    digest: bytes = Field(sa_type=LargeBinary)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
