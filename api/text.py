"""Text as it enters, see `storage.texts`; and as it leaves in a table."""

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

# The wide ones are read as the others where East Asian ones are written.
_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def inert(text: str) -> str:
    """Return the text of a cell of a table so that no spreadsheet takes it for a formula.

    It gets an apostrophe (OWASP, CSV injection).
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
