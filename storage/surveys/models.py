"""Surveys in their versions, who is asked, and what was answered.

An answer names no party and no dossier: answers are confidential. Unlike ratings they are not anonymous, as
whoever reads the whole database at the moment of an answer sees whose invitation changes with it (ADR 0039).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment
from storage.ids import new_id


def _json() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


class Survey(SQLModel, table=True):
    """What an agency asks.

    Attributes:
        code: its name in addresses: small letters, digits and hyphens.
        state: a word of `kinds.SurveyState`; opens_at and closes_at bound what is open.
        audience: see `audience.Audience`.
        platform: a word of `kinds.Platform`.
        version: the one in force.
        external_id: what the platform calls it; none on our own, and until it was published there.
        external_version: the version that the platform shows.
        external_cursor: up to where the platform's answers were fetched.
    """

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("platform IN ('own', 'vnform')", name="platform"),
        CheckConstraint("closes_at > opens_at", name="lasts"),
        Index("ix_survey_agency_id", "agency_id", "code"),
        Index("ix_survey_open", "code", postgresql_where=text("state = 'open'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    agency_id: UUID = Field(foreign_key="agency.id")
    state: str
    opens_at: datetime | None = moment(nullable=True)
    closes_at: datetime | None = moment(nullable=True)
    audience: dict[str, Any] = _json()
    platform: str
    version: int
    external_id: str | None = None
    external_version: int | None = None
    external_cursor: str | None = None


class SurveyVersion(SQLModel, table=True):
    """A form as it was published, never changed.

    Attributes:
        title: by language: `vi`, and `en` where it has one.
        form: its JSON Schema as text, in which the order of questions is kept: see `forms.read`.
    """

    __tablename__ = "survey_version"

    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id")
    version: int = Field(primary_key=True)
    title: dict[str, str] = _json()
    form: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = moment()


class SurveyInvitation(SQLModel, table=True):
    """A party that was asked, once for a survey, and whether it answered: not what.

    Attributes:
        ref: 16 random bytes by which its personal link names the invitation.
        dossier_id: the dossier for whose sake it was asked. No foreign key: inviting would wait for whoever
            is pushing to it, and hold up the next push.
    """

    __tablename__ = "survey_invitation"
    __table_args__ = (Index("ix_survey_invitation_party_id", "party_id", "invited_on"),)

    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id")
    party_id: UUID = Field(primary_key=True, foreign_key="party.id")
    ref: bytes = Field(unique=True)
    dossier_id: UUID | None = None
    invited_on: date
    answered_on: date | None = None


class SurveyAnswer(SQLModel, table=True):
    """What somebody answered to a version of a survey, nobody knows who.

    Attributes:
        id: random (UUID version 4, RFC 9562), so that it tells no order.
        answers: by the names of questions; what is personal was taken out of texts before they were kept.
        context: `agency_code`, `procedure_code` and `month` of what it is about, where they are known.
        external_id: what the platform calls it.
        answered_on: the day in Vietnam, and nothing finer.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (
        CheckConstraint("source IN ('app', 'page', 'vnform')", name="source"),
        ForeignKeyConstraint(
            ["survey_id", "version"], ["survey_version.survey_id", "survey_version.version"]
        ),
        Index(
            "ix_survey_answer_external_id",
            "survey_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
    )

    survey_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    version: int
    answers: dict[str, Any] = _json()
    context: dict[str, str] = _json()
    source: str
    external_id: str | None = None
    answered_on: date
