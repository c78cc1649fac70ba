"""What an agency sends, and what it gets back."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, DossierCode, PartyNumber, ProcedureCode, SourceId, checked
from api.problems import Problem
from api.text import Clean, Line, Paragraphs
from storage.contacts.addresses import normalise_email, normalise_phone
from storage.dossiers.statuses import DossierStatus

FIRST_YEAR, LAST_YEAR = 1990, 2090


def _status(number: int) -> DossierStatus:
    try:
        return DossierStatus(number)
    except ValueError as error:
        raise PydanticCustomError("unknown-status", "The status must be 1 to 10") from error


def _written_out(given: Any) -> Any:
    """Refuse numbers for times: whether they count seconds or milliseconds would be a guess."""
    if isinstance(given, str) and given[4:5] == "-":
        return given
    raise PydanticCustomError("datetime_type", "The time must be written after RFC 3339")


def _moment(at: datetime) -> datetime:
    """Keep times in UTC, so that two spellings of one instant are one content."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise PydanticCustomError("out-of-range", "The time is out of range")
    return at.astimezone(UTC)


Whole = Annotated[int, Field(strict=True)]
"""A JSON number: neither `true` nor `"2"` is one."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_moment)]
Status = Annotated[Whole, AfterValidator(_status)]
Email = Annotated[str, StringConstraints(max_length=254), Clean, checked("invalid-email", normalise_email)]
Phone = Annotated[str, StringConstraints(max_length=32), Clean, checked("invalid-phone", normalise_phone)]


class Strict(BaseModel):
    """Refuses fields that do not exist: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Applicant(PartyNumber):
    """Whose dossier it is. Phone and email serve this dossier's notices only, until verified ones exist."""

    name: Line | None = None
    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: Any) -> Any:
        """Read `""` as absent: many systems send every field always."""
        return {k: v for k, v in given.items() if v != ""} if isinstance(given, dict) else given


class DossierEvent(Strict):
    """One status event of a dossier.

    `event_id` is chosen by the sender and makes the event safe to repeat. `sequence` is the source's own
    order, where it has one; otherwise `occurred_at` orders. Procedure and applicant are needed with the
    first event of a dossier, and may be left out afterwards.
    """

    event_id: SourceId = Field(examples=["H26-2026-000123-2"])
    dossier_code: DossierCode = Field(examples=["H26.1-261121-0001"])
    status: Status = Field(examples=[2], description="1 to 10, as for exchange with the National Portal")
    occurred_at: Moment = Field(examples=["2026-11-21T09:00:00+07:00"])
    sequence: Annotated[Whole, Field(ge=0, le=2**62)] | None = None
    step: Annotated[str, StringConstraints(max_length=200), Clean] = ""
    note: Paragraphs | None = Field(default=None, description="For the applicant; kept encrypted")
    due_at: Moment | None = None
    agency_code: AgencyCode | None = Field(default=None, description="The agency itself where left out")
    procedure_code: ProcedureCode | None = Field(default=None, examples=["1.001193"])
    channel: Annotated[Whole, Field(ge=1, le=3)] | None = Field(
        default=None, description="1 in person, 2 online, 3 by post"
    )
    summary: Annotated[str, StringConstraints(max_length=1000), Clean] | None = None
    applicant: Applicant | None = None

    def content(self) -> str:
        """Return the content in its normal form: two spellings of one content are one.

        What is left out counts as not said, so that a field added later changes nothing told before.
        """
        return self.model_dump_json(exclude={"event_id"}, exclude_defaults=True)


EXAMPLE = {
    "event_id": "H26-2026-000123-2",
    "dossier_code": "H26.1-261121-0001",
    "status": 2,
    "occurred_at": "2026-11-21T09:00:00+07:00",
    "due_at": "2026-11-26T17:00:00+07:00",
    "procedure_code": "1.001193",
    "applicant": {"number": "001190000001", "name": "Nguyễn Thị An", "email": "an@example.vn"},
}


class EventBatch(Strict):
    """Up to 1,000 events."""

    events: list[DossierEvent] = Field(min_length=1)


class EventOutcome(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"
    """Kept, now."""
    REPEATED = "repeated"
    """Known already: the first answer again."""
    REFUSED = "refused"
    """Not kept; `problem` says why."""


class EventAnswer(BaseModel):
    """What became of one event.

    `contradiction` marks a status that may not follow the one before it: kept, and reported. `current`
    tells whether the event is the dossier's current status; `notified` whether a notice was raised.
    """

    event_id: str | None = Field(examples=["H26-2026-000123-2"])
    outcome: EventOutcome
    dossier_code: str | None = Field(default=None, examples=["H26.1-261121-0001"])
    current: bool | None = None
    contradiction: bool | None = None
    notified: bool | None = None
    recorded_at: datetime | None = None
    problem: dict[str, Any] | None = None


class Refused(EventAnswer):
    """An answer that refuses an event, and still knows why: for whoever words it in another language."""

    _reason: Problem = PrivateAttr()

    @classmethod
    def of(cls, event_id: str | None, reason: Problem, locale: str) -> Self:
        """Word it in one."""
        answer = cls(event_id=event_id, outcome=EventOutcome.REFUSED, problem=reason.as_json(locale))
        answer._reason = reason
        return answer

    @property
    def reason(self) -> Problem:
        """Why."""
        return self._reason


class BatchAnswer(BaseModel):
    """One answer for each event, in the order sent."""

    accepted: int
    repeated: int
    refused: int
    results: list[EventAnswer]
