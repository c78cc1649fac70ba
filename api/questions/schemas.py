"""Questions as they are asked, and as their askers read them. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import AgencyCode, Body, checked
from api.named import Named
from api.text import Clean
from storage.procedures.codes import split_procedure_code
from storage.questions.kinds import DeclineReason, Publication, QuestionState

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), Clean]
LongProcedureCode = Annotated[
    str,
    StringConstraints(max_length=64),
    Clean,
    checked("malformed-code", lambda text: ".".join(part for part in split_procedure_code(text) if part)),
]
"""A short code, or the long form that names the publishing agency as well."""


class NewQuestion(Body):
    """What the party asks.

    Attributes:
        public: whether others may read question and answer, without anything personal, once a moderator has
            looked at them. It is consent, and so said explicitly.
        procedure_code: what it is about. The long form tells also which agency is asked.
        agency_code: which agency is asked; needed where the procedure tells none and there is no front desk.
    """

    text: Text = Field(examples=["Tôi làm lại giấy khai sinh cho con ở nơi tạm trú được không?"])
    public: Annotated[bool, Field(strict=True, examples=[True])]
    procedure_code: LongProcedureCode | None = Field(default=None, examples=["1.001193.000.00.00.H26"])
    agency_code: AgencyCode | None = Field(default=None, examples=["H26.1"])


class RestsOn(BaseModel):
    """The procedure on which an answer rests, as it was in a version of the catalogue."""

    code: str = Field(examples=["1.001193"])
    name: str | None = Field(examples=["Thủ tục đăng ký khai sinh"])
    version: int = Field(examples=[3])


class AnswerShown(BaseModel):
    """An answer. Its text is text: whoever shows it must not read it as HTML, or as anything else.

    Attributes:
        stale: the procedure on which it rests has changed since, or is in force no more.
    """

    text: str
    written_at: datetime
    rests_on: RestsOn | None
    stale: bool


class Declined(BaseModel):
    """Why a question is not answered, as a word and in words."""

    reason: DeclineReason
    detail: str = Field(examples=["Câu hỏi không thuộc thẩm quyền của cơ quan này."])


class QuestionShown(BaseModel):
    """A question of one's own. Its text is text, as an answer's is.

    Attributes:
        by_representative: somebody who acts for the party asked it.
        publication: whether others may read it, or may once it is answered and looked at.
        published_id: under which id they read it, while they may.
        due_at: by when an answer is promised.
        closed_at: when it was first answered, declined or withdrawn.
    """

    id: UUID
    text: str
    by_representative: bool
    agency: Named
    procedure: Named | None
    state: QuestionState
    publication: Publication
    published_id: UUID | None
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None
    declined: Declined | None


class QuestionDetail(QuestionShown):
    """A question with all that was answered, the last answer last: that one counts."""

    answers: list[AnswerShown]


class QuestionPage(BaseModel):
    """Questions, the newest first; or those that changed, in the order of their last change.

    Attributes:
        sync_token: for `since`, once the last page was read. It is the same on every page.
        reset: the token came from another database: this is the whole again, and what is kept is to be
            dropped.
    """

    items: list[QuestionShown]
    next_cursor: str | None
    sync_token: str
    reset: bool = False
