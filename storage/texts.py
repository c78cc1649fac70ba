"""Text as it is kept: one form for one text, and nothing that the database or a reader chokes on. Pure."""

import re
import unicodedata

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls but for newline and tab (category Cc), and lone surrogates (Cs)."""


class ControlCharacter(ValueError):  # noqa: N818 - named for what was found
    """NUL and its like, which PostgreSQL cannot keep and no person typed."""


def tidy(text: str) -> str:
    """Return text in NFC (UAX #15), line ends as newline, outer space gone.

    Raises:
        ControlCharacter: it holds one.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    tidied = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _FORBIDDEN.search(tidied):
        raise ControlCharacter("text must hold no control characters")
    return tidied
