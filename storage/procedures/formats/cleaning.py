"""What a published catalogue does not mean as it is written, and how it is read instead. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from storage.procedures.record import Applicant, Channel, Fee, LegalBasis, Level, Unit

SMALLEST_FEE = 1000
"""No fee is smaller: an amount below is of thousands, dollars or percent, and only the note tells which."""

_FREE = re.compile(
    r"(?:miễn phí|không(?: có| mất| thu)?(?: phí| lệ phí| phí, lệ phí)?)\s*[.;]?", re.IGNORECASE
)
_NUMBER = re.compile(r"\((?P<number>[^()]*\d+/[^()]*)\)\s*\.?$")
_PARTED = re.compile(r"[,;](?![^(]*\))")

CHANNELS = {"DIRECT": Channel.IN_PERSON, "ONLINE": Channel.ONLINE, "POSTAL": Channel.POST}
UNITS = {
    "HOUR": Unit.HOUR,
    "WORKING_DAY": Unit.WORKING_DAY,
    "DAY": Unit.DAY,
    "MONTH": Unit.MONTH,
    "YEAR": Unit.YEAR,
}
"""The portal's unit OTHER is not among them: it stands for days, for working days and for nothing at all."""

_LEVELS: tuple[tuple[str, Level], ...] = (
    ("trung ương", Level.MINISTRY),
    ("bộ", Level.MINISTRY),
    ("tỉnh", Level.PROVINCE),
    # Districts were given up in July 2025, and their procedures went to the communes.
    ("huyện", Level.COMMUNE),
    ("xã", Level.COMMUNE),
    ("khác", Level.OTHER),
)
# The longer names before those that they contain.
_APPLICANTS: tuple[tuple[str, Applicant], ...] = (
    ("công dân việt nam", Applicant.CITIZEN),
    ("người việt nam định cư", Applicant.OVERSEAS_VIETNAMESE),
    ("người nước ngoài", Applicant.FOREIGNER),
    ("cán bộ", Applicant.OFFICIAL),
    ("công chức", Applicant.OFFICIAL),
    ("viên chức", Applicant.OFFICIAL),
    ("doanh nghiệp có vốn đầu tư nước ngoài", Applicant.FOREIGN_ENTERPRISE),
    ("tổ chức nước ngoài", Applicant.FOREIGN_ORGANISATION),
    ("tổ chức", Applicant.ORGANISATION),
    ("doanh nghiệp", Applicant.ENTERPRISE),
    ("hợp tác xã", Applicant.COOPERATIVE),
)


def text(value: Any) -> str | None:
    """Return a text in NFC without space around it; none where it is absent or empty.

    Raises:
        ValueError: it is no text, or holds what PostgreSQL can not keep.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("it is no text")  # noqa: TRY004 - whoever reads a file catches ValueError
    if "\0" in value:
        raise ValueError("it holds a character that can not be kept")
    value.encode()
    return unicodedata.normalize("NFC", value).strip() or None


def line(value: Any) -> str | None:
    """Do so, and make one line of it. Raises ValueError."""
    found = text(value)
    return " ".join(found.split()) if found else None


def fee(amount: Any, note: str | None) -> Fee | None:
    """Return a fee as it is meant; none where nothing is said.

    "0 đồng" says that nothing was entered, unless the note says that it is free.

    Raises:
        ValueError: the amount is no whole number of đồng.
    """
    if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool) or amount < 0):
        raise ValueError("it is no amount of đồng")
    if note and _FREE.fullmatch(note):
        return Fee(amount=0, note=note)
    if amount is None or amount < SMALLEST_FEE:
        return Fee(note=note) if note else None
    return Fee(amount=amount, note=note)


def levels(value: str | None) -> tuple[Level, ...]:
    """Return the levels that a text names, highest first."""
    folded = (value or "").lower()
    named = {level for word, level in _LEVELS if word in folded}
    return tuple(level for level in Level if level in named)


def applicants(value: str | None) -> tuple[Applicant, ...]:
    """Return the kinds of applicant that a list in words names; what is none of them is `other`."""
    found: set[Applicant] = set()
    for part in _PARTED.split(value or ""):
        said = part.strip().lower()
        if said:
            found.add(next((kind for word, kind in _APPLICANTS if said.startswith(word)), Applicant.OTHER))
    return tuple(kind for kind in Applicant if kind in found)


def legal_basis(values: Iterable[str]) -> Iterator[LegalBasis]:
    """Part "name (number)", each document once."""
    seen = set()
    for value in values:
        found = line(value)
        if found and found not in seen:
            seen.add(found)
            number = _NUMBER.search(found)
            name = found[: number.start()].strip() if number else found
            yield LegalBasis(name=name or found, number=number["number"].strip() if number else None)


def rest(record: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return what a record says in fields that have no place of their own."""
    return {
        name: value for name, value in record.items() if name not in known and value not in (None, "", [])
    }
