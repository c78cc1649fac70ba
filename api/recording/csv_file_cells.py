"""Cells of a table of events, as people type them and spreadsheets leave them. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from api.recording.csv_file_columns import plain
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import VIETNAM
from storage.parties.kinds import PartyKind

_AS_TEXT = re.compile(r'="([^"]*)"')
"""By which spreadsheets are told to leave a number as it is."""
_DAY = re.compile(
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d{1,2})[:hH](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
)
_CLOCK = re.compile(r"[:hHT\s]")
"""What a time has that no day alone has."""
_DIGITS = re.compile(r"[0-9]+")
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
"""A long number as a spreadsheet shows it, and keeps it: 1.19E+09."""
_LOST = re.compile("[?\ufffd]")
_CITIZEN, _TAX, _BRANCH, _MOBILE = 12, 10, 13, 9
_LONGEST_WHOLE = 20
"""Digits; Python makes no number of some thousands of them, and nobody needs one."""
_END_OF_DAY = time(23, 59, 59)

_STATUSES: Mapping[str, DossierStatus] = {
    plain(name): status
    for status in DossierStatus
    for name in (str(int(status)), status.vietnamese, status.english)
}
_CHANNELS: Mapping[str, int] = {
    plain(name): number
    for number, names in {
        1: ("1", "Trực tiếp", "In person"),
        2: ("2", "Trực tuyến", "Online"),
        3: ("3", "Bưu chính", "Bưu chính công ích", "By post", "Post"),
    }.items()
    for name in names
}
_KINDS: Mapping[str, PartyKind] = {
    plain(name): kind
    for kind, names in {
        PartyKind.PERSON: ("Cá nhân", "Công dân", "person"),
        PartyKind.ORGANISATION: ("Tổ chức", "Doanh nghiệp", "organisation", "organization"),
    }.items()
    for name in names
}


class CellError(ValueError):
    """A cell that can not be read; `code` is that of a field's error. What the cell says is not repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def bare(cell: str) -> str:
    """Return what a cell says, without what keeps a spreadsheet from changing it: `="1"` and `'1` are 1."""
    text = cell.strip().removeprefix("'").strip()
    kept = _AS_TEXT.fullmatch(text)
    return kept[1].strip() if kept else text


def status(text: str) -> int:
    """Read a status: its number, or its name in Vietnamese or English. Raises CellError."""
    found = _STATUSES.get(plain(text))
    if found is None:
        raise CellError("unknown-status-name")
    return int(found)


def moment(text: str) -> str:
    """Read a time, by Vietnam's clock unless it names an offset; a day alone begins at midnight.

    Days come first, as they are written in Vietnam: 02/11/2026 is in November. Raises CellError.
    """
    return _written(_time(text))


def due(text: str) -> str:
    """Read by when something is due; a day alone lasts until its end. Raises CellError."""
    read = _time(text)
    whole_day = _CLOCK.search(text) is None
    return _written(datetime.combine(read, _END_OF_DAY, read.tzinfo) if whole_day else read)


def channel(text: str) -> int:
    """Read a channel of submission, by number or name. Raises CellError."""
    found = _CHANNELS.get(plain(text))
    if found is None:
        raise CellError("unknown-channel")
    return found


def kind(text: str) -> str:
    """Read a kind of applicant by its name: numbers for it differ between systems. Raises CellError."""
    found = _KINDS.get(plain(text))
    if found is None:
        raise CellError("unknown-kind")
    return found.value


def number(text: str) -> str:
    """Return the number of an applicant, unless a spreadsheet has changed it. Raises CellError.

    A lost zero is not guessed back: a wrong guess would tell one person's affairs to another.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if _ROUNDED.fullmatch(text) and not digits.isdigit():
        raise CellError("zeros-lost")
    if _DIGITS.fullmatch(digits) and len(digits) not in {_TAX, _CITIZEN, _BRANCH}:
        raise CellError("zeros-lost")
    return text


def kind_of(given: str) -> str:
    """Return of which kind a number is that stands without one. Raises CellError where nobody can tell.

    Ten digits are a tax code, or a citizen number that has lost two zeros.
    """
    digits = sum(one.isdigit() for one in given)
    if digits == _TAX:
        raise CellError("kind-needed")
    return (PartyKind.ORGANISATION if digits == _BRANCH else PartyKind.PERSON).value


def name(text: str) -> str:
    """Return a name whose letters are all there. Raises CellError."""
    if _LOST.search(text):
        raise CellError("letters-lost")
    return text


def phone(text: str) -> str:
    """Return a phone number; one of nine digits has lost its zero, and is no other number."""
    digits = re.sub(r"[\s.-]", "", text)
    return f"0{digits}" if _DIGITS.fullmatch(digits) and len(digits) == _MOBILE else text


def whole(text: str) -> int | str:
    """Read a whole number; what is none is returned as it is, to be refused with the rest."""
    return int(text) if _DIGITS.fullmatch(text) and len(text) <= _LONGEST_WHOLE else text


READERS: Mapping[str, Callable[[str], Any]] = {
    "/status": status,
    "/occurred_at": moment,
    "/due_at": due,
    "/channel": channel,
    "/sequence": whole,
    "/applicant/number": number,
    "/applicant/kind": kind,
    "/applicant/name": name,
    "/applicant/phone": phone,
}
"""How the cells of a field are read; those of others are text."""


def _time(text: str) -> datetime:
    written = _DAY.fullmatch(text)
    try:
        if written:
            parts = {name: int(value) for name, value in written.groupdict("0").items()}
            return datetime(**parts, tzinfo=VIETNAM)
        read = datetime.fromisoformat(text)
    except ValueError:
        raise CellError("unreadable-day") from None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def _written(at: datetime) -> str:
    # In UTC: before 1911 Vietnam's offset had seconds, which RFC 3339 has not.
    try:
        return at.astimezone(UTC).isoformat()
    except OverflowError:
        raise CellError("unreadable-day") from None
