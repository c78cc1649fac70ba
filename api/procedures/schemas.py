"""What is asked of the catalogue, and how procedures stand in a list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.named import Named
from api.paging import Mark, PageQuery
from api.text import Clean
from storage.procedures.record import ApplicantKind, Level, OnlineLevel, Unit
from storage.search.facts import Facet
from storage.search.sifting import Sort

LONGEST_QUESTION = 10_000
"""People paste whole messages. The first 64 words of it are read."""
MOST_VALUES = 20

Question = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION), Clean]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]
Chosen = Annotated[list[Value], Field(max_length=MOST_VALUES)]


class ProcedureMark(Mark):
    """Where a page ended, and in which version of the catalogue."""

    version: int
    place: Annotated[int, Field(ge=0, le=1_000_000)]


class ProcedureQuery(PageQuery):
    """What is looked for. Several values of one filter are alternatives; several filters all hold."""

    q: Question = Field(
        default="", description="In any words; nothing for all", examples=["làm giấy khai sinh cho con"]
    )
    field: Chosen = Field(default=[], description="Field of administration, as a facet names it")
    agency: Chosen = Field(default=[], description="Agency that answers for it, as a facet names it")
    level: Annotated[list[Level], Field(max_length=MOST_VALUES)] = Field(default=[])
    applicant: Annotated[list[ApplicantKind], Field(max_length=MOST_VALUES)] = Field(default=[])
    online: Annotated[list[OnlineLevel], Field(max_length=MOST_VALUES)] = Field(default=[])
    province: Value | None = Field(
        default=None, description="Code or name, of today or before July 2025", examples=["Hà Giang"]
    )
    commune: Value | None = Field(
        default=None, description="Likewise; what it was in may follow a comma", examples=["Ba Đình, Hà Nội"]
    )
    max_days: Annotated[float, Field(ge=0, le=36_500, allow_inf_nan=False)] | None = Field(
        default=None, description="Days that it may take; where none is published it is left out"
    )
    max_fee: Annotated[int, Field(ge=0, le=10**12)] | None = Field(
        default=None, description="Đồng that it may cost; where none is published it is left out"
    )
    free: bool = Field(default=False, description="Free of charge: `max_fee=0`")
    sort: Sort = Sort.RELEVANCE


class SuggestionQuery(BaseModel):
    """What was typed so far."""

    q: Question = ""
    limit: int = Field(default=10, ge=1, le=10)


class Limit(BaseModel):
    """The shortest time limit that is published."""

    quantity: float
    unit: Unit


class Difference(StrEnum):
    """In what a variant may differ from the procedure under which it is folded."""

    FIELD = "field"
    AGENCY = "agency"
    LEVELS = "levels"
    APPLICANTS = "applicants"
    ONLINE = "online"
    LIMIT = "limit"
    FEE = "fee"
    PROVINCE = "province"


class ProcedureInBrief(BaseModel):
    """A procedure as lists show it.

    Attributes:
        online: how much of it can be done online; none where nothing is said of that.
        fee: the lowest fee that is published, in đồng; 0 is free of charge; none where none is published.
        province: whose own it is; none for what holds everywhere.
    """

    code: str = Field(examples=["1.001193"])
    name: str = Field(examples=["Thủ tục đăng ký khai sinh"])
    field: str | None
    agency: str | None
    levels: tuple[Level, ...]
    applicants: tuple[ApplicantKind, ...]
    online: OnlineLevel | None
    limit: Limit | None
    fee: int | None
    province: Named | None


class Variant(ProcedureInBrief):
    """The same for another place or level, and in what it differs from the one it is folded under."""

    differs: list[Difference]


class FoundProcedure(ProcedureInBrief):
    """A procedure that was found.

    Attributes:
        highlights: from and to, in code points of `name`, where words that were asked for stand.
        variants: of the same name, for other places or levels.
    """

    highlights: list[tuple[int, int]]
    variants: list[Variant]


class FacetValue(BaseModel):
    """A value by which the list can be narrowed, its name, and how many it leaves."""

    value: str
    label: str
    count: int


class Place(BaseModel):
    """The units of today in which it is asked."""

    province: Named
    commune: Named | None


class ProcedurePage(BaseModel):
    """A page of what was found.

    Attributes:
        total: how many there are on all pages, variants not counted.
        total_is: `exact`, or `at_least` where so much fits that the likeliest alone were looked at: then
            `total` and `facets` are of those.
        facets: by filter, each value with how many procedures it would leave, the filter's own choice aside.
        read_as: the question as it was read, where words were taken to be misspelt.
        place: how `province` and `commune` were understood.
        version: of the catalogue. With another one than the page before, places may have shifted by what came
            or went: begin anew where that matters.
    """

    items: list[FoundProcedure]
    total: int
    total_is: Literal["exact", "at_least"]
    facets: Mapping[Facet, list[FacetValue]]
    read_as: str | None
    place: Place | None
    version: int
    next_cursor: str | None


class SuggestionList(BaseModel):
    """What a question that is being typed may become, the likeliest first."""

    suggestions: list[str]


class LifeEventInBrief(BaseModel):
    """Something that happens in life, and how many procedures go with it here."""

    event: str = Field(examples=["birth"])
    title: str = Field(examples=["Sinh con"])
    lead: str
    count: int


class LifeEventList(BaseModel):
    """All of them."""

    items: list[LifeEventInBrief]


class LifeEventDetail(BaseModel):
    """One of them, with its procedures in the order in which they are wanted."""

    event: str
    title: str
    lead: str
    procedures: list[ProcedureInBrief]
    version: int
