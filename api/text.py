"""Text as it enters: see `storage.texts`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from storage.texts import ControlCharacter, tidy


def clean(given: Any) -> Any:
    """Return text as `storage.texts.tidy` does; what is no text, as it is.

    Raises PydanticCustomError `control_character`.
    """
    if not isinstance(given, str):
        return given
    try:
        return tidy(given)
    except ControlCharacter as error:
        raise PydanticCustomError("control_character", "Text must hold no control characters") from error


# Before the limits of length: they must hold for what is kept. NFC can lengthen a text, and a blank one
# is empty.
Clean = BeforeValidator(clean)
Line = Annotated[str, StringConstraints(max_length=500), Clean]
"""Up to 500 characters."""
Paragraphs = Annotated[str, StringConstraints(max_length=4000), Clean]
"""Up to 4,000 characters."""
