"""Questions, their answers, and what of both is published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from storage.base import TransactionId, moment, sealed
from storage.ids import new_id


def _changed() -> int:
    column = Column(TransactionId, server_default=text("pg_current_xact_id()"), nullable=False)
    changed: int = Field(default=None, sa_column=column)
    return changed


class Question(SQLModel, table=True):
    """A question of a party's to an agency, which stays as it was asked.

    Attributes:
        author_ref: who asked, by id: the party, or who acts for it.
        procedure_code: what it is about, by short code, where the asker said so.
        state: a word of `kinds.QuestionState`, and `publication` one of `kinds.Publication`.
        due_at: by when an answer is promised.
        closed_at: when it was answered first, declined or withdrawn.
        decline_reason: a word of `kinds.DeclineReason`.
        changed_xid: the transaction that changed it last, by which it is asked for what is new.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(state = 'declined') = (decline_reason IS NOT NULL)", name="declined"),
        Index("ix_question_party_id", "party_id", "asked_at", "id"),
        Index("ix_question_party_id_changed", "party_id", "changed_xid", "id"),
        Index("ix_question_waiting", "agency_id", "due_at", "id", postgresql_where=text("state = 'asked'")),
        Index("ix_question_pending", "agency_id", "id", postgresql_where=text("publication = 'pending'")),
        Index("ix_question_agency_id", "agency_id", "asked_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    author_ref: str = Field(max_length=64)
    agency_id: UUID = Field(foreign_key="agency.id")
    procedure_code: str | None = Field(default=None, foreign_key="procedure.code", max_length=64)
    text_sealed: bytes = sealed()
    state: str
    publication: str
    asked_at: datetime = moment()
    due_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = None
    changed_xid: int = _changed()


class QuestionAnswer(SQLModel, table=True):
    """An answer to a question, under the asker's key; the last one counts, and none is ever changed.

    Attributes:
        procedure_code: the procedure that it rests on, if it does, in the version `procedure_version`:
            see `storage.procedures.models.Procedure.version`. It is stale once that has changed.
    """

    __tablename__ = "question_answer"
    __table_args__ = (
        CheckConstraint("(procedure_code IS NULL) = (procedure_version IS NULL)", name="rests_on"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    question_id: UUID = Field(foreign_key="question.id", index=True)
    officer_id: UUID = Field(foreign_key="officer.id")
    text_sealed: bytes = sealed()
    procedure_code: str | None = Field(default=None, foreign_key="procedure.code", max_length=64)
    procedure_version: int | None = None
    written_at: datetime = moment()


class PublishedAnswer(SQLModel, table=True):
    """A question with its answer as everybody may read it; nothing personal is in it.

    Attributes:
        question_id: where it came from; none of what is asked often, which an agency wrote by itself.
        field: what it is about, where that is no procedure or its procedure's.
        procedure_code: as of `QuestionAnswer`, with `procedure_version`.
        published_by: who let it be read, last: an officer's id, or who imported it.
        taken_down_at: since when it is not to be read any more.
    """

    __tablename__ = "published_answer"
    __table_args__ = (
        CheckConstraint("(procedure_code IS NULL) = (procedure_version IS NULL)", name="rests_on"),
        Index(
            "ix_published_answer_procedure_code",
            "procedure_code",
            postgresql_where=text("taken_down_at IS NULL"),
        ),
        Index("ix_published_answer_agency_id", "agency_id", "id"),
        Index("ix_published_answer_changed", "changed_xid", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    question_id: UUID | None = Field(default=None, foreign_key="question.id", unique=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    question: str
    answer: str
    field: str | None = None
    procedure_code: str | None = Field(default=None, foreign_key="procedure.code", max_length=64)
    procedure_version: int | None = None
    published_by: str
    published_at: datetime = moment()
    updated_at: datetime = moment()
    taken_down_at: datetime | None = moment(nullable=True)
    changed_xid: int = _changed()
