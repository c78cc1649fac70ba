"""The ledger of consents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.base import moment
from storage.ids import new_id


class Consent(SQLModel, table=True):
    """A consent given or withdrawn: the evidence that Law 91/2025/QH15 has the house keep.

    Rows are added and never changed, as a trigger sees to; of a party and purpose, and of a subject where
    the purpose has any, the last one counts.

    Attributes:
        subject_id: what it is to, where it is asked for one thing at a time: see `kinds.Terms`.
        number: of the party's rows for the purpose, from 1: what came later, whatever clocks say.
        version: of the wording that the party was shown.
        actor_id: who said so, and `representation_id` by which right, where it was not the party.
        session_id: by which it was said, and `client_id` of its app; sessions go, this stays.
    """

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("party_id", "purpose", "number"),
        Index("ix_consent_party_id", "party_id", "at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    purpose: str = Field(max_length=64)
    subject_id: UUID | None = None
    number: int
    version: int = Field(sa_type=SmallInteger)
    given: bool
    at: datetime = moment()
    actor_id: UUID = Field(foreign_key="party.id")
    representation_id: UUID | None = Field(default=None, foreign_key="representation.id")
    session_id: UUID
    client_id: str | None = None
