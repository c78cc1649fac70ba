"""What a notification keeps for its wording: codes and times, nothing that a person wrote.

Each category has a form of its own; what it gives fills the blanks of the templates.
"""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from notify.categories import Category
from storage.dossiers.statuses import AWAITING_CITIZEN, ENDED, DossierStatus

VIETNAMESE, ENGLISH = "vi", "en"

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Not strftime's: those follow the locale of the process.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _one_line(value: object) -> object:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


_STILL = ENDED | AWAITING_CITIZEN
Line = Annotated[str, BeforeValidator(_one_line)]


class NoticeParams(BaseModel, ABC):
    """Read from JSON (times in ISO 8601 with an offset)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    wording: ClassVar[str | None] = None
    """The template, where it is not that of the category."""

    @abstractmethod
    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what fills the blanks, by the name of each, in the order in which a letter lists them."""

    @property
    def status_told(self) -> DossierStatus | None:
        """The status that the wording names, if it names one: official words of ours, so no blank."""
        return None


class DossierParams(NoticeParams):
    """Something about a dossier.

    Attributes:
        due_at: when the agency has promised the result.
    """

    dossier_code: Line
    procedure_name: Line
    agency_name: Line
    occurred_at: AwareDatetime
    due_at: AwareDatetime | None = None

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield code, procedure, agency, time, and the day promised."""
        yield "code", self.dossier_code
        yield "procedure", self.procedure_name
        yield "agency", self.agency_name
        yield "occurred", moment(self.occurred_at, language)
        if self.promised is not None:
            yield "due", moment(self.promised, language)

    @property
    def promised(self) -> datetime | None:
        """The day promised, where it is of use to say."""
        return self.due_at


class StatusParams(DossierParams):
    """A dossier's new status, as numbered for exchange with the National Public Service Portal."""

    status: DossierStatus

    @property
    def status_told(self) -> DossierStatus:
        """The status; its name is ours to give."""
        return self.status

    @property
    def promised(self) -> datetime | None:
        """The day promised; while the citizen is awaited the clock stands still, and it would mislead."""
        return None if self.status in _STILL else self.due_at


class AnswerParams(NoticeParams):
    """A question of the party's was answered."""

    occurred_at: AwareDatetime

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield the time."""
        yield "occurred", moment(self.occurred_at, language)


class SecurityParams(AnswerParams):
    """Somebody signed in. `device` is how that phone or browser calls itself."""

    device: Line

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield the device and the time."""
        yield "device", self.device
        yield from super().blanks(language)


class SessionEndedParams(AnswerParams):
    """A session of the party's was ended, as two had used what one was given."""

    wording: ClassVar[str | None] = "session_ended"
    session: Literal["ended"]


class Matter(StrEnum):
    """What became of a right to act for another."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    ENTERED = "entered"
    ENDED = "ended"


_MATTERS = {
    (VIETNAMESE, Matter.ASKED): "vừa được đề nghị",
    (VIETNAMESE, Matter.ACCEPTED): "vừa được chấp nhận",
    (VIETNAMESE, Matter.ENTERED): "vừa được cơ quan nhà nước ghi nhận",
    (VIETNAMESE, Matter.ENDED): "vừa chấm dứt",
    (ENGLISH, Matter.ASKED): "was offered",
    (ENGLISH, Matter.ACCEPTED): "was accepted",
    (ENGLISH, Matter.ENTERED): "was entered by a public agency",
    (ENGLISH, Matter.ENDED): "ended",
}


class RepresentationParams(AnswerParams):
    """A right by which somebody acts for the party, or the party for somebody. It names neither."""

    wording: ClassVar[str | None] = "representation"
    matter: Matter

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what became of it, and the time."""
        yield "matter", _MATTERS[language, self.matter]
        yield from super().blanks(language)


class DocumentMatter(StrEnum):
    """What became of a document."""

    KEPT = "kept"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


_DOCUMENT_MATTERS = {
    (VIETNAMESE, DocumentMatter.KEPT): "vừa được đưa vào kho của bạn",
    (VIETNAMESE, DocumentMatter.SUPERSEDED): "vừa được thay bằng bản mới trong kho của bạn",
    (VIETNAMESE, DocumentMatter.REVOKED): "trong kho của bạn vừa bị thu hồi",
    (ENGLISH, DocumentMatter.KEPT): "was put into your store",
    (ENGLISH, DocumentMatter.SUPERSEDED): "in your store was replaced by a new one",
    (ENGLISH, DocumentMatter.REVOKED): "in your store was revoked",
}


class DocumentParams(NoticeParams):
    """A document in the party's store. What it is stands there, and in no notice.

    Attributes:
        link: opens it in the app.
    """

    wording: ClassVar[str | None] = "document"
    document: DocumentMatter
    agency_name: Line
    occurred_at: AwareDatetime
    link: str

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what became of it, whose word that is, and the time."""
        yield "matter", _DOCUMENT_MATTERS[language, self.document]
        yield "agency", self.agency_name
        yield "occurred", moment(self.occurred_at, language)


class QuestionMatter(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    DECLINED = "declined"


_QUESTION_MATTERS = {
    (VIETNAMESE, QuestionMatter.ANSWERED): "đã được trả lời",
    (VIETNAMESE, QuestionMatter.DECLINED): "đã bị từ chối trả lời",
    (ENGLISH, QuestionMatter.ANSWERED): "was answered",
    (ENGLISH, QuestionMatter.DECLINED): "was declined",
}


class QuestionParams(AnswerParams):
    """What an agency made of a question. What was asked and said stands there, and in no notice.

    Attributes:
        link: opens it in the app.
    """

    wording: ClassVar[str | None] = "question"
    question: QuestionMatter
    agency_name: Line
    link: str

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what became of it, whose word that is, and the time."""
        yield "matter", _QUESTION_MATTERS[language, self.question]
        yield "agency", self.agency_name
        yield from super().blanks(language)


class ComplaintMatter(StrEnum):
    """What became of a complaint or suggestion."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    MORE_ASKED = "more_asked"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    PUBLISHED = "published"
    OVERDUE = "overdue"


_COMPLAINT_MATTERS = {
    (VIETNAMESE, ComplaintMatter.ACCEPTED): "đã được thụ lý",
    (VIETNAMESE, ComplaintMatter.DECLINED): "đã bị từ chối xử lý",
    (VIETNAMESE, ComplaintMatter.MORE_ASKED): "cần bạn bổ sung thông tin",
    (VIETNAMESE, ComplaintMatter.FORWARDED): "đã được chuyển đến cơ quan khác",
    (VIETNAMESE, ComplaintMatter.ANSWERED): "đã có kết quả xử lý",
    (VIETNAMESE, ComplaintMatter.PUBLISHED): "đã được công khai",
    (VIETNAMESE, ComplaintMatter.OVERDUE): "đã quá hạn xử lý, mong bạn thông cảm",
    (ENGLISH, ComplaintMatter.ACCEPTED): "was taken on",
    (ENGLISH, ComplaintMatter.DECLINED): "was declined",
    (ENGLISH, ComplaintMatter.MORE_ASKED): "needs more from you",
    (ENGLISH, ComplaintMatter.FORWARDED): "was sent on to another agency",
    (ENGLISH, ComplaintMatter.ANSWERED): "was answered",
    (ENGLISH, ComplaintMatter.PUBLISHED): "was published",
    (ENGLISH, ComplaintMatter.OVERDUE): "is overdue, and we apologise",
}


class ComplaintParams(AnswerParams):
    """What an agency made of a complaint or suggestion. What was written stands there, and in no notice.

    Attributes:
        agency_name: which agency has it now.
        code: how the complaint is named.
        link: opens it in the app.
    """

    wording: ClassVar[str | None] = "complaint"
    complaint: ComplaintMatter
    agency_name: Line
    code: Line
    link: str

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield its code, what became of it, which agency has it, and the time."""
        yield "complaint", self.code
        yield "matter", _COMPLAINT_MATTERS[language, self.complaint]
        yield "agency", self.agency_name
        yield from super().blanks(language)


class SurveyParams(NoticeParams):
    """The party is invited to a survey. What is asked stands there, and in no notice.

    Attributes:
        link: opens the survey, and names the invitation.
    """

    wording: ClassVar[str | None] = "survey"
    survey: Literal["invited"]
    agency_name: Line
    link: str

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield who asks."""
        del language
        yield "agency", self.agency_name


class OneTimeCodeParams(NoticeParams):
    """A code that proves an address. It is derived when it is sent, and kept nowhere."""

    otp: Annotated[str, Field(pattern=r"^[0-9]{6}$")]

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield the code."""
        del language
        yield "otp", self.otp


class BroadcastWords(BaseModel):
    """A broadcast in one language: as much of it as a locked screen shows, and a push carries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=65), BeforeValidator(_one_line)]
    body: Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_one_line)]


class BroadcastParams(NoticeParams):
    """Words of an agency's to many, by language: Vietnamese where there are none in another."""

    agency_name: Line
    words: Mapping[str, BroadcastWords]

    @field_validator("words")
    @classmethod
    def _in_vietnamese(cls, words: Mapping[str, BroadcastWords]) -> Mapping[str, BroadcastWords]:
        if VIETNAMESE not in words:
            raise ValueError("a broadcast is worded in Vietnamese at least")
        return words

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield who speaks, title and body."""
        words = self.words.get(language) or self.words[VIETNAMESE]
        yield "agency", self.agency_name
        yield "headline", words.title
        yield "body", words.body


_FORMS: Mapping[str, type[NoticeParams]] = {
    Category.STATUS_CHANGE: StatusParams,
    Category.SUPPLEMENT_REQUIRED: StatusParams,
    Category.PAYMENT_REQUIRED: StatusParams,
    Category.RESULT_READY: StatusParams,
    Category.REFUSED: StatusParams,
    Category.STOPPED: StatusParams,
    Category.OVERDUE_APOLOGY: DossierParams,
    Category.MESSAGE: DossierParams,
    Category.RATING_REQUEST: DossierParams,
    Category.ANSWER: AnswerParams,
    Category.SECURITY: SecurityParams,
    Category.OTP: OneTimeCodeParams,
    Category.BROADCAST: BroadcastParams,
}


_OTHERS: Mapping[tuple[str, str], type[NoticeParams]] = {
    (Category.SECURITY, "matter"): RepresentationParams,
    (Category.SECURITY, "session"): SessionEndedParams,
    (Category.RESULT_READY, "document"): DocumentParams,
    (Category.STATUS_CHANGE, "document"): DocumentParams,
    (Category.ANSWER, "question"): QuestionParams,
    (Category.RATING_REQUEST, "survey"): SurveyParams,
    (Category.ANSWER, "complaint"): ComplaintParams,
    (Category.SUPPLEMENT_REQUIRED, "complaint"): ComplaintParams,
    (Category.OVERDUE_APOLOGY, "complaint"): ComplaintParams,
}
"""Notices that are about something else than the others of their category, by what they give."""


def read_params(category: str, given: Mapping[str, Any]) -> NoticeParams:
    """Read what a notification of a category keeps.

    Raises:
        LookupError: there is no such category.
        pydantic.ValidationError: what is given does not suffice.
    """
    form = _FORMS[category]
    others = (other for (of, name), other in _OTHERS.items() if of == category and name in given)
    return next(others, form).model_validate(dict(given))


def moment(at: datetime, language: str) -> str:
    """Say a time as it is read in Vietnam, which keeps UTC+7 all year."""
    local = at.astimezone(_ZONE)
    clock = f"{local.hour:02}:{local.minute:02}"
    if language == ENGLISH:
        return f"{clock} (UTC+7) on {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{clock} ngày {local.day:02}/{local.month:02}/{local.year}"
