"""Codes of administrative procedures."""

import re
from typing import NamedTuple

from storage.agencies.codes import MAX_LENGTH as MAX_AGENCY_LENGTH
from storage.agencies.codes import InvalidCode, normalise_agency_code, tidy_code

MAX_SHORT_LENGTH = 28
"""The longest short code taken; the catalogue's own have 8, its misprints up to 12."""

# Six digits are the rule. The catalogue itself publishes some with seven or nine and some with a mark of
# deletion, and a code that cannot be read cannot be answered for.
_CODE = re.compile(r"(?P<short>[0-9]\.[0-9]{6,12}(-[0-9A-Z]{1,13})?)(\.(?P<agency>.+))?")


class ProcedureCode(NamedTuple):
    """A procedure and, where the long form named it, the publishing agency in the new form of its code."""

    short: str
    agency: str | None


def split_procedure_code(text: str) -> ProcedureCode:
    """Return the short code of a procedure, ``1.001193``, and the agency of the long form.

    ``1.001193.000.00.00.H26`` and ``1.001193.H26`` both give ``("1.001193", "H26")``. Misprints of the
    catalogue pass: ``1.0133611``, ``1.014955-Xoa`` (as ``1.014955-XOA``).

    Raises:
        InvalidCode: with reason ``length`` or ``form``.
    """
    match = _CODE.fullmatch(tidy_code(text, MAX_SHORT_LENGTH + 1 + MAX_AGENCY_LENGTH))
    if match is None:
        raise InvalidCode("form")
    agency = match["agency"]
    return ProcedureCode(match["short"], None if agency is None else normalise_agency_code(agency))
