"""Complaints and suggestions, what happened to each, and what of them is published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, text
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, moment, sealed
from storage.ids import new_id


def _changed() -> int:
    column = Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False)
    changed: int = Field(default=None, sa_column=column)
    return changed


class Complaint(SQLModel, table=True):
    """A complaint or suggestion of a party's to an agency, which stays as it was written.

    Attributes:
        code: how people name it, such as PA-7K3M0QXV.
        author_ref: who wrote it, by id: the party, or who acts for it.
        agency_id: which agency has it now.
        dossier_id: the dossier of the party's that it is about.
        kind: a word of `kinds.ComplaintKind`; `topic` one of `kinds.Topic`, `state` one of
            `kinds.ComplaintState`, `publication` one of `storage.questions.kinds.Publication`.
        accept_by: with `ask_by` and `process_by`: see `deadlines.Terms`.
        publish_by: by when a moderator is to decide, while one is to.
        next_due_at: what the agency has to do first; none while the citizen is awaited or all is over.
        awaited_since: since when the citizen is asked for more, and `resumes` where it goes on then.
        decline_reason: a word of `kinds.DeclineGround`.
        changed_xid: the transaction that changed it last, by which it is asked for what is new.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('answered', 'declined', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed"
        ),
        CheckConstraint("(state = 'declined') = (decline_reason IS NOT NULL)", name="declined"),
        CheckConstraint(
            "(state = 'more_asked') = (awaited_since IS NOT NULL)"
            " AND (awaited_since IS NULL) = (resumes IS NULL)",
            name="awaited",
        ),
        CheckConstraint("(publication = 'pending') = (publish_by IS NOT NULL)", name="pending"),
        Index("ix_complaint_party_id", "party_id", "received_at", "id"),
        Index("ix_complaint_party_id_changed", "party_id", "changed_xid", "id"),
        Index(
            "ix_complaint_waiting",
            "agency_id",
            "next_due_at",
            "id",
            postgresql_where=text("state IN ('received', 'accepted')"),
        ),
        Index("ix_complaint_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index(
            "ix_complaint_pending",
            "agency_id",
            "publish_by",
            "id",
            postgresql_where=text("publication = 'pending'"),
        ),
        Index("ix_complaint_agency_id", "agency_id", "received_at", "id"),
        Index("ix_complaint_dossier_id", "dossier_id", postgresql_where=text("dossier_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True, max_length=16)
    party_id: UUID = Field(foreign_key="party.id")
    author_ref: str = Field(max_length=64)
    agency_id: UUID = Field(foreign_key="agency.id")
    dossier_id: UUID | None = Field(default=None, foreign_key="dossier.id")
    kind: str
    topic: str
    text_sealed: bytes = sealed()
    state: str
    publication: str
    received_at: datetime = moment()
    accept_by: datetime = moment()
    ask_by: datetime = moment()
    process_by: datetime = moment()
    publish_by: datetime | None = moment(nullable=True)
    next_due_at: datetime | None = moment(nullable=True)
    awaited_since: datetime | None = moment(nullable=True)
    resumes: str | None = None
    closed_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = None
    changed_xid: int = _changed()


class ComplaintEntry(SQLModel, table=True):
    """Something that happened to a complaint; never changed.

    Attributes:
        id: of the form that was sent, so that twice is once.
        kind: a word of `kinds.EntryKind`.
        officer_id: who did it at an agency; none where the party did.
        from_agency_id: which agency had it then, and `to_agency_id` which one got it, if it went to another.
        text_sealed: what was written, under the party's key.
        due_at: by when it was to be done; later than that, it is late, and stays so.
    """

    __tablename__ = "complaint_entry"
    __table_args__ = (Index("ix_complaint_entry_complaint_id", "complaint_id", "at", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    complaint_id: UUID = Field(foreign_key="complaint.id")
    kind: str
    officer_id: UUID | None = Field(default=None, foreign_key="officer.id")
    from_agency_id: UUID = Field(foreign_key="agency.id")
    to_agency_id: UUID | None = Field(default=None, foreign_key="agency.id")
    text_sealed: bytes | None = sealed(nullable=True)
    due_at: datetime | None = moment(nullable=True)
    at: datetime = moment()


class ComplaintAlarm(SQLModel, table=True):
    """A time limit that passed, and was told: once each. `stage` is a word of `kinds.Stage`."""

    __tablename__ = "complaint_alarm"

    complaint_id: UUID = Field(primary_key=True, foreign_key="complaint.id")
    stage: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    raised_at: datetime = moment()


class PublishedComplaint(SQLModel, table=True):
    """A complaint with its answer as everybody may read it; nothing personal is in it.

    Attributes:
        published_by: the officer who let it be read, last.
        taken_down_at: since when it is not to be read any more.
    """

    __tablename__ = "published_complaint"
    __table_args__ = (
        Index(
            "ix_published_complaint_published_at",
            "published_at",
            "id",
            postgresql_where=text("taken_down_at IS NULL"),
        ),
        Index("ix_published_complaint_agency_id", "agency_id", "published_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    complaint_id: UUID = Field(foreign_key="complaint.id", unique=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    kind: str
    topic: str
    text: str
    answer: str
    answered_at: datetime = moment()
    published_by: UUID = Field(foreign_key="officer.id")
    published_at: datetime = moment()
    updated_at: datetime = moment()
    taken_down_at: datetime | None = moment(nullable=True)
