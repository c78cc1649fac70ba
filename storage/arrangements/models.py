"""Arrangements about dossiers, and every state that was told of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class Arrangement(SQLModel, table=True):
    """An appointment, a payment or papers sent by post, as the agency told it last.

    Attributes:
        kind: a word of `kinds.ArrangementKind`; `state` one of that kind's states.
        source_id: what the agency calls it.
        state_at: when it came to its state, by the agency's clock.
        content_sealed: all else that was told, in JSON, under the key of the dossier's party.
        content_at: which moment of the agency's that content is of: what is told later of an earlier one
            does not replace it.
        first_hash: a keyed hash of what was told first, and `first_answer` what was answered: whoever tells
            it again is answered the same.
    """

    __tablename__ = "arrangement"
    __table_args__ = (UniqueConstraint("dossier_id", "kind", "source_id", name="uq_arrangement_source_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    kind: str
    source_id: str = Field(max_length=128)
    state: str
    state_at: datetime = moment()
    content_sealed: bytes = sealed()
    content_at: datetime = moment()
    first_hash: bytes
    first_answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = created()
    updated_at: datetime = created()


class ArrangementTold(SQLModel, table=True):
    """A state that was told of an arrangement: append-only."""

    __tablename__ = "arrangement_told"

    arrangement_id: UUID = Field(primary_key=True, foreign_key="arrangement.id")
    at: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    state: str = Field(primary_key=True)
    client_id: str
    recorded_at: datetime = created()
