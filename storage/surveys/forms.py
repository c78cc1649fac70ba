"""A survey's form: its questions, read from a restricted JSON Schema (2020-12). Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from storage.errors import StorageError
from storage.surveys.profile import (
    SORTS,
    ChoicePart,
    ChoicesPart,
    Named,
    OptionPart,
    QuestionPart,
    RootPart,
    ScalePart,
    TextPart,
)

LONG_FROM = 200
"""An answer that may have more characters than this needs a field of several lines."""

LONGEST_FORM = 300_000
"""Characters of a form's text: every process keeps some hundred, and shows each as one page."""

MOST_FAULTS = 50
"""That are told of one form, or of one answer."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    SCALE = "scale"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in one place.

    Attributes:
        where: the names and indexes that lead there.
        code: stable, to be worded by the caller; pydantic's where it has one.
    """

    where: tuple[str | int, ...]
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class InvalidForm(StorageError):  # noqa: N818 - says what is the case
    """It is no form that could be shown; `faults` say why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} places are at fault")
        self.faults = faults[:MOST_FAULTS]


def shown(name: str) -> str:
    """Return a name that somebody made up, so that it can be told of."""
    return name[:40].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person reads; in English where there is a translation."""

    vi: str
    en: str | None = None

    def in_(self, locale: str) -> str:
        """Return it in a language, else in Vietnamese."""
        return self.en if locale == "en" and self.en else self.vi


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several; `code` is what is kept."""

    code: str
    title: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Attributes:
        name: by which its answer is kept.
        options: of `CHOICE` and `CHOICES`.
        longest: characters of a `TEXT`.
        scale: the steps of a `SCALE`, in order.
    """

    name: str
    kind: QuestionKind
    title: Label
    note: Label | None
    required: bool
    options: tuple[Option, ...] = ()
    longest: int = 0
    scale: range = range(0)

    @property
    def long(self) -> bool:
        """Whether its answer may need several lines."""
        return self.longest > LONG_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked, in order.

    Attributes:
        schema: the JSON Schema, as it is published: in one spelling, with `x-order`.
        text: the same as text; equal for equal forms.
    """

    title: Label
    note: Label | None
    questions: tuple[Question, ...]
    schema: Mapping[str, Any]
    text: str


def read(given: object) -> Form:
    """Read a form from a decoded JSON Schema.

    Raises:
        InvalidForm: it is none, or uses more of the language than a form may.
    """
    root, parts = _parts(given)
    schema = {
        **root.model_dump(exclude_none=True),
        "properties": {name: part.model_dump(exclude_none=True) for name, part in parts.items()},
        "required": [name for name in parts if name in root.required],
        "x-order": list(parts),
    }
    text = json.dumps(schema, ensure_ascii=False)
    if len(text) > LONGEST_FORM:
        raise InvalidForm((Fault(where=(), code="string_too_long", params={"max_length": LONGEST_FORM}),))
    return Form(
        title=_title(root),
        note=_note(root),
        questions=tuple(_question(name, part, name in root.required) for name, part in parts.items()),
        schema=schema,
        text=text,
    )


@lru_cache(maxsize=256)
def of_text(text: str) -> Form:
    """Read a form as it was kept: `Form.text`."""
    return read(json.loads(text))


def _parts(given: object) -> tuple[RootPart, dict[str, QuestionPart]]:
    try:
        root = RootPart.model_validate(given)
    except ValidationError as error:
        raise InvalidForm(tuple(_faults(error))) from error
    found: dict[str, QuestionPart] = {}
    faults: list[Fault] = []
    for name in root.order or root.properties:
        part = root.properties[name]
        sort = _sort(part)
        if sort is None:
            faults.append(Fault(where=("properties", name, "type"), code="survey-question-type"))
            continue
        try:
            found[name] = sort.model_validate(part)
        except ValidationError as error:
            faults += _faults(error, "properties", name)
    if faults:
        raise InvalidForm(tuple(faults))
    return root, found


def _sort(part: object) -> type[QuestionPart] | None:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(kind, str):
        return None
    return ChoicePart if kind == "string" and "oneOf" in part else SORTS.get(kind)


def _faults(error: ValidationError, *below: str) -> Iterator[Fault]:
    for one in error.errors(include_url=False, include_input=False):
        # Where a key is at fault, pydantic says so by a last step of its own.
        where = (shown(step) if isinstance(step, str) else step for step in one["loc"] if step != "[key]")
        yield Fault(where=(*below, *where), code=one["type"], params=one.get("ctx", {}))


def _title(part: Named | OptionPart) -> Label:
    return Label(vi=part.title, en=part.title_en)


def _note(part: Named) -> Label | None:
    return Label(vi=part.description, en=part.description_en) if part.description else None


def _options(parts: list[OptionPart]) -> tuple[Option, ...]:
    return tuple(Option(code=part.const, title=_title(part)) for part in parts)


def _question(name: str, part: QuestionPart, required: bool) -> Question:  # noqa: FBT001 - private
    more: dict[str, Any]
    match part:
        case TextPart():
            more = {"kind": QuestionKind.TEXT, "longest": part.max_length}
        case ChoicePart():
            more = {"kind": QuestionKind.CHOICE, "options": _options(part.one_of)}
        case ChoicesPart():
            more = {"kind": QuestionKind.CHOICES, "options": _options(part.items.one_of)}
        case ScalePart():
            more = {"kind": QuestionKind.SCALE, "scale": range(part.minimum, part.maximum + 1)}
        case _:
            more = {"kind": QuestionKind.YES_NO}
    return Question(name=name, title=_title(part), note=_note(part), required=required, **more)
