"""Whether answers fit a form, by its JSON Schema; and what of them does. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from storage.errors import StorageError
from storage.questions.scrubbing import scrub
from storage.surveys import forms
from storage.surveys.forms import MOST_FAULTS, Fault, Form, QuestionKind, shown
from storage.surveys.profile import MOST_QUESTIONS
from storage.texts import ControlCharacter, tidy

_MOST_GIVEN = 2 * MOST_QUESTIONS
"""Answers that are looked at one by one: to another version some may be too many, a million never are."""
_TYPES = {
    "string": "string_type",
    "integer": "int_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "model_type",
}


class InvalidAnswers(StorageError):  # noqa: N818 - says what is the case
    """They do not fit the form; `faults` say where: by the name of a question, and no more than needed."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} answers do not fit")
        self.faults = faults


def check(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as they may be kept, but for what is personal in them.

    Texts are tidied; what is blank, empty or null is no answer.

    Raises:
        InvalidAnswers: something required is missing, does not fit, or was not asked; or nothing is said, or
            far more than was asked.
    """
    if len(given) > _MOST_GIVEN:
        raise InvalidAnswers((Fault(where=(), code="too_long", params={"max_length": _MOST_GIVEN}),))
    answers, faults = _tidied(form, given)
    places = {one.where for one in faults}
    faults += [fault for fault in _judged(form, answers) if fault.where not in places]
    if not faults and not answers:
        faults.append(Fault(where=(), code="nothing-said"))
    if faults:
        raise InvalidAnswers(tuple(faults[:MOST_FAULTS]))
    return {question.name: answers[question.name] for question in form.questions if question.name in answers}


def scrubbed(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers that were checked, with all that is personal taken out of their texts."""
    texts = {question.name for question in form.questions if question.kind is QuestionKind.TEXT}
    return {name: scrub(value).text if name in texts else value for name, value in answers.items()}


def _tidied(form: Form, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return what was answered, bounded so that a schema judges it in no time; and what is wrong already."""
    questions = {question.name: question for question in form.questions}
    answers: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in given.items():
        question = questions.get(name)
        if question is None:
            faults.append(Fault(where=(shown(name),), code="extra_forbidden"))
        elif isinstance(value, list) and len(value) > len(question.options) > 0:
            most = len(question.options)
            faults.append(Fault(where=(name,), code="too_long", params={"max_length": most}))
        elif isinstance(value, str) and _is_controlled(value):
            faults.append(Fault(where=(name,), code="control_character"))
        elif (kept := _bounded(value, question.kind)) not in (None, "", []):
            answers[name] = kept
    return answers, faults


def _is_controlled(text: str) -> bool:
    try:
        tidy(text)
    except ControlCharacter:
        return True
    return False


def _bounded(value: Any, kind: QuestionKind) -> Any:
    match value:
        case str():
            return tidy(value)
        case float() if value.is_integer():
            # A number such as 3.0 is an integer to JSON Schema, and is kept as one.
            return int(value)
        case list() if kind is QuestionKind.CHOICES:
            return [item if isinstance(item, str) else None for item in value]
        case list() | dict():
            # What is in it does not matter, where it should be something else altogether.
            return {}
    return value


def _judged(form: Form, answers: Mapping[str, Any]) -> list[Fault]:
    """Return one fault for each place, in the order of the questions."""
    found: dict[tuple[str | int, ...], Fault] = {}
    for error in _validator(form.text).iter_errors(answers):
        for fault in _faults(error):
            found.setdefault(fault.where, fault)
    places = {question.name: place for place, question in enumerate(form.questions)}
    return sorted(found.values(), key=lambda fault: places[str(fault.where[0])])


@lru_cache(maxsize=256)
def _validator(text: str) -> Any:
    # An empty registry: whatever a schema might refer to, nothing is fetched.
    return Draft202012Validator(dict(forms.of_text(text).schema), registry=Registry())


def _faults(error: ValidationError) -> Iterator[Fault]:
    where = tuple(error.absolute_path)
    limit = error.validator_value
    match error.validator:
        case "required":
            yield from (Fault(where=(name,), code="missing") for name in limit if name not in error.instance)
        case "type":
            yield Fault(where=where, code=_TYPES[limit])
        case "maxLength":
            yield Fault(where=where, code="string_too_long", params={"max_length": limit})
        case "minimum":
            yield Fault(where=where, code="greater_than_equal", params={"ge": limit})
        case "maximum":
            yield Fault(where=where, code="less_than_equal", params={"le": limit})
        case "uniqueItems":
            yield Fault(where=where, code="repeated")
        case _:
            yield Fault(where=where, code="enum", params={"expected": ", ".join(o["const"] for o in limit)})
