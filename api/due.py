"""When a result is due, as it is told to people."""

from datetime import datetime
from typing import Protocol, Self

from pydantic import BaseModel, Field

from storage.dossiers.timeline import Period
from storage.dossiers.working_days import WorkingCalendar, deadline


class Timed(Protocol):
    """A dossier, as far as its due time is concerned."""

    @property
    def due_at(self) -> datetime | None:
        """The due time last given."""

    @property
    def due_set_at(self) -> datetime | None:
        """When it was given."""

    @property
    def ended_at(self) -> datetime | None:
        """When processing ended."""

    @property
    def waits(self) -> tuple[Period, ...]:
        """When the citizen was awaited."""


class Due(BaseModel):
    """When the result is due (Decision 766/QD-TTg): time spent awaiting the citizen moves it on.

    Attributes:
        working_days_left: until the day of `at`; 0 on that day and later.
        overdue: whether `at` has passed; for a dossier that has ended, whether it had by then.
        overdue_by: whole working days since the day of `at`.
        paused: the citizen is awaited, so `at` moves on with every working day.
    """

    at: datetime
    working_days_left: int = Field(examples=[3])
    overdue: bool
    overdue_by: int = Field(examples=[0])
    paused: bool

    @classmethod
    def of(cls, dossier: Timed, *, now: datetime, calendar: WorkingCalendar) -> Self | None:
        """Judge a dossier at a time; none where its agency promised nothing."""
        if dossier.due_at is None:
            return None
        judged = deadline(
            due_at=dossier.due_at,
            due_set_at=dossier.due_set_at,
            now=now,
            ended_at=dossier.ended_at,
            waits=dossier.waits,
            calendar=calendar,
        )
        return cls(
            at=judged.at,
            working_days_left=judged.working_days_left,
            overdue=judged.overdue,
            overdue_by=judged.overdue_by,
            paused=judged.paused,
        )
