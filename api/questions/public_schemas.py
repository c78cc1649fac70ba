"""What is asked of published answers, and how they are shown to everybody."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import AgencyCode, Body, ProcedureCode
from api.named import Named
from api.paging import Mark, PageQuery
from api.questions.schemas import RestsOn, Text
from api.text import Clean

LONGEST_SEARCH = 10_000
"""People paste whole messages. The first 64 words of it are read."""


class AnswerMark(Mark):
    """Where a page ended, and in which version of what is published."""

    version: str
    place: Annotated[int, Field(ge=0, le=1_000_000)]


class AnswerQuery(PageQuery):
    """What is looked for. What is chosen must all hold."""

    q: Annotated[str, StringConstraints(max_length=LONGEST_SEARCH), Clean] = Field(
        default="", description="In any words; nothing for all, the newest first", examples=["khai sinh muộn"]
    )
    procedure: ProcedureCode | None = Field(default=None, description="The procedure that it rests on")
    field: Annotated[str, StringConstraints(min_length=1, max_length=200), Clean] | None = Field(
        default=None, description="Field of administration", examples=["Hộ tịch"]
    )
    agency: AgencyCode | None = Field(default=None, description="The agency that answers, or one above it")
    faq: bool = Field(default=False, description="Only what agencies wrote themselves, as it is asked often")


class PublishedAnswer(BaseModel):
    """A question with its answer, for everybody; nothing personal is in it.

    Both are text: whoever shows them must not read them as HTML, or as anything else.

    Attributes:
        field: of administration, its own or the procedure's.
        stale: the procedure on which it rests has changed since, or is in force no more.
        faq: the agency wrote it itself, as it is asked often.
    """

    id: UUID
    question: str = Field(examples=["Đăng ký khai sinh quá hạn cần giấy tờ gì?"])
    answer: str = Field(examples=["Cần tờ khai và giấy chứng sinh; không phạt khi đăng ký muộn."])
    field: str | None = Field(examples=["Hộ tịch"])
    agency: Named
    rests_on: RestsOn | None
    stale: bool
    faq: bool
    published_at: datetime
    updated_at: datetime


class PublishedPage(BaseModel):
    """A page of what was found.

    Attributes:
        total: how many there are on all pages.
        total_is: `exact`, or `at_least` where so much fits that the likeliest alone were looked at.
        version: of what is published. With another one than the page before, places may have shifted by what
            came or went: begin anew where that matters.
    """

    items: list[PublishedAnswer]
    total: int
    total_is: Literal["exact", "at_least"]
    version: str
    next_cursor: str | None


class AboutToAsk(Body):
    """What somebody is about to ask. It is kept nowhere."""

    text: Text = Field(examples=["Con sinh ở Huế thì khai sinh ở đâu ạ?"])
    procedure_code: ProcedureCode | None = Field(
        default=None, description="What it is about, where that is said"
    )


class ProcedureNamed(BaseModel):
    """A procedure that may be what is meant.

    Attributes:
        agency: that answers for it.
    """

    code: str = Field(examples=["1.001193"])
    name: str = Field(examples=["Thủ tục đăng ký khai sinh"])
    agency: str | None


class Similar(BaseModel):
    """What there is already on what somebody is about to ask, the most alike first; perhaps nothing."""

    questions: list[PublishedAnswer]
    procedures: list[ProcedureNamed]
