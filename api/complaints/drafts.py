"""What officers and moderators write, as a page sent it: judged here, and refused as problems."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from api.problems import FieldError, Problem, from_pydantic, invalid
from api.text import Clean
from storage.complaints.errors import NotNow, Overtaken
from storage.complaints.kinds import DeclineGround
from storage.questions.cleaning import Cleaning

LONGEST_TEXT = 8000
_TEXT = TypeAdapter(Annotated[str, Clean])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form as it was sent.

    Attributes:
        form_id: drawn with the page: sent twice, it is one.
        seen: the last entry of the complaint that was shown beside the form.
    """

    form_id: UUID
    seen: UUID


def needed(field: str, typed: str) -> str:
    """Return a text as it is kept: 1 to 8,000 characters. Raises Problem (422) naming the field."""
    text = optional(field, typed)
    if text is None:
        raise invalid("text-needed", field)
    return text


def optional(field: str, typed: str) -> str | None:
    """Return a text as it is kept, nothing where there is none. Raises Problem (422) naming the field."""
    try:
        text = _TEXT.validate_python(typed)
    except ValidationError as error:
        raise Problem("validation", 422, errors=from_pydantic(error.errors(), below=f"/{field}")) from error
    if len(text) > LONGEST_TEXT:
        raise invalid("text-too-long", field, most=LONGEST_TEXT)
    return text or None


def decline_reason(typed: str) -> DeclineGround:
    """Return a reason as it was chosen. Raises Problem (422)."""
    if typed not in set(DeclineGround):
        raise invalid("reason-needed", "reason")
    return DeclineGround(typed)


def require_scrubbed(texts: dict[str, str], clean: Cleaning) -> None:
    """Raise Problem (422) naming each text in which something personal is found."""
    found = [field for field, text in texts.items() if clean.scrub(text).text != text]
    if found:
        errors = [FieldError(pointer=f"/{field}", code="personal-found") for field in found]
        raise Problem("validation", 422, errors=errors)


@contextmanager
def overtaken() -> Iterator[None]:
    """Word that a complaint is not any more as it was seen, or never was so. Raises Problem (409)."""
    try:
        yield
    except Overtaken as error:
        raise Problem("complaint-changed", 409) from error
    except NotNow as error:
        raise Problem("complaint-not-now", 409) from error
