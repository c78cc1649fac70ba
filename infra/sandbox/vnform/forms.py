"""What a form looks like on the wire, and what fits it.

VNForm has no public description: this one is ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Value = str | int | bool | list[str]
YES, NO = "true", "false"


class Written(BaseModel):
    """A part of a form, taken as it is written or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Written):
    """One choice."""

    value: Annotated[str, Field(min_length=1)]
    title: str
    titleEn: str | None = None  # noqa: N815 - as on the wire


class Question(Written):
    """One question; which of the limits it needs depends on its type."""

    name: Annotated[str, Field(pattern=r"^\w{1,64}$")]
    type: Literal["text", "long_text", "one", "many", "scale", "yes_no"]
    title: Annotated[str, Field(min_length=1)]
    titleEn: str | None = None  # noqa: N815
    required: bool = False
    options: list[Option] = []
    lowest: int = 0
    highest: int = 0
    longest: Annotated[int, Field(ge=1, le=2000)] = 200

    def read(self, given: Sequence[str]) -> Value | None:
        """Return what the fields of a page say; None where nothing is said.

        Raises:
            ValueError: It does not fit.
        """
        said = [text.strip() for text in given if text.strip()]
        if not said:
            if self.required:
                raise ValueError(self.name)
            return None
        return said if self.type == "many" else self._one(said[0])

    def fits(self, value: object) -> bool:
        """Whether a value answers this question."""
        if self.type in {"text", "long_text"}:
            return isinstance(value, str) and len(value) <= self.longest
        if self.type == "scale":
            return type(value) is int and self.lowest <= value <= self.highest
        if self.type == "yes_no":
            return isinstance(value, bool)
        values = {option.value for option in self.options}
        chosen = value if isinstance(value, list) else [value]
        return isinstance(value, list) == (self.type == "many") and values.issuperset(chosen)

    def _one(self, said: str) -> Value:
        if self.type == "scale":
            return int(said)
        if self.type == "yes_no":
            return {YES: True, NO: False}[said]
        return said


class Form(Written):
    """A form in one version."""

    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1)]
    titleEn: str | None = None  # noqa: N815
    questions: Annotated[list[Question], Field(min_length=1, max_length=40)]

    def read(self, given: Mapping[str, Sequence[str]]) -> tuple[dict[str, Value], list[str]]:
        """Return what a page was sent with, and the names of the questions whose answer does not fit."""
        answers: dict[str, Value] = {}
        wrong: list[str] = []
        for question, value in self._each(given):
            if isinstance(value, ValueError) or (value is not None and not question.fits(value)):
                wrong.append(question.name)
            elif value is not None:
                answers[question.name] = value
        return answers, wrong

    def _each(
        self, given: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[Question, Value | ValueError | None]]:
        for question in self.questions:
            try:
                yield question, question.read(given.get(question.name, ()))
            except (ValueError, KeyError) as error:
                yield question, ValueError(str(error))
