"""Who may act for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class Representation(SQLModel, table=True):
    """One right to act. Its terms never change: it is confirmed and ended, once, as a trigger sees to.

    Attributes:
        actor_index: keyed hash of the representative's number. Whom a party named in the app is known by that
            alone until they accept, so that naming a number neither makes a party nor asks for one.
        actor_id: the representative, once that is told: by an agency, an operator, or by accepting.
        actor_number_sealed: the number under the key of the represented, who knows it anyway.
        evidence_sealed: number, issuer and date of the evidence as JSON, under the same key.
        client_id: the agency's client, with its own `external_id`, and `content_hash` that tells a repeat.
        confirmed_at: since when it counts: at once, unless the representative has to accept.
    """

    __tablename__ = "representation"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR actor_id IS NOT NULL", name="confirmed_by_somebody"),
        CheckConstraint("num_nonnulls(client_id, external_id, content_hash) IN (0, 3)", name="external"),
        CheckConstraint("num_nonnulls(ended_at, ended_by, ended_reason) IN (0, 3)", name="ended"),
        Index("ix_representation_actor", "actor_index"),
        Index("ix_representation_represented", "represented_id", "created_at"),
        Index(
            "uq_representation_external",
            "client_id",
            "external_id",
            unique=True,
            postgresql_where=text("client_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    actor_index: bytes
    actor_id: UUID | None = Field(default=None, foreign_key="party.id")
    actor_number_sealed: bytes = sealed()
    represented_id: UUID = Field(foreign_key="party.id")
    kind: str
    scope: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    evidence_kind: str
    evidence_sealed: bytes | None = sealed(nullable=True)
    valid_from: datetime = moment()
    valid_until: datetime | None = moment(nullable=True)
    established_by: str
    client_id: str | None = None
    external_id: str | None = None
    content_hash: bytes | None = None
    created_at: datetime = created()
    confirmed_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str | None = None
    ended_reason: str | None = None
