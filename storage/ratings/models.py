"""What is kept so that a dossier is rated once, and nobody can tell by whom; and what agencies answer.

No table of ratings holds a party, a time finer than a day, or an id that tells an order. Agency and dossier
are no foreign keys there: a row that refers to another leaves the number of its transaction there. An answer
is a public word of an officer's, and knows of no rating but that there were many.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed
from storage.ids import new_id


def _group(table: str) -> tuple[Index, Index]:
    """Index the rows of an agency and month, and where some of them have yet to be mixed."""
    return (
        Index(f"ix_{table}_group", "agency_id", "month"),
        Index(f"ix_{table}_fresh", "agency_id", "month", postgresql_where=text("fresh")),
    )


def _fresh() -> bool:
    found: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    return found


class RatingKey(SQLModel, table=True):
    """The key whose signature proves a dossier of an agency, closed in a month.

    Attributes:
        month: its first day, in Vietnam.
        kid: JWK thumbprint of the public half (RFC 7638).
        public: that half as SubjectPublicKeyInfo (RFC 5280), in DER.
        private_sealed: PKCS #8 in PEM, under the master key.
    """

    __tablename__ = "rating_key"

    agency_id: UUID = Field(primary_key=True)
    month: date = Field(primary_key=True)
    kid: str = Field(unique=True, max_length=43)
    public: bytes
    private_sealed: bytes = sealed()


class RatingInvitation(SQLModel, table=True):
    """A dossier that may be rated, once.

    Attributes:
        month: the first day of that in which it was closed.
        closes_on: the last day on which a token is issued.
        issued: SHA-256 of the blinded message that was signed for it; none before. Any token may hide in it.
        fresh: it was issued a token since its group was mixed: where the row lies, tells when.
    """

    __tablename__ = "rating_invitation"
    __table_args__ = _group("rating_invitation")

    dossier_id: UUID = Field(primary_key=True)
    agency_id: UUID
    month: date
    asked_on: date
    closes_on: date
    issued: bytes | None = None
    fresh: bool = _fresh()


class Rating(SQLModel, table=True):
    """What somebody said of a dossier of an agency, closed in a month.

    Attributes:
        spent: SHA-256 of the key's name and the token, which is what makes a second rating by it a change.
        level: see `storage.ratings.kinds`, as of `reasons`.
        text_scrubbed: what was written, with all that is personal taken out of it before it was ever kept.
        editable_until: the last day on which it may be changed.
        fresh: it came, or was changed, since its group was mixed.
        change: what it says since, as `level`, `reasons` and `text`, where it was counted before: until its
            group is mixed, what it said stands. Else all would see what goes in the moment of a change.
    """

    __tablename__ = "rating"
    __table_args__ = (
        *_group("rating"),
        CheckConstraint("level IN ('dissatisfied', 'satisfied', 'very_satisfied')", name="level"),
    )

    spent: bytes = Field(primary_key=True)
    agency_id: UUID
    month: date
    level: str
    reasons: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    text_scrubbed: str | None = None
    editable_until: date
    fresh: bool = _fresh()
    change: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class RatingAnswer(SQLModel, table=True):
    """What an agency answers, for everybody to read, to the ratings of its dossiers closed in a month.

    It is never changed: what is written anew takes the place of what stood before.

    Attributes:
        month: its first day, in Vietnam.
        level: to those who chose it, as of `storage.ratings.kinds`; none where it is to all.
        taken_down_at: since when it is not to be read any more.
    """

    __tablename__ = "rating_answer"
    __table_args__ = (
        CheckConstraint("level IN ('dissatisfied', 'satisfied', 'very_satisfied')", name="level"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        Index(
            "uq_rating_answer_standing",
            "agency_id",
            "month",
            text("coalesce(level, '')"),
            unique=True,
            postgresql_where=text("taken_down_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    agency_id: UUID = Field(foreign_key="agency.id")
    month: date
    level: str | None = None
    text: str
    officer_id: UUID = Field(foreign_key="officer.id")
    written_at: datetime = moment()
    taken_down_at: datetime | None = moment(nullable=True)
