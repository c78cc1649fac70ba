"""What of JSON Schema (2020-12) a survey's form may use, as the models that read it. Pure.

Each sort of question is one shape of schema. Whatever else the language can say is refused, as no page could
show it: conditions, references, formats, nested objects. The members that begin with `x-` are ours.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from storage.texts import ControlCharacter, tidy

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MOST_QUESTIONS = 40
MOST_OPTIONS = 50
LONGEST_ANSWER = 2_000
WIDEST_SCALE = 11
"""Steps of a scale."""
_FARTHEST = 1_000


def _tidied(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return tidy(given)
    except ControlCharacter as error:
        raise PydanticCustomError("control_character", "Text must hold no control characters") from error


Title = Annotated[str, StringConstraints(min_length=1, max_length=300), BeforeValidator(_tidied)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=2_000), BeforeValidator(_tidied)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a question: it stands in files, and in pages."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
"""Of an option."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, serialize_by_alias=True)


class Named(_Part):
    """Whatever a person reads: in Vietnamese, and in English where there is a translation."""

    title: Title
    title_en: Title | None = Field(default=None, alias="x-title-en")
    description: Note | None = None
    description_en: Note | None = Field(default=None, alias="x-description-en")


class OptionPart(_Part):
    """One of several."""

    const: Code
    title: Title
    title_en: Title | None = Field(default=None, alias="x-title-en")


def _each_once(options: list[OptionPart]) -> list[OptionPart]:
    if len({option.const for option in options}) != len(options):
        raise PydanticCustomError("survey-options-repeated", "An option stands there twice")
    return options


Options = Annotated[list[OptionPart], Field(min_length=2, max_length=MOST_OPTIONS)]


class TextPart(Named):
    """Words of one's own."""

    type: Literal["string"]
    max_length: int = Field(alias="maxLength", ge=1, le=LONGEST_ANSWER)


class ChoicePart(Named):
    """One of several options."""

    type: Literal["string"]
    one_of: Options = Field(alias="oneOf")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _each_once(self.one_of)
        return self


class ItemsPart(_Part):
    """What may be chosen."""

    type: Literal["string"] = "string"
    one_of: Options = Field(alias="oneOf")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _each_once(self.one_of)
        return self


class ChoicesPart(Named):
    """Any of several options."""

    type: Literal["array"]
    items: ItemsPart
    unique_items: Literal[True] = Field(alias="uniqueItems")


class ScalePart(Named):
    """A step on a scale."""

    type: Literal["integer"]
    minimum: int = Field(ge=-_FARTHEST, le=_FARTHEST)
    maximum: int = Field(ge=-_FARTHEST, le=_FARTHEST)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not 1 <= self.maximum - self.minimum < WIDEST_SCALE:
            raise PydanticCustomError("survey-scale", "A scale has 2 to {most} steps", {"most": WIDEST_SCALE})
        return self


class YesNoPart(Named):
    """Yes or no."""

    type: Literal["boolean"]


QuestionPart = TextPart | ChoicePart | ChoicesPart | ScalePart | YesNoPart
SORTS: dict[str, type[QuestionPart]] = {
    "string": TextPart,
    "array": ChoicesPart,
    "integer": ScalePart,
    "boolean": YesNoPart,
}
"""By `type`; a string with `oneOf` is a `ChoicePart`."""


class RootPart(Named):
    """A form; its questions are read one by one.

    Attributes:
        order: the names of all questions as they are to be shown, as readers of JSON may change the order of
            members (RFC 8259, section 4). Where it is not given they are shown as they stand.
    """

    dialect: Literal["https://json-schema.org/draft/2020-12/schema"] = Field(default=DIALECT, alias="$schema")
    type: Literal["object"]
    properties: dict[Name, Any] = Field(min_length=1, max_length=MOST_QUESTIONS)
    required: list[str] = []
    additional_properties: Literal[False] = Field(default=False, alias="additionalProperties")
    order: list[str] | None = Field(default=None, alias="x-order")

    @model_validator(mode="after")
    def _of_its_questions(self) -> Self:
        if not set(self.required) <= set(self.properties) or len(set(self.required)) != len(self.required):
            raise PydanticCustomError("survey-required", "`required` names each question at most once")
        if self.order is not None and sorted(self.order) != sorted(self.properties):
            raise PydanticCustomError("survey-order", "`x-order` names each question once")
        return self
