"""The blanks of words kept for answers, such as `{dossier_code}`. Pure."""

import re
from collections.abc import Mapping

BLANKS = ("dossier_code", "procedure_name", "agency_name")
"""All there are. Nothing of a person is among them: an officer writes that where it belongs."""
UNFILLED = "…"
"""Stands where nothing is known, to be seen and written by whoever answers."""
_BLANK = re.compile(r"\{([^{}]*)\}")


def unknown(text: str) -> tuple[str, ...]:
    """Return what stands in braces and is no blank, as it stands there; a brace alone is but a brace."""
    return tuple(found[0] for found in _BLANK.finditer(text) if found[1] not in BLANKS)


def fill(text: str, known: Mapping[str, str | None]) -> str:
    """Return a text with its blanks filled; what comes in is not looked at for blanks again.

    Args:
        text: has passed `unknown`; what is no blank stays.
        known: what to fill in, by the names of blanks.
    """
    return _BLANK.sub(lambda found: _filled(found, known), text)


def _filled(found: re.Match[str], known: Mapping[str, str | None]) -> str:
    return known.get(found[1]) or UNFILLED if found[1] in BLANKS else found[0]
