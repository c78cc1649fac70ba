"""Agencies with their validity, other names and successors, and the clients that speak for them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from storage.base import created, moment
from storage.ids import new_id


class Agency(SQLModel, table=True):
    """One agency. `lineage` lists its ancestors from the root down, itself last."""

    __tablename__ = "agency"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=35)
    name: str
    parent_id: UUID | None = Field(default=None, foreign_key="agency.id")
    lineage: list[UUID] = Field(sa_column=Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False))
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: UUID | None = Field(default=None, foreign_key="agency.id")


class AgencyAlias(SQLModel, table=True):
    """Another code of an agency, as older systems still send it."""

    __tablename__ = "agency_alias"

    code: str = Field(primary_key=True, max_length=35)
    agency_id: UUID = Field(foreign_key="agency.id", index=True)


class AgencyClient(SQLModel, table=True):
    """An OAuth 2 client that speaks for an agency and its subtree (RFC 6749, section 4.4)."""

    __tablename__ = "agency_client"

    id: str = Field(primary_key=True, max_length=64)
    agency_id: UUID = Field(foreign_key="agency.id", index=True)
    secret_hash: bytes
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime = created()
    disabled_at: datetime | None = moment(nullable=True)
