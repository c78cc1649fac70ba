"""What is told of a day."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints

from api.paging import Mark, PageQuery
from api.text import Clean
from storage.agencies.codes import MAX_LENGTH
from storage.reconciliation.days import AgencyDay
from storage.reconciliation.figures import Figures

FIGURES = {
    "pushed": 120,
    "filed": 0,
    "pulled": 35,
    "reported": 118,
    "lag_median": 42,
    "lag_p95": 900,
    "silent": 3,
    "holes": 0,
    "contradictions": 1,
    "differences": 2,
    "differences_left": 1,
    "strays": 0,
}
EXAMPLE = {
    "date": "2026-11-21",
    "made_at": "2026-11-21T17:15:03Z",
    "items": [{"agency_code": "H26.1", "agency_name": "Ủy ban nhân dân Phường Một", **FIGURES}],
    "next_cursor": None,
}


Day = date
"""A day in Vietnam. By another name, as fields are called `date`."""


class DayQuery(PageQuery):
    """Which day, the last one that was reported unless it is named; and which page of it."""

    date: Annotated[Day | None, Field(description="A day in Vietnam", examples=["2026-11-21"])] = None


class AgencyPlace(Mark):
    """The agency with which a page ended."""

    code: Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean]


class AgencyFigures(Figures):
    """An agency's day. Times are in seconds; what is left out is 0, and a lag where no fact came null."""

    agency_code: str
    agency_name: str

    @classmethod
    def of(cls, told: AgencyDay) -> Self:
        """Word an agency's day."""
        return cls(agency_code=told.code, agency_name=told.name, **told.figures.model_dump())


class SyncReport(BaseModel):
    """A day, for the caller's agency and all for which it speaks. One without an entry had nothing to say."""

    date: Day
    made_at: datetime
    items: list[AgencyFigures]
    next_cursor: str | None
