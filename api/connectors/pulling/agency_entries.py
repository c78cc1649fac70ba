"""Entries of a portal's list of agencies, read as an import reads its own. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from api.connectors.dialect import PortalDialect
from api.connectors.portals.list_rules import AgencyNames
from api.connectors.portals.port import Record
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.agencies.importing import Entry
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term
from storage.procedures.formats import reasons
from storage.procedures.formats.cleaning import line, name_line, required_line
from storage.procedures.formats.faults import Fault
from storage.procedures.formats.reasons import Reason, UnusableError, reason_of
from storage.texts import tidy
from storage.units.files import TWICE

NO_AGENCY = Reason(vi="không phải mã cơ quan", en="it is no code of an agency")
_PARTED = re.compile(r"[,;]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry of which no more is known than where it belongs.

    Attributes:
        number: its place in the list, from 1.
        code: in its normal form, as `parent` is.
        parent: of the one above it; none where that is not told, or can not be read.
        twice: another entry says otherwise of the same agency.
    """

    number: int
    code: str
    parent: str | None
    record: Record = field(repr=False)
    twice: bool = False


def rows_of(records: Sequence[Record], names: AgencyNames) -> tuple[Sequence[Row], Sequence[str]]:
    """Return entries, each agency once, and the places of those whose code can not be read, as `#3`.

    One that comes twice, as pages may move while they are read, is one.
    """
    rows: dict[str, Row] = {}
    unreadable: list[str] = []
    for number, record in enumerate(records, start=1):
        code = _readable(record.get(names.code))
        if code is None:
            unreadable.append(f"#{number}")
            continue
        row = Row(number=number, code=code, parent=_readable(record.get(names.parent)), record=record)
        known = rows.setdefault(code, row)
        if known.record != record:
            rows[code] = replace(known, twice=True)
    return list(rows.values()), unreadable


def read_row(row: Row, names: AgencyNames, dialect: PortalDialect) -> Entry | Fault:
    """Return an entry as it is told: without a day or a successor, it leaves the agency's term as it is."""
    if row.twice:
        return Fault(number=row.number, unit="item", reason=TWICE.of(key=row.code))
    reading = _Reading(record=row.record, dialect=dialect)
    try:
        return reading.entry(row.code, names)
    except ValueError as error:
        return Fault(number=row.number, unit="item", field=reading.at, reason=reason_of(error))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Reads fields, and remembers at which it is."""

    record: Record
    dialect: PortalDialect
    at: str | None = None

    def entry(self, code: str, names: AgencyNames) -> Entry:
        name = tidy(required_line(name_line(self._of(names.name))))
        parent = self._code(names.parent)
        # A list may have the old form of a code beside the new one.
        aliases = dict.fromkeys(Alias(code=_code_of(one)) for one in _texts(self._of(names.aliases)))
        successor = self._code(names.successor)
        valid_from = self._day(names.valid_from)
        term = Term(code=code, valid_from=valid_from, valid_to=self._day(names.valid_to), successor=successor)
        told = any((term.valid_from, term.valid_to, term.successor))
        return Entry(
            agency=AgencyRecord(code=code, name=name, parent=parent, aliases=tuple(aliases)),
            term=term if told else None,
        )

    def _of(self, name: str) -> Any:
        self.at = name
        return self.record.get(name)

    def _code(self, name: str) -> str | None:
        text = line(self._of(name))
        return _code_of(text) if text else None

    def _day(self, name: str) -> date | None:
        text = line(self._of(name))
        moment = self.dialect.read_time(text) if text else None
        return moment.date() if moment else None


def _code_of(text: str) -> str:
    try:
        return normalise_agency_code(text)
    except InvalidCode as error:
        raise UnusableError(NO_AGENCY) from error


def _readable(value: object) -> str | None:
    try:
        text = line(value)
        return _code_of(text) if text else None
    except UnusableError:
        return None


def _texts(value: object) -> Sequence[str]:
    given = _PARTED.split(value) if isinstance(value, str) else value or []
    if not isinstance(given, list):
        raise UnusableError(reasons.NO_TEXTS)
    return [text for one in given if (text := line(one))]
