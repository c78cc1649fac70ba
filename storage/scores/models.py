"""What each ended dossier counts for, and how far the measuring has come."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlmodel import Field, SQLModel

from storage.base import moment


class DossierMeasure(SQLModel, table=True):
    """What an ended dossier counts for: see `storage.scores.measuring.Measure`.

    The dossier is no foreign key: writing a measure would wait for whoever is pushing to it, and hold up the
    next push.

    Attributes:
        agency_id: whose the dossier was when it ended; a later change of hands leaves it there.
        month: the first day of that in which it ended, in Vietnam.
    """

    __tablename__ = "dossier_measure"
    __table_args__ = (
        # A month is summed up from the index alone.
        Index(
            "ix_dossier_measure_month",
            "month",
            "agency_id",
            postgresql_include=["on_time", "online", "digitised"],
        ),
    )

    dossier_id: UUID = Field(primary_key=True)
    agency_id: UUID
    month: date
    ended_at: datetime = moment()
    on_time: bool | None = None
    online: bool | None = None
    digitised: bool | None = None


class ScoreMonth(SQLModel, table=True):
    """A month in which dossiers were measured; `version` rises whenever one of its measures changes."""

    __tablename__ = "score_month"

    month: date = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


class ScoreMark(SQLModel, table=True):
    """How far the measuring has come: one row, which whoever measures holds until the commit.

    Attributes:
        dossier_at: `updated_at` of the dossier measured last, and `dossier_id` its id.
        document_xid: `changed_xid` of the document looked at last, and `document_id` its id; that number
            means something within `document_era` only (`storage.moments`).
    """

    __tablename__ = "score_mark"

    id: int = Field(primary_key=True, sa_type=SmallInteger)
    dossier_at: datetime = moment()
    dossier_id: UUID
    document_era: str
    document_xid: int = Field(sa_type=BigInteger)
    document_id: UUID
