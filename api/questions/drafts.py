"""What officers and moderators write, as a page sent it: judged here, and refused as problems."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.problems import FieldError, Problem, from_pydantic
from api.text import Clean
from storage.agencies.codes import InvalidCode
from storage.procedures.codes import split_procedure_code
from storage.questions.cleaning import Cleaning
from storage.questions.errors import Change, Flaw, Overtaken, Unfounded
from storage.questions.resting import RestsOn

LONGEST_QUESTION = 4000
LONGEST_ANSWER = 8000
_TEXT = TypeAdapter(Annotated[str, Clean])
_KINDS = {
    Change.ANSWERED: "answered-meanwhile",
    Change.WITHDRAWN: "withdrawn-meanwhile",
    Change.DECLINED: "declined-meanwhile",
    Change.UNANSWERED: "nothing-answered",
    Change.DECIDED: "decided-meanwhile",
    Change.PROCEDURE: "procedure-changed",
}
_FLAWS = {
    Flaw.UNKNOWN: "unknown-procedure",
    Flaw.REMOVED: "procedure-removed",
    Flaw.AHEAD: "version-ahead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """On which procedure something is to rest, and which one, in which version, was looked at.

    Attributes:
        procedure_code: as it was typed; empty where it rests on none.
    """

    procedure_code: str = ""
    seen_code: str = ""
    seen_version: int | None = None

    def checked(self) -> RestsOn | None:
        """Return what it rests on. Raises Problem where that is no code, or was not looked at."""
        if not self.procedure_code.strip():
            return None
        code = short_code(self.procedure_code)
        if self.seen_version is None or code != self.seen_code:
            raise invalid("procedure_code", "procedure-not-seen", value=code)
        return RestsOn(code=code, version=self.seen_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDraft:
    """An answer as it was sent.

    Attributes:
        seen_answer: the last answer that was shown beside the form.
    """

    form_id: UUID
    text: str
    basis: Basis = field(default_factory=Basis)
    seen_answer: UUID | None = None

    def checked(self) -> tuple[str, RestsOn | None]:
        """Return text and basis as they are to be kept. Raises Problem."""
        return answer_text("text", self.text), self.basis.checked()


def short_code(typed: str) -> str:
    """Return the short code of a procedure. Raises Problem where it is none."""
    try:
        return split_procedure_code(typed).short
    except InvalidCode as error:
        raise invalid("procedure_code", "malformed-procedure") from error


def question_text(field: str, typed: str) -> str:
    """Return a question as it is kept: 1 to 4,000 characters. Raises Problem naming the field."""
    return _text(field, typed, kind="question", longest=LONGEST_QUESTION)


def answer_text(field: str, typed: str) -> str:
    """Return an answer as it is kept: 1 to 8,000 characters. Raises Problem naming the field."""
    return _text(field, typed, kind="answer", longest=LONGEST_ANSWER)


def _text(field: str, typed: str, *, kind: str, longest: int) -> str:
    try:
        text = _TEXT.validate_python(typed)
    except ValidationError as error:
        raise Problem("validation", 422, errors=from_pydantic(error.errors(), below=f"/{field}")) from error
    if not text:
        raise invalid(field, f"{kind}-needed")
    if len(text) > longest:
        raise invalid(field, f"{kind}-too-long", most=longest)
    return text


def require_scrubbed(texts: dict[str, str], clean: Cleaning) -> None:
    """Raise Problem naming each text in which something personal is found."""
    found = [field for field, text in texts.items() if clean.scrub(text).text != text]
    if found:
        errors = [FieldError(pointer=f"/{field}", code="personal-found") for field in found]
        raise Problem("validation", 422, errors=errors)


def without_personal(typed: str, clean: Cleaning) -> str:
    """Return what was typed as scrubbing leaves it; longer than any text may be, it is not looked through."""
    return clean.scrub(typed).text if len(typed) <= LONGEST_ANSWER else typed


@contextmanager
def overtaken() -> Iterator[None]:
    """Word what has become of a question meanwhile. Raises Problem (409)."""
    try:
        yield
    except Overtaken as error:
        raise Problem(_KINDS[error.change], 409) from error


@contextmanager
def founded(field: str, rests_on: RestsOn | str | None) -> Iterator[None]:
    """Word why something can not rest on a procedure. Raises Problem (422) naming the field."""
    try:
        yield
    except Unfounded as error:
        code = rests_on.code if isinstance(rests_on, RestsOn) else rests_on
        raise invalid(field, _FLAWS[error.flaw], value=code) from error


def invalid(field: str, code: str, **params: object) -> Problem:
    """Make the problem of one field."""
    return Problem("validation", 422, errors=[FieldError(pointer=f"/{field}", code=code, params=params)])
