"""What is asked of published complaints, and how they are shown to everybody."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from api.bodies import AgencyCode
from api.named import Named
from api.paging import Mark, PageQuery
from storage.complaints.kinds import ComplaintKind, Topic


class PublishedMark(Mark):
    """What a page ended with: when it was published, and its id."""

    at: AwareDatetime
    id: UUID


class PublishedQuery(PageQuery):
    """What is looked for. What is chosen must all hold."""

    agency: AgencyCode | None = Field(default=None, description="The agency that answered, or one above it")
    kind: ComplaintKind | None = Field(default=None, description="Complaints alone, or suggestions")


class PublishedComplaint(BaseModel):
    """A complaint or suggestion with its answer, for everybody; nothing personal is in it.

    Both are text: whoever shows them must not read them as HTML, or as anything else.

    Attributes:
        received_on: the day in Vietnam, as of `answered_on`: a moment would tell which complaint it is to
            whoever saw one come in, or the notice of its answer.
    """

    id: UUID
    kind: ComplaintKind
    topic: Topic
    text: str = Field(examples=["Bộ phận một cửa yêu cầu nộp thêm bản sao có chứng thực."])
    answer: str = Field(examples=["Yêu cầu đó không đúng quy định và đã được bãi bỏ từ ngày 02/11/2026."])
    agency: Named
    received_on: date
    answered_on: date
    published_at: datetime
    updated_at: datetime


class PublishedComplaintPage(BaseModel):
    """What is published, the last first."""

    items: list[PublishedComplaint]
    next_cursor: str | None
