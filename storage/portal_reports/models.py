"""What each portal was told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment, whole_number

LONGEST_DEPLOYMENT = 40
LONGEST_KEY = 80
_OPEN = text("next_at IS NOT NULL")
_UNSETTLED = text("state IN ('refused', 'doubted')")
_STATES = """
CASE state WHEN 'due' THEN next_at IS NOT NULL WHEN 'waiting' THEN next_at IS NOT NULL
  WHEN 'doubted' THEN true ELSE next_at IS NULL END
"""


def _ids() -> Any:
    return Field(
        default_factory=list,
        sa_column=Column(ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    )


class PortalReport(SQLModel, table=True):
    """How far a portal knows a dossier. One row: so no report of a dossier overtakes another.

    The dossier is no foreign key: writing here would wait for whoever is pushing to it.

    Attributes:
        deployment: which portal, by our name of it.
        state: a word of `kinds.ReportState`.
        changes: how often the dossier was found changed; what changes amid a report is told by the next one.
        digest: keyed hash of the record that the portal has from us; none if it has none.
        refused_digest: of the one that it did not take.
        record_doubted: a record may have arrived.
        told_events: facts that it has from us as steps of progress.
        refused_events: those that it did not take.
        doubted_events: those that may have arrived.
        attempts: since it was last settled.
        next_at: when to try next; amid an attempt, when it counts as given up.
        answer_code: what the portal said last.
        changed_at: when it was found changed, first of all changes that the portal does not have.
        told_at: when the portal last took something in.
    """

    __tablename__ = "portal_report"
    __table_args__ = (
        Index("ix_portal_report_next", "deployment", "next_at", postgresql_where=_OPEN),
        Index("ix_portal_report_unsettled", "deployment", "state", postgresql_where=_UNSETTLED),
        # For the report of a day.
        Index("ix_portal_report_told", "told_at", postgresql_where=text("told_at IS NOT NULL")),
        CheckConstraint(_STATES, name="state"),
    )

    deployment: str = Field(primary_key=True, max_length=LONGEST_DEPLOYMENT)
    dossier_id: UUID = Field(primary_key=True)
    state: str
    changes: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))
    digest: bytes | None = None
    refused_digest: bytes | None = None
    record_doubted: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    told_events: list[UUID] = _ids()
    refused_events: list[UUID] = _ids()
    doubted_events: list[UUID] = _ids()
    attempts: int = whole_number()
    next_at: datetime | None = moment(nullable=True)
    answer_code: str | None = Field(default=None, max_length=32)
    changed_at: datetime = moment()
    told_at: datetime | None = moment(nullable=True)


class PortalReportMark(SQLModel, table=True):
    """How far dossiers were looked at for a portal: whoever looks holds it until the commit.

    Attributes:
        agencies: whose dossiers; with others it begins anew.
        dossier_at: `updated_at` of the dossier that was looked at last, and `dossier_id` its id.
    """

    __tablename__ = "portal_report_mark"

    deployment: str = Field(primary_key=True, max_length=LONGEST_DEPLOYMENT)
    agencies: list[str] = Field(sa_column=Column(ARRAY(String(35)), nullable=False))
    dossier_at: datetime = moment()
    dossier_id: UUID


class PortalOpinionReport(SQLModel, table=True):
    """What a portal is told of a question, a complaint, or the ratings of an agency in a month.

    Nothing in it is secret: it holds what everybody can read, and counts.

    Attributes:
        kind: a word of `kinds.OpinionKind`.
        key: by which the portal knows it again.
        content: what is to be told, and `digest` a SHA-256 of it.
        told_digest: of what the portal has.
        state: a word of `kinds.ReportState`.
        attempts, next_at, answer_code, changed_at, told_at: as in `PortalReport`.
    """

    __tablename__ = "portal_opinion_report"
    __table_args__ = (
        Index("ix_portal_opinion_report_next", "deployment", "next_at", postgresql_where=_OPEN),
        Index("ix_portal_opinion_report_unsettled", "deployment", "state", postgresql_where=_UNSETTLED),
        CheckConstraint(_STATES, name="state"),
    )

    deployment: str = Field(primary_key=True, max_length=LONGEST_DEPLOYMENT)
    kind: str = Field(primary_key=True, max_length=16)
    key: str = Field(primary_key=True, max_length=LONGEST_KEY)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    digest: bytes
    told_digest: bytes | None = None
    state: str
    attempts: int = whole_number()
    next_at: datetime | None = moment(nullable=True)
    answer_code: str | None = Field(default=None, max_length=32)
    changed_at: datetime = moment()
    told_at: datetime | None = moment(nullable=True)
