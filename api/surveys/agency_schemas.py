"""Surveys as agencies make them, and read what was answered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import AgencyCode, Body, ProcedureCode
from api.named import Named
from api.surveys.schemas import EXAMPLE_FORM, SurveyCode
from storage.surveys.audience import MOST_PROCEDURES, Audience, Everybody, OfDossiers
from storage.surveys.forms import QuestionKind
from storage.surveys.kinds import ENDED_WITHIN_AT_MOST, Platform, SurveyStanding

_USUAL_DAYS = 30


class AudienceKind(StrEnum):
    """Who may answer."""

    EVERYBODY = "everybody"
    DOSSIERS = "dossiers"


class AudienceGiven(Body):
    """Whom a survey is for.

    Attributes:
        kind: everybody who has the link, or the parties of dossiers that ended lately, who are invited.
        agency_code: whose the dossiers are, or of an agency below it; the survey's own, if not given.
        procedures: only dossiers of these; of all, if none is given.
        ended_within_days: 30, if not given.
    """

    kind: AudienceKind
    agency_code: AgencyCode | None = None
    procedures: list[ProcedureCode] = Field(default=[], max_length=MOST_PROCEDURES)
    ended_within_days: Annotated[int, Field(ge=1, le=ENDED_WITHIN_AT_MOST)] | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        of_dossiers = self.agency_code or self.procedures or self.ended_within_days
        if self.kind is AudienceKind.EVERYBODY and of_dossiers:
            raise PydanticCustomError("survey-audience", "What is said of dossiers needs an audience of such")
        return self

    def audience(self, agency_id: UUID) -> Audience:
        """Return it, of the dossiers of an agency where it is of dossiers."""
        if self.kind is AudienceKind.EVERYBODY:
            return Everybody()
        return OfDossiers(
            agency_id=agency_id,
            procedures=tuple(dict.fromkeys(self.procedures)),
            ended_within=timedelta(days=self.ended_within_days or _USUAL_DAYS),
        )


class AgencySurvey(Body):
    """A survey as an agency wants it.

    Attributes:
        agency_code: in whose name it is; the caller's own agency, if not given.
        form: a JSON Schema (2020-12) of an `object` with a `title` and up to 40 `properties`, in the order in
            which they are asked; `required` names those that must be answered. Each has a `title` and is a
            text (`string`, `maxLength` at most 2000), a choice (`string`, with `oneOf` of `const` and
            `title`), several (`array` whose `items` are such a choice, `uniqueItems`), a scale (`integer`,
            `minimum` and `maximum`, up to 11 steps), or yes and no (`boolean`). English stands in
            `x-title-en` and `x-description-en`. Nothing else of JSON Schema is taken.
        platform: where it is answered.
    """

    agency_code: AgencyCode | None = None
    form: dict[str, Any] = Field(examples=[EXAMPLE_FORM])
    audience: AudienceGiven = Field(examples=[{"kind": "dossiers", "ended_within_days": 30}])
    platform: Platform = Platform.OWN


class SurveyOpening(Body):
    """From when to when a survey is open.

    Attributes:
        opens_at: at once, if not given.
        closes_at: until it is closed by hand, if not given.
    """

    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None


class AgencySurveyListed(BaseModel):
    """A survey of the caller's.

    Attributes:
        state: as of now: one that is open and whose time is over is closed.
        version: of the form in force.
    """

    code: SurveyCode
    title: str = Field(examples=["Khảo sát bộ phận một cửa"])
    agency: Named
    state: SurveyStanding
    opens_at: datetime | None
    closes_at: datetime | None
    platform: Platform
    version: int


class AgencySurveyPage(BaseModel):
    """Surveys by their codes."""

    items: list[AgencySurveyListed]
    next_cursor: str | None


class AudienceShown(BaseModel):
    """Whom a survey is for; see `AudienceGiven`."""

    kind: AudienceKind
    agency_code: str | None = None
    procedures: list[str] | None = None
    ended_within_days: int | None = None


class AgencySurveyShown(AgencySurveyListed):
    """A survey of the caller's with its form, and how many have answered.

    Attributes:
        made_at: when the version in force came.
        invited: how many parties were asked; nobody is for a survey for everybody.
        page: where it is answered in a browser, to be printed, or linked to.
    """

    audience: AudienceShown
    form: dict[str, Any]
    made_at: datetime
    invited: int
    answers: int
    page: str = Field(examples=["https://dvc.tindan.example/khao-sat/mot-cua-2026"])


class ChoiceSum(BaseModel):
    """How many chose something."""

    code: str = Field(examples=["online"])
    name: str = Field(examples=["Trực tuyến"])
    count: int


class QuestionSummary(BaseModel):
    """What was answered to a question.

    Attributes:
        answered: how many did; none of fewer than five.
        choices: how many chose what; none of texts, and of fewer than five answers.
    """

    name: str = Field(examples=["channel"])
    title: str = Field(examples=["Anh/chị nộp hồ sơ bằng cách nào?"])
    kind: QuestionKind
    answered: int | None
    choices: list[ChoiceSum] | None


class SurveySummary(BaseModel):
    """What was answered to a survey, in numbers.

    Attributes:
        version: of the form whose questions are told.
        suppressed: fewer than five have answered, so that nothing else is told.
    """

    version: int
    invited: int
    answers: int
    suppressed: bool
    questions: list[QuestionSummary] | None
