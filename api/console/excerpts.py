"""The beginnings of what people wrote, for lists."""

from textwrap import shorten

EXCERPT = 160
"""Characters of a text that a list shows."""


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line, to its last whole word, or of a word that is longer."""
    begun = shorten(text, EXCERPT, placeholder="…")
    return begun if begun != "…" else f"{text.lstrip()[: EXCERPT - 1]}…"
