"""Surveys as they are asked and answered."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import UUID4, BaseModel, Field

from api.bodies import Body
from api.named import Named
from storage.surveys.kinds import SurveyStanding

SurveyCode = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, examples=["mot-cua-2026"])
]
EXAMPLE_FORM: dict[str, Any] = {
    "type": "object",
    "title": "Khảo sát bộ phận một cửa",
    "x-title-en": "One-stop desk survey",
    "properties": {
        "ease": {
            "type": "integer",
            "title": "Nộp hồ sơ dễ đến mức nào?",
            "x-title-en": "How easy was it to apply?",
            "minimum": 1,
            "maximum": 5,
        },
        "channel": {
            "type": "string",
            "title": "Bạn đã nộp bằng cách nào?",
            "x-title-en": "How did you apply?",
            "oneOf": [
                {"const": "online", "title": "Trực tuyến", "x-title-en": "Online"},
                {"const": "desk", "title": "Tại quầy", "x-title-en": "At the desk"},
            ],
        },
        "wish": {
            "type": "string",
            "title": "Bạn muốn thay đổi điều gì?",
            "x-title-en": "What should change?",
            "maxLength": 1000,
        },
    },
    "required": ["ease"],
}


class SurveyListed(BaseModel):
    """A survey that waits for the caller's answer.

    Attributes:
        closes_at: until when; none where no end is set.
    """

    code: SurveyCode
    title: str = Field(examples=["Khảo sát bộ phận một cửa"])
    agency: Named
    closes_at: datetime | None


class SurveyList(BaseModel):
    """The surveys that wait for the caller's answers, the latest first."""

    items: list[SurveyListed]


class SurveyShown(SurveyListed):
    """A survey with its form.

    Attributes:
        state: whether it may be answered now.
        answered: the caller was invited, and has answered.
        version: to be named by the answer.
        form: a JSON Schema (2020-12) whose members `x-order`, `x-title-en` and `x-description-en` are ours.
        page: where it is answered in a browser; the only place for one that another platform asks.
    """

    state: SurveyStanding
    answered: bool
    version: int = Field(examples=[1])
    form: dict[str, Any] = Field(examples=[EXAMPLE_FORM])
    page: str = Field(examples=["https://dvc.tindan.example/khao-sat/mot-cua-2026"])


class NewSurveyAnswer(Body):
    """What somebody answers.

    Attributes:
        id: a random UUID that the app draws: however often it is sent, it counts once.
        version: of the form that was answered.
        answers: by the names of questions; what is personal in texts is taken out before they are kept.
    """

    id: UUID4 = Field(examples=["7f3d2f4e-3f0c-4a55-9d8b-0d9b6f3e2a11"])
    version: int = Field(ge=1, le=2**31 - 1, examples=[1])
    answers: dict[str, Any] = Field(
        examples=[{"ease": 4, "channel": "online", "wish": "Rút ngắn thời gian."}]
    )


class KeptSurveyAnswer(BaseModel):
    """An answer that was kept."""

    id: UUID
