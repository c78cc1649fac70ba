"""How an account with VNForm writes things. What differs is data.

VNForm has no public description of its interface: what stands here is what our stand-in speaks, and each name
of it can be another one by `TINDAN_VNFORM_DIALECT`.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from api.connectors.names import Names, Word


def _require(path: str, blank: str) -> None:
    if not path.startswith("/") or path.count("{") != 1 or blank not in path:
        raise ValueError(f"a path begins with / and holds {blank} once, and nothing else in braces")


class FormNames(Names):
    """Of a form that is made, and of what is answered to that."""

    version: Word = "version"
    title: Word = "title"
    title_en: Word = "titleEn"
    questions: Word = "questions"
    form_id: Word = "formId"


class QuestionNames(Names):
    """Of a question and its options."""

    name: Word = "name"
    type: Word = "type"
    title: Word = "title"
    title_en: Word = "titleEn"
    required: Word = "required"
    options: Word = "options"
    value: Word = "value"
    lowest: Word = "lowest"
    highest: Word = "highest"
    longest: Word = "longest"


class QuestionTypes(Names):
    """The words for how a question is answered."""

    text: Word = "text"
    long_text: Word = "long_text"
    choice: Word = "one"
    choices: Word = "many"
    scale: Word = "scale"
    yes_no: Word = "yes_no"


class AnswerNames(Names):
    """Of a page of answers, and of an answer."""

    items: Word = "items"
    next: Word = "next"
    more: Word = "more"
    id: Word = "id"
    version: Word = "version"
    submitted_at: Word = "submittedAt"
    context: Word = "context"
    values: Word = "answers"


class LinkNames(Names):
    """Of what a link says."""

    agency_code: Word = "agency"
    procedure_code: Word = "procedure"
    month: Word = "month"
    version: Word = "version"
    respondent: Word = "respondent"
    expires: Word = "expires"
    signature: Word = "signature"
    language: Word = "lang"


class Paths(Names):
    """Below the account's address; what is in braces is filled in."""

    form: str = "/api/forms/{code}"
    answers: str = "/api/forms/{form_id}/answers"
    page: str = "/f/{form_id}"

    @model_validator(mode="after")
    def _filled(self) -> Self:
        _require(self.form, "{code}")
        for path in (self.answers, self.page):
            _require(path, "{form_id}")
        return self


class VnformDialect(BaseModel):
    """All of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    paths: Paths = Paths()
    form: FormNames = FormNames()
    question: QuestionNames = QuestionNames()
    types: QuestionTypes = QuestionTypes()
    answer: AnswerNames = AnswerNames()
    link: LinkNames = LinkNames()
