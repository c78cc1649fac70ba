"""Codes of dossiers."""

import re
from functools import lru_cache

from storage.agencies.codes import InvalidCode, tidy_code

MAX_LENGTH = 80
"""The longest dossier code taken, whatever its form."""

_CODE = re.compile(r"(?P<agency>[0-9A-Z]{1,3}(\.[0-9A-Z]{1,5})*)-([0-9]{6}|[0-9]{8})-[0-9]{4,7}")
_DASHES = re.compile("\\s*[\u2010-\u2015\u2212-]\\s*")


def normalise_dossier_code(text: str, *, extra_pattern: re.Pattern[str] | None = None) -> str:
    """Return a dossier code as it is kept: NFC, capitals, plain hyphens, no space around either.

    The usual form is agency code, date (6 or 8 digits), serial (4 to 7 digits): ``000.00.00.H26-261121-0001``
    or ``G09.20-20260609-0092637``. The date is not read: sources write it in both orders.

    Args:
        text: the code as typed, scanned or received.
        extra_pattern: a further form that the source uses, such as ``[0-9]{5}/[0-9]{4}/[0-9]{5}``; the whole
            of the code, in its kept spelling, must match.

    Raises:
        InvalidCode: with reason ``length`` (1 to 80 characters) or ``form``.
    """
    # Nearly all are written as they are kept, and each event bears one.
    if len(text) <= MAX_LENGTH and agency_part(text):
        return text
    code = tidy_code(_DASHES.sub("-", text), MAX_LENGTH)
    if agency_part(code) or (extra_pattern is not None and extra_pattern.fullmatch(code)):
        return code
    raise InvalidCode("form")


@lru_cache(maxsize=2_000)
def agency_part(code: str) -> str | None:
    """Return the agency's code as it stands in a dossier code of the usual form, and nothing for other forms.

    It may be in the old form: see `storage.agencies.codes`.
    """
    # Remembered for the dossiers of a batch, as each of their events asks several times.
    match = _CODE.fullmatch(code)
    return match["agency"] if match else None
