"""What was compared with each portal, where we differ, and what is told of each day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed
from storage.ids import new_id

_LIVE = "state IN ('open', 'left')"


class PortalStanding(SQLModel, table=True):
    """How a dossier stood when it was last compared: what stands as it did then is not compared again.

    Attributes:
        their_digest: keyed hash of what was compared of theirs; none where they had no such dossier.
        ours_at: `dossier.updated_at` of ours then; none where we had no such dossier.
        agrees: nothing is left to be done about it. So it is with what a person settled.
    """

    __tablename__ = "portal_standing"
    __table_args__ = (
        Index("ix_portal_standing_apart", "deployment", "code", postgresql_where=text("NOT agrees")),
    )

    deployment: str = Field(primary_key=True, max_length=40)
    code: str = Field(primary_key=True, max_length=80)
    their_digest: bytes | None = None
    ours_at: datetime | None = moment(nullable=True)
    seen_at: datetime = moment()
    agrees: bool = Field(sa_column=Column(Boolean, nullable=False))


class PortalDifference(SQLModel, table=True):
    """One thing of which a portal and we say something else: never more than one of a kind is live.

    Attributes:
        agency_id: whose dossier it is here; of one that is missing here, whom its code names.
        kind: a word of `kinds.DifferenceKind`; `field` one of `kinds.Field`, empty for a whole dossier.
        ours: what we say, in words that say nothing personal; likewise `theirs`.
        action: a word of `kinds.Action`, which the rule named in `rule` chose.
        repair_at: when a repair was last begun.
        state: a word of `kinds.DifferenceState`.
        settled_by: the officer, or the operator's command.
        note_sealed: why it was settled so.
    """

    __tablename__ = "portal_difference"
    __table_args__ = (
        Index(
            "uq_portal_difference_live",
            "deployment",
            "code",
            "kind",
            "field",
            unique=True,
            postgresql_where=text(_LIVE),
        ),
        Index("ix_portal_difference_agency", "agency_id", "found_at", "id"),
        Index("ix_portal_difference_found", "found_at", "id"),
        Index("ix_portal_difference_dossier", "deployment", "code"),
        CheckConstraint(f"({_LIVE}) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(state = 'settled') = (settled_by IS NOT NULL)", name="settled"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    deployment: str = Field(max_length=40)
    agency_id: UUID
    code: str = Field(max_length=80)
    kind: str
    field: str = ""
    ours: str | None = Field(default=None, max_length=80)
    theirs: str | None = Field(default=None, max_length=80)
    action: str
    rule: str
    state: str
    found_at: datetime = moment()
    last_seen_at: datetime = moment()
    repair_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    settled_by: str | None = Field(default=None, max_length=80)
    note_sealed: bytes | None = sealed(nullable=True)


class PortalComparison(SQLModel, table=True):
    """One run over a portal's dossiers and ours; one at a time goes on, from where it stands.

    Attributes:
        extent: a word of `kinds.Extent`.
        since: from when on what they changed is read; until `until`, which is also where ours ends.
        stage: a word of `kinds.Stage`, and `cursor` where in it: a page of theirs, or a dossier's code.
        ours_at: with `ours_id`, how far ours have been looked through, by when they changed.
        counts: how many were read, looked at, compared, asked for, and so on.
        error: what stopped the last attempt to go on; none since it goes on.
    """

    __tablename__ = "portal_comparison"
    __table_args__ = (
        Index(
            "uq_portal_comparison_running",
            "deployment",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_portal_comparison_deployment", "deployment", "started_at"),
        CheckConstraint("(stage = 'done') = (finished_at IS NOT NULL)", name="finished"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    deployment: str = Field(max_length=40)
    extent: str
    since: datetime = moment()
    until: datetime = moment()
    ours_at: datetime = moment()
    ours_id: UUID
    stage: str
    cursor: str | None = None
    counts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    error: str | None = Field(default=None, max_length=80)
    started_at: datetime = moment()
    moved_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)


class PortalDay(SQLModel, table=True):
    """A day in Vietnam of which the report was made."""

    __tablename__ = "portal_day"

    day: date = Field(primary_key=True)
    made_at: datetime = moment()


class PortalDayAgency(SQLModel, table=True):
    """What is told of an agency and a day: `storage.reconciliation.figures.Figures`. Without it, all is 0."""

    __tablename__ = "portal_day_agency"

    day: date = Field(primary_key=True, foreign_key="portal_day.day", ondelete="CASCADE")
    agency_id: UUID = Field(primary_key=True)
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
