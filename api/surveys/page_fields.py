"""What is typed on a survey's page, and the answers that it stands for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from api.problems import FieldError
from storage.surveys.forms import Form, Question, QuestionKind

MOST_BYTES = 1024 * 1024
"""Forty long texts, each letter of which takes nine bytes of a form."""
_MOST_FIELDS = 2_100
_PREFIX = "q-"
_NUMBER = re.compile(r"-?[0-9]{1,4}", re.ASCII)
_TRUTH = {"true": True, "false": False}

Typed = Mapping[str, Sequence[str]]
"""By the names of fields, what stood in them."""


class BrokenForm(Exception):  # noqa: N818 - says what is the case
    """It is none that a page of ours would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A question as it is shown.

    Attributes:
        said: what was typed, chosen or ticked before.
        error: what is wrong with that.
    """

    question: Question
    said: Sequence[str]
    error: str | None

    @property
    def id(self) -> str:
        """Of its first element, and the name of all."""
        return _PREFIX + self.question.name


def typed(body: bytes) -> Typed:
    """Read a body as forms are sent (WHATWG URL, 5.1). Raises BrokenForm, also where it is far too large."""
    found: dict[str, list[str]] = {}
    if len(body) > MOST_BYTES:
        raise BrokenForm
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BrokenForm from error
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def answers_of(form: Form, given: Typed) -> dict[str, Any]:
    """Return the answers that fields stand for, with what fits no question as it was typed."""
    found = {one.name: _value(one, given.get(_PREFIX + one.name, ())) for one in form.questions}
    return {name: value for name, value in found.items() if value is not None}


def fields(form: Form, answers: Mapping[str, Any], wrong: Mapping[str, str]) -> list[Field]:
    """Return the questions with what was answered so far, and what is wrong with that by their names."""
    return [
        Field(question=one, said=_said(answers.get(one.name)), error=wrong.get(one.name))
        for one in form.questions
    ]


def wrong_of(errors: Sequence[FieldError], words: Mapping[str, str], locale: str) -> dict[str, str]:
    """Return what is wrong by the names of questions, under "" what is wrong with all together.

    Args:
        errors: with pointers as of the API.
        words: of an error by its code, where the page has better ones.
        locale: `vi` or `en`.
    """
    return {
        # "/answers/liked/0" is about the question `liked`.
        [*error.pointer.split("/"), "", ""][2]: words.get(error.code) or error.as_json(locale)["detail"]
        for error in errors
    }


def _value(question: Question, said: Sequence[str]) -> Any:
    told = [text for text in said if text.strip()]
    if question.kind is QuestionKind.CHOICES:
        return told or None
    if not told:
        return None
    last = told[-1]
    if question.kind is QuestionKind.SCALE and _NUMBER.fullmatch(last):
        return int(last)
    if question.kind is QuestionKind.YES_NO:
        return _TRUTH.get(last, last)
    return last


def _said(value: Any) -> Sequence[str]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(map(str, value))
    return (str(value).lower() if isinstance(value, bool) else str(value),)
