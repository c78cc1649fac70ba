"""Agencies with their validity, other names and successors, and the clients that speak for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from storage.base import created, moment
from storage.ids import new_id


class Agency(SQLModel, table=True):
    """One agency. `lineage` lists its ancestors from the root down, itself last.

    `valid_from` and `valid_to` are its first and its last day in Vietnam. Whom its end leaves in charge is
    told in `storage.agencies.authority`.
    """

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
    """Another code of an agency, as older systems still send it.

    One code may have been several agencies', one after the other: `valid_from` and `valid_to` are the first
    and the last day in Vietnam on which it is this one's, open where none. Which one a code means on a day is
    told in `storage.agencies.naming`.
    """

    __tablename__ = "agency_alias"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="days_in_order"),)

    code: str = Field(primary_key=True, max_length=35)
    agency_id: UUID = Field(primary_key=True, foreign_key="agency.id", index=True)
    valid_from: date | None = None
    valid_to: date | None = None


class AgencyClient(SQLModel, table=True):
    """An OAuth 2 client that speaks for an agency and its subtree (RFC 6749, section 4.4).

    `event_rate` (a second) and `event_burst` stand for the usual limits where they are set. `secret_hash` is
    read by the release before credentials alone, and goes with the next migration but one.
    """

    __tablename__ = "agency_client"

    id: str = Field(primary_key=True, max_length=64)
    agency_id: UUID = Field(foreign_key="agency.id", index=True)
    secret_hash: bytes | None = None
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    event_rate: float | None = None
    event_burst: int | None = None
    created_at: datetime = created()
    disabled_at: datetime | None = moment(nullable=True)


class ClientCredential(SQLModel, table=True):
    """One of the ways in which a client may prove itself, for a time; several may be good at once.

    It is either a secret (its SHA-256), a JWK set (RFC 7517), or the address of one.
    """

    __tablename__ = "client_credential"
    __table_args__ = (CheckConstraint("num_nonnulls(secret_hash, keys, keys_url) = 1", name="one_proof"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    client_id: str = Field(foreign_key="agency_client.id", index=True, max_length=64)
    secret_hash: bytes | None = None
    keys: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    keys_url: str | None = None
    valid_from: datetime = created()
    valid_until: datetime | None = moment(nullable=True)
    created_at: datetime = created()


class SpentAssertion(SQLModel, table=True):
    """A client's assertion that was used (RFC 7523, section 3, `jti`), until nobody would take it any more.

    `digest` is the SHA-256 of the client's id and the assertion's.
    """

    __tablename__ = "spent_assertion"

    digest: bytes = Field(primary_key=True)
    expires_at: datetime = moment(index=True)
