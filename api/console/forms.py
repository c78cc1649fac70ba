"""What is wrong with a form, as its page tells it: in a summary first, and at the field."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.problems import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """What is wrong with the field whose element has this id."""

    id: str
    text: str


def form_errors(errors: Sequence[FieldError], locale: str) -> list[FormError]:
    """Word the errors of a problem for a form whose fields are named as those of the API are."""
    return [
        FormError(id=error.pointer.rpartition("/")[2], text=error.as_json(locale)["detail"])
        for error in errors
    ]
