"""Versions of the routing."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created


class RoutingVersion(SQLModel, table=True):
    """One version of the routing, whole; the highest number is in force. Nothing is ever changed here."""

    __tablename__ = "routing_version"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    author: str
    note: str
    created_at: datetime = created()
