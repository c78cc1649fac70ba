"""What notifications keep, by category: what each form gives fills the blanks of the templates."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from notify.categories import Category
from notify.matters import (
    ArrangementParams,
    ComplaintParams,
    DocumentParams,
    QuestionParams,
    RepresentationParams,
    SurveyParams,
)
from notify.notice_params import VIETNAMESE, AnswerParams, Line, NoticeParams, moment, one_line
from notify.reuse_params import ReuseParams
from storage.dossiers.statuses import AWAITING_CITIZEN, ENDED, DossierStatus

_STILL = ENDED | AWAITING_CITIZEN


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

    title: Annotated[str, Field(min_length=1, max_length=65), BeforeValidator(one_line)]
    body: Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(one_line)]


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
    (Category.STATUS_CHANGE, "arrangement"): ArrangementParams,
    (Category.PAYMENT_REQUIRED, "arrangement"): ArrangementParams,
    (Category.STATUS_CHANGE, "reuse"): ReuseParams,
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
