"""A month's scores as open data."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, PlainSerializer

from storage.scores.grouping import LEAST
from storage.scores.points import Criterion
from storage.scores.publishing import Line as Kept
from storage.scores.publishing import Standing as KeptStanding

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]
"""Two digits after the point at most: so many a JSON number holds exactly, as it is written."""
SCORES = "/v1/open-data/scores"
PAGE = "/cham-diem"
"""Where scores are shown to people."""


class Reached(BaseModel):
    """How a criterion is met."""

    counted: int = Field(description="Over how many dossiers it is taken", examples=[120])
    percent: Number | None = Field(
        description="Which part of them meets it, 0 to 100; null where nothing counts", examples=[93.33]
    )
    points: Number | None = Field(
        description="All from 90 percent on, in proportion below; null where nothing counts", examples=[20.0]
    )

    @classmethod
    def of(cls, kept: KeptStanding | None) -> Self | None:
        """Return it, none where it is hidden."""
        if kept is None:
            return None
        return cls(counted=kept.counted, percent=kept.percent, points=kept.points)


class Criteria(BaseModel):
    """By each criterion of Decision 766/QĐ-TTg that what we keep bears out; null where hidden."""

    on_time: Reached | None = Field(
        description="Ended by the due time, waits for the citizen deducted: 20 points. Not counted: dossiers "
        "without a due time. With more than one supplement request and no result a dossier is late"
    )
    online: Reached | None = Field(
        description="Sent in over the network and, where a result is due, that is there electronically: "
        "12 points. Not counted: dossiers whose channel is not known"
    )
    digitised: Reached | None = Field(
        description="The result is there electronically: 22 points. Not counted: dossiers refused or stopped"
    )
    satisfaction: Reached | None = Field(
        description="100 percent less the share overdue and the share complained about or disliked: 18 points"
    )


class ScoredAgency(BaseModel):
    """An agency."""

    code: str = Field(examples=["H26.1"])
    name: str = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    parent: str | None = Field(description="Code of the one above it", examples=["H26"])


class Score(BaseModel):
    """What an agency with all below it has reached, or the country."""

    dossiers: int | None = Field(description="How many ended; null where that is hidden", examples=[128])
    hidden: bool = Field(description="The group is too small to be shown, or would tell of one that is")
    criteria: Criteria
    points: Number | None = Field(description="Sum over what is shown and counts", examples=[65.0])
    out_of: int = Field(description="How many points that could have been, of 72", examples=[72])

    @classmethod
    def of(cls, line: Kept) -> Self:
        """Return it."""
        return cls(
            dossiers=line.dossiers,
            hidden=line.dossiers is None,
            criteria=Criteria(**{one.value: Reached.of(line.standings[one]) for one in Criterion}),
            points=line.points,
            out_of=line.out_of,
        )


class AgencyScore(Score):
    """The score of one agency with all below it."""

    agency: ScoredAgency

    @classmethod
    def of(cls, line: Kept) -> Self:
        """Return it. Raises ValueError for the country's line."""
        if line.agency is None:
            raise ValueError("the country is no agency")
        named = ScoredAgency(code=line.agency.code, name=line.agency.name, parent=line.parent)
        return cls(**Score.of(line).model_dump(), agency=named)


class MonthAt(BaseModel):
    """A month, and where it is found."""

    month: str = Field(pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-10"])
    provisional: bool = Field(description="The month is not over. Later facts may change past months as well")
    json_url: str = Field(examples=["https://tindan.example/v1/open-data/scores/2026-10"])
    csv_url: str = Field(examples=["https://tindan.example/v1/open-data/scores/2026-10.csv"])
    page_url: str = Field(
        description="For people, with charts", examples=["https://tindan.example/cham-diem/2026-10"]
    )


class Months(BaseModel):
    """The months in which dossiers ended that are counted."""

    months: list[MonthAt] = Field(description="The newest first")

    @classmethod
    def of(cls, months: Sequence[date], *, current: date, home: str) -> Self:
        """Return them, as the one that runs and our own address are."""
        data = f"{home}{SCORES}"
        return cls(
            months=[
                MonthAt(
                    month=f"{month:%Y-%m}",
                    provisional=month == current,
                    json_url=f"{data}/{month:%Y-%m}",
                    csv_url=f"{data}/{month:%Y-%m}.csv",
                    page_url=f"{home}{PAGE}/{month:%Y-%m}",
                )
                for month in sorted(months, reverse=True)
            ]
        )


class MonthScores(BaseModel):
    """Scores of agencies for a month, by the dossiers that ended in it, in Vietnam."""

    month: str = Field(pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-10"])
    provisional: bool = Field(description="The month is not over. Later facts may change past months as well")
    least_group: int = Field(description="Groups of fewer dossiers are hidden", examples=[LEAST])
    country: Score
    agencies: list[AgencyScore] = Field(description="Those with dossiers that ended, by code")

    @classmethod
    def of(cls, month: date, lines: Sequence[Kept], *, provisional: bool) -> Self:
        """Return a month of which the country's line comes first."""
        country, *agencies = lines
        return cls(
            month=f"{month:%Y-%m}",
            provisional=provisional,
            least_group=LEAST,
            country=Score.of(country),
            agencies=[AgencyScore.of(line) for line in agencies],
        )
