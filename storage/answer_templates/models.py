"""Words that are kept for answers."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import moment
from storage.ids import new_id


class AnswerTemplate(SQLModel, table=True):
    """Words to begin an answer with, for the officers of an agency and of all below it.

    Attributes:
        text: with the blanks that `storage.answer_templates.blanks` knows.
        retired_at: since when it is not offered any more.
    """

    __tablename__ = "answer_template"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    agency_id: UUID = Field(foreign_key="agency.id", index=True)
    name: str
    text: str
    written_by: UUID = Field(foreign_key="officer.id")
    created_at: datetime = moment()
    updated_at: datetime = moment()
    retired_at: datetime | None = moment(nullable=True)
