"""An officer, known beforehand, and the roles that somebody gave them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class Officer(SQLModel, table=True):
    """Somebody who works for an agency, or operates the installation.

    Found by the identity provider's name for them (`subject_index`) or, until their first sign-in, by their
    work address: blind indexes both. `admitted_at` is that first sign-in.
    """

    __tablename__ = "officer"
    __table_args__ = (
        CheckConstraint("num_nonnulls(subject_index, email_index) > 0", name="findable"),
        CheckConstraint("(email_index IS NULL) = (email_sealed IS NULL)", name="whole_email"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subject_index: bytes | None = Field(default=None, unique=True)
    email_index: bytes | None = Field(default=None, unique=True)
    email_sealed: bytes | None = sealed(nullable=True)
    name_sealed: bytes | None = sealed(nullable=True)
    invited_by: str
    created_at: datetime = created()
    admitted_at: datetime | None = moment(nullable=True)
    disabled_at: datetime | None = moment(nullable=True)


class OfficerRole(SQLModel, table=True):
    """A role (see `storage.officers.roles`) that an officer holds for an agency, or an operator everywhere.

    Nothing is ever deleted or changed but `valid_until`: who held what, when, and by whose word, stays known.
    """

    __tablename__ = "officer_role"
    __table_args__ = (
        CheckConstraint(
            "CASE role WHEN 'operator' THEN agency_id IS NULL "
            "ELSE agency_id IS NOT NULL AND role IN ('viewer', 'officer', 'supervisor', 'moderator') END",
            name="known",
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    officer_id: UUID = Field(foreign_key="officer.id", index=True)
    role: str
    agency_id: UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    valid_from: datetime = created()
    valid_until: datetime | None = moment(nullable=True)
    granted_by: str
    created_at: datetime = created()
