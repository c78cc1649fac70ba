"""Requests to use results again, what was granted, and what was fetched."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed, whole_number
from storage.ids import new_id


class ReuseRequest(SQLModel, table=True):
    """An agency asks a party for results that it has already, for one procedure.

    What was asked never changes, as a trigger sees to: the party's consent in the ledger
    (`storage.consents`, by `id`) is to these words.

    Attributes:
        agency_id: in whose name is asked, by `client_id`, and `source_id` is the agency's own name for it.
        content_hash: keyed hash of all that was asked under that name, which tells a repeat.
        party_id: who is asked.
        dossier_id: for which dossier of the agency's a result is needed, where there is one yet.
        channel: a number of `kinds.SubmissionChannel`, where it was told.
        type_codes: of the lists of kinds of paper; none asks for whatever has the number.
        number_sealed: of the result ("số, ký hiệu"), under the party's key; `reason_sealed` what it is for.
        answer: a word of `kinds.Answer`, said at `answered_at` by `answered_by`, a party's id.
        representation_id: by which right it was said, where it was not the party.
        visits: how often it was fetched from; the last time until `visit_ends_at`.
    """

    __tablename__ = "reuse_request"
    __table_args__ = (
        UniqueConstraint("agency_id", "source_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answered_by"),
        CheckConstraint("cardinality(type_codes) > 0 OR number_sealed IS NOT NULL", name="asks"),
        CheckConstraint("asked_at < expires_at AND expires_at <= asked_at + interval '30 days'", name="life"),
        CheckConstraint("(visits = 0) = (visit_ends_at IS NULL)", name="visited"),
        Index("ix_reuse_request_party_id", "party_id", "asked_at", "id"),
        Index("ix_reuse_request_asked", "party_id", "agency_id", "procedure_code"),
        Index("ix_reuse_request_dossier_id", "dossier_id", postgresql_where=text("dossier_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    client_id: str = Field(max_length=64)
    source_id: str = Field(max_length=128)
    content_hash: bytes
    party_id: UUID = Field(foreign_key="party.id")
    procedure_code: str = Field(max_length=64)
    dossier_id: UUID | None = Field(default=None, foreign_key="dossier.id")
    channel: int | None = Field(default=None, sa_type=SmallInteger)
    type_codes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    number_sealed: bytes | None = sealed(nullable=True)
    reason_sealed: bytes = sealed()
    asked_at: datetime = moment()
    expires_at: datetime = moment()
    answer: str | None = None
    answered_at: datetime | None = moment(nullable=True)
    answered_by: UUID | None = Field(default=None, foreign_key="party.id")
    representation_id: UUID | None = Field(default=None, foreign_key="representation.id")
    visits: int = whole_number()
    visit_ends_at: datetime | None = moment(nullable=True)


class ReuseDocument(SQLModel, table=True):
    """A document that was granted, at its place in the owner's order. Rows are added and never changed."""

    __tablename__ = "reuse_document"

    request_id: UUID = Field(foreign_key="reuse_request.id", primary_key=True)
    document_id: UUID = Field(foreign_key="document.id", primary_key=True, index=True)
    place: int = Field(sa_type=SmallInteger)


class ReuseReading(SQLModel, table=True):
    """A file that was opened in a visit, told once however many pieces of it were fetched.

    Attributes:
        visit: its number among the request's, from 1.
        client_id: of the client that opened it first in this visit.
    """

    __tablename__ = "reuse_reading"

    request_id: UUID = Field(foreign_key="reuse_request.id", primary_key=True)
    visit: int = Field(sa_type=SmallInteger, primary_key=True)
    document_id: UUID = Field(foreign_key="document.id", primary_key=True, index=True)
    role: str = Field(primary_key=True)
    at: datetime = moment()
    client_id: str = Field(max_length=64)
