"""What a published catalogue does not mean as it is written, and how it is read instead. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from storage.procedures.codes import split_procedure_code
from storage.procedures.formats import reasons
from storage.procedures.formats.reasons import UnusableError
from storage.procedures.record import (
    ApplicantKind,
    Channel,
    Fee,
    LegalBasis,
    Level,
    OnlineLevel,
    Procedure,
    Unit,
)


class Rule(StrEnum):
    """A way in which what is published is read as it is meant, rather than as it is written."""

    FEE_NOT_PUBLISHED = "fee_not_published"
    FEE_FREE_BY_NOTE = "fee_free_by_note"
    FEE_IN_OTHER_UNIT = "fee_in_other_unit"
    TIME_UNIT_UNKNOWN = "time_unit_unknown"
    PAPER_IS_NOTE = "paper_is_note"
    LEVEL_OF_AGENCY = "level_of_agency"
    CODE_AS_PUBLISHED = "code_as_published"
    NAME_OF_SEVERAL = "name_of_several"
    CATALOGUE_FIELDS_ONLY = "catalogue_fields_only"


Applied = Counter[Rule]
"""How often each rule was applied."""

SMALLEST_FEE = 1000
"""No fee is smaller: an amount below is of thousands, dollars or percent, and only the note tells which."""

LONGEST_NAME = 500

_FREE = re.compile(
    r"(?:miễn phí|không(?: có| mất| thu)?(?: phí| lệ phí| phí, lệ phí)?)\s*[.;]?", re.IGNORECASE
)
_NUMBER = re.compile(r"\((?P<number>[^()]*\d+/[^()]*)\)\s*\.?$")
_PARTED = re.compile(r"[,;](?![^(]*\))")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REGULAR_CODE = re.compile(r"[0-9]\.[0-9]{6}")
_HIGHEST_FEE = 10**12

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
_COMMITTEE = "(?:UBND|(?:Ủy|Uỷ|ủy|uỷ) ban nhân dân)"
# Unmistakable names only: "Sở" in lower case is "cơ sở", and a ministry's name stands beside its departments.
_AGENCIES = (
    (re.compile(rf"\bSở [A-ZĐ]|cấp [Tt]ỉnh|{_COMMITTEE} tỉnh|Công an tỉnh"), Level.PROVINCE),
    (re.compile(rf"cấp [Xx]ã|cấp [Hh]uyện|{_COMMITTEE} (?:xã|phường)"), Level.COMMUNE),
)
ONLINE_LEVELS = {
    "full": OnlineLevel.FULL,
    "toàn trình": OnlineLevel.FULL,
    "4": OnlineLevel.FULL,
    "partial": OnlineLevel.PARTIAL,
    "một phần": OnlineLevel.PARTIAL,
    "3": OnlineLevel.PARTIAL,
}
"""Levels 3 and 4 are those of Decree 61/2018, which older portals still tell."""
# The longer names before those that they contain.
_APPLICANTS: tuple[tuple[str, ApplicantKind], ...] = (
    ("công dân việt nam", ApplicantKind.CITIZEN),
    ("người việt nam định cư", ApplicantKind.OVERSEAS_VIETNAMESE),
    ("người nước ngoài", ApplicantKind.FOREIGNER),
    ("cán bộ", ApplicantKind.OFFICIAL),
    ("công chức", ApplicantKind.OFFICIAL),
    ("viên chức", ApplicantKind.OFFICIAL),
    ("doanh nghiệp có vốn đầu tư nước ngoài", ApplicantKind.FOREIGN_ENTERPRISE),
    ("tổ chức nước ngoài", ApplicantKind.FOREIGN_ORGANISATION),
    ("tổ chức", ApplicantKind.ORGANISATION),
    ("doanh nghiệp", ApplicantKind.ENTERPRISE),
    ("hợp tác xã", ApplicantKind.COOPERATIVE),
)


def text(value: Any) -> str | None:
    """Return a text in NFC without space around it; none where it is absent or empty.

    Raises:
        UnusableError: it is no text, or holds what PostgreSQL can not keep.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnusableError(reasons.NO_TEXT)
    if "\0" in value:
        raise UnusableError(reasons.NOT_KEPT)
    if _SURROGATE.search(value):
        raise UnusableError(reasons.HALF_CHARACTER)
    return unicodedata.normalize("NFC", value).strip() or None


def line(value: Any) -> str | None:
    """Do so, and make one line of it. Raises UnusableError."""
    found = text(value)
    return " ".join(found.split()) if found else None


def name_line(value: Any) -> str | None:
    """Do so, for a name. Raises UnusableError, also for one of more than `LONGEST_NAME` characters."""
    found = line(value)
    if found and len(found) > LONGEST_NAME:
        raise UnusableError(reasons.LONG_TEXT.of(most=LONGEST_NAME))
    return found


def code(value: Any, applied: Applied) -> str:
    """Return the short code of a procedure; one that is misprinted in the catalogue stays as it is.

    Raises:
        UnusableError: it is missing, or none at all.
    """
    given = required_line(value)
    try:
        short = split_procedure_code(given).short
    except ValueError as error:
        raise UnusableError(reasons.NO_CODE) from error
    applied[Rule.CODE_AS_PUBLISHED] += not _REGULAR_CODE.fullmatch(short)
    return short


def required_line(value: Any) -> str:
    """Return a text in one line. Raises UnusableError where there is none."""
    found = line(value)
    if found is None:
        raise UnusableError(reasons.MISSING)
    return found


def fee(amount: Any, note: str | None, applied: Applied) -> Fee | None:
    """Return a fee as it is meant; none where nothing is said.

    "0 đồng" says that nothing was entered, unless the note says that it is free. An amount below the smallest
    fee is in a unit that the note alone tells.

    Raises:
        UnusableError: the amount is no whole number of đồng.
    """
    if amount is not None and (
        not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < _HIGHEST_FEE
    ):
        raise UnusableError(reasons.NO_AMOUNT)
    if note and _FREE.fullmatch(note):
        applied[Rule.FEE_FREE_BY_NOTE] += 1
        return Fee(amount=0, note=note)
    if amount and amount < SMALLEST_FEE:
        applied[Rule.FEE_IN_OTHER_UNIT] += 1
        return Fee(note=note or f"{amount} (không rõ đơn vị)")
    if not amount:
        applied[Rule.FEE_NOT_PUBLISHED] += amount == 0
        return Fee(note=note) if note else None
    return Fee(amount=amount, note=note)


def unit(name: str | None, applied: Applied) -> Unit | None:
    """Return the unit of a time limit; none for what the catalogue itself leaves open."""
    found = UNITS.get(name or "")
    applied[Rule.TIME_UNIT_UNKNOWN] += found is None and name is not None
    return found


def is_note(originals: int, copies: int, applied: Applied) -> bool:
    """Tell whether a row between papers is a heading or a remark: of none of it none is wanted."""
    found = not originals and not copies
    applied[Rule.PAPER_IS_NOTE] += found
    return found


def levels(value: str | None, agency: str | None, applied: Applied) -> tuple[Level, ...]:
    """Return the levels that a text names, highest first, and those of the executing agency.

    The catalogue tells one level of a procedure that is carried out on several.
    """
    folded = (value or "").lower()
    named = {level for word, level in _LEVELS if word in folded}
    of_agency = {level for pattern, level in _AGENCIES if pattern.search(agency or "")}
    applied[Rule.LEVEL_OF_AGENCY] += not of_agency <= named
    return tuple(level for level in Level if level in named | of_agency)


def online_level(value: str | None) -> OnlineLevel | None:
    """Return how much can be done online, from our own word or the portal's; none for neither."""
    return ONLINE_LEVELS.get((value or "").lower())


def noted(procedures: Iterable[Procedure], applied: Applied) -> Iterator[Procedure]:
    """Yield records, and note what only shows when all of a file are seen, or a record as a whole."""
    names: Counter[str] = Counter()
    for entry in procedures:
        names[entry.name] += 1
        known = entry.steps or entry.methods or entry.papers or entry.results
        applied[Rule.CATALOGUE_FIELDS_ONLY] += not known
        yield entry
    # Names are no keys: most of these are variants of one procedure by province.
    applied[Rule.NAME_OF_SEVERAL] += names.total() - len(names)


def applicants(value: str | None) -> tuple[ApplicantKind, ...]:
    """Return the kinds of applicant that a list in words names; what is none of them is `other`."""
    found: set[ApplicantKind] = set()
    for part in _PARTED.split(value or ""):
        said = part.strip().lower()
        if said:
            found.add(
                next((kind for word, kind in _APPLICANTS if said.startswith(word)), ApplicantKind.OTHER)
            )
    return tuple(kind for kind in ApplicantKind if kind in found)


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


def keepable(value: Any) -> Any:
    """Return any JSON as it is. Raises UnusableError where PostgreSQL can not keep it, at any depth."""
    if isinstance(value, str):
        text(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            text(name)
            keepable(inner)
    elif isinstance(value, list):
        for inner in value:
            keepable(inner)
    return value
