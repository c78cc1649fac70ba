"""Text as it enters: one form for one text, and nothing that the database or a reader chokes on."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

ALLOWED_CONTROLS = {"\n", "\t"}


def clean(text: str) -> str:
    """Return `text` in NFC (UAX #15), line ends as newline, outer space gone.

    Raises PydanticCustomError `control_character` for NUL and its like, which PostgreSQL cannot
    keep and no person typed.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(
        unicodedata.category(letter) in {"Cc", "Cs"} and letter not in ALLOWED_CONTROLS for letter in text
    ):
        raise PydanticCustomError("control_character", "Text must hold no control characters")
    return text


Clean = AfterValidator(clean)
Line = Annotated[str, StringConstraints(max_length=500), Clean]
"""Up to 500 characters."""
Paragraphs = Annotated[str, StringConstraints(max_length=4000), Clean]
"""Up to 4,000 characters."""
