"""A form of ours in VNForm's words. Pure."""

from typing import Any

from api.connectors.surveys.dialect import QuestionTypes, VnformDialect
from api.connectors.surveys.port import OutgoingSurvey
from storage.surveys.forms import Label, Option, Question, QuestionKind


def write_form(survey: OutgoingSurvey, dialect: VnformDialect) -> dict[str, Any]:
    """Return the form as the platform takes it: its questions in order, titles in both languages."""
    names = dialect.form
    return {
        names.version: survey.version,
        **_titled(survey.form.title, names.title, names.title_en),
        names.questions: [_question(question, dialect) for question in survey.form.questions],
    }


def _question(question: Question, dialect: VnformDialect) -> dict[str, Any]:
    names = dialect.question
    written: dict[str, Any] = {
        names.name: question.name,
        names.type: _type(question, dialect.types),
        **_titled(question.title, names.title, names.title_en),
        names.required: question.required,
    }
    if question.options:
        written[names.options] = [_option(option, dialect) for option in question.options]
    if question.kind is QuestionKind.SCALE:
        written |= {names.lowest: question.scale[0], names.highest: question.scale[-1]}
    if question.kind is QuestionKind.TEXT:
        written[names.longest] = question.longest
    return written


def _type(question: Question, types: QuestionTypes) -> str:
    if question.kind is QuestionKind.TEXT:
        return types.long_text if question.long else types.text
    return {
        QuestionKind.CHOICE: types.choice,
        QuestionKind.CHOICES: types.choices,
        QuestionKind.SCALE: types.scale,
        QuestionKind.YES_NO: types.yes_no,
    }[question.kind]


def _option(option: Option, dialect: VnformDialect) -> dict[str, Any]:
    names = dialect.question
    return {names.value: option.code, **_titled(option.title, names.title, names.title_en)}


def _titled(label: Label, vietnamese: str, english: str) -> dict[str, str]:
    return {vietnamese: label.vi, **({english: label.en} if label.en else {})}
