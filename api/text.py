"""Text as it enters: one form for one text, and nothing that the database or a reader chokes on."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls but for newline and tab (category Cc), and lone surrogates (Cs)."""


def clean(given: Any) -> Any:
    """Return text in NFC (UAX #15), line ends as newline, outer space gone; what is no text, as it is.

    Raises PydanticCustomError `control_character` for NUL and its like, which PostgreSQL cannot
    keep and no person typed.
    """
    if not isinstance(given, str):
        return given
    if given.isascii() and given.isprintable():
        return given.strip()
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _FORBIDDEN.search(text):
        raise PydanticCustomError("control_character", "Text must hold no control characters")
    return text


# Before the limits of length: they must hold for what is kept. NFC can lengthen a text, and a blank one
# is empty.
Clean = BeforeValidator(clean)
Line = Annotated[str, StringConstraints(max_length=500), Clean]
"""Up to 500 characters."""
Paragraphs = Annotated[str, StringConstraints(max_length=4000), Clean]
"""Up to 4,000 characters."""
