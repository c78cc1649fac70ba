"""Where a party can be reached."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class ContactSource(StrEnum):
    """How an address came to us, which says how far it may be used."""

    VERIFIED = "verified"
    """Proved by its owner: for every notice of the party."""
    PENDING = "pending"
    """Given by its owner and not yet proved: for the message alone that carries the code."""
    AGENCY_SUPPLIED = "agency_supplied"
    """Came with a dossier: for the notices of that dossier only, until a verified one replaces it."""


class Contact(SQLModel, table=True):
    """An email address or a phone number of a party; `dossier_id` bounds an agency's one.

    `told_at` is when its source named it last, by the source's clock: of two, the one named last is used.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "uq_contact_address",
            "party_id",
            "kind",
            "value_index",
            "dossier_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_contact_dossier", "dossier_id"),
        Index("ix_contact_value", "kind", "value_index"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    kind: str
    value_index: bytes
    value_sealed: bytes = sealed()
    source: str
    dossier_id: UUID | None = Field(default=None, foreign_key="dossier.id")
    verified_at: datetime | None = moment(nullable=True)
    opted_out_at: datetime | None = moment(nullable=True)
    told_at: datetime = created()
    created_at: datetime = created()
