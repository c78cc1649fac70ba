"""Reports, and what became of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment, whole_number
from storage.ids import new_id


class Report(SQLModel, table=True):
    """A month as it was, or is to be, told to a system. Its content never changes.

    Attributes:
        system: to which, by our name of it.
        scope: the code of the agency that it is on, with all below it, or `*` for the country.
        number: of the reports on that month, from 1; all but the first correct what was said before.
        corrects: receipt of the first one that was taken in, which this one corrects.
        content: `storage.reports.content.MonthReport`, and `digest` a SHA-256 of it.
        version: of the month's scores when it was drawn up (`storage.scores.models.ScoreMonth`).
        state: a word of `kinds.ReportState`.
        unsure: it may have arrived, and so is asked after before it is sent again.
        next_at: when to try next; none where all is said.
        receipt: what the system calls it.
        answered: what the system said last: `code` and `words`.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("system", "scope", "month", "number"),
        CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name="waiting"),
        CheckConstraint("(state = 'sent') = (receipt IS NOT NULL)", name="sent"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    system: str = Field(max_length=32)
    scope: str = Field(max_length=35)
    month: date
    number: int = Field(sa_type=SmallInteger)
    corrects: str | None = Field(default=None, max_length=200)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    digest: bytes
    version: int = Field(sa_type=BigInteger)
    state: str
    unsure: bool = False
    attempts: int = whole_number()
    made_at: datetime = moment()
    next_at: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)
    receipt: str | None = Field(default=None, max_length=200)
    answered: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
