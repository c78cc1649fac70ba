"""What became of something that is a party's: a right, a document, an appointment, a question, a survey."""

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from notify.notice_params import ENGLISH, VIETNAMESE, AnswerParams, Line, NoticeParams, moment


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


class ArrangementMatter(StrEnum):
    """What became of something that was arranged about a dossier."""

    APPOINTMENT_MADE = "appointment_made"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    PAYMENT_REQUESTED = "payment_requested"
    POST_DELIVERED = "post_delivered"
    POST_FAILED = "post_failed"


_ARRANGEMENT_MATTERS = {
    (VIETNAMESE, ArrangementMatter.APPOINTMENT_MADE): "có lịch hẹn",
    (VIETNAMESE, ArrangementMatter.APPOINTMENT_MOVED): "lịch hẹn đã đổi",
    (VIETNAMESE, ArrangementMatter.APPOINTMENT_CANCELLED): "lịch hẹn đã huỷ",
    (VIETNAMESE, ArrangementMatter.PAYMENT_REQUESTED): "có khoản cần nộp",
    (VIETNAMESE, ArrangementMatter.POST_DELIVERED): "bưu chính đã phát giấy tờ",
    (VIETNAMESE, ArrangementMatter.POST_FAILED): "bưu chính chưa phát được giấy tờ",
    (ENGLISH, ArrangementMatter.APPOINTMENT_MADE): "an appointment was made",
    (ENGLISH, ArrangementMatter.APPOINTMENT_MOVED): "the appointment was moved",
    (ENGLISH, ArrangementMatter.APPOINTMENT_CANCELLED): "the appointment was cancelled",
    (ENGLISH, ArrangementMatter.PAYMENT_REQUESTED): "a payment is requested",
    (ENGLISH, ArrangementMatter.POST_DELIVERED): "the papers were delivered by post",
    (ENGLISH, ArrangementMatter.POST_FAILED): "the papers could not be delivered by post",
}
_ARRANGED_FOR = {
    (VIETNAMESE, ArrangementMatter.APPOINTMENT_MADE): " vào",
    (VIETNAMESE, ArrangementMatter.APPOINTMENT_MOVED): " sang",
    (VIETNAMESE, ArrangementMatter.PAYMENT_REQUESTED): " trước",
    (ENGLISH, ArrangementMatter.APPOINTMENT_MADE): " for",
    (ENGLISH, ArrangementMatter.APPOINTMENT_MOVED): " to",
    (ENGLISH, ArrangementMatter.PAYMENT_REQUESTED): " by",
}


class ArrangementParams(AnswerParams):
    """An appointment, a payment or papers by post. Place, sum and words stand in the dossier, in no notice.

    Attributes:
        at: when the appointment is, or by when is to be paid.
    """

    wording: ClassVar[str | None] = "arrangement"
    arrangement: ArrangementMatter
    dossier_code: Line
    agency_name: Line
    at: AwareDatetime | None = None

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield the dossier's code, what became of what, for when, whose word that is, and the time."""
        yield "code", self.dossier_code
        yield "matter", _ARRANGEMENT_MATTERS[language, self.arrangement]
        before = _ARRANGED_FOR.get((language, self.arrangement))
        yield "arranged_for", f"{before} {moment(self.at, language)}" if before and self.at else ""
        yield "agency", self.agency_name
        yield from super().blanks(language)


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
