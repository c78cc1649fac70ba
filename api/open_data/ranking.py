"""Agencies one below the other, by what is published of them and by nothing else. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.open_data.briefs import Brief, By, Missing, brief_of
from storage.scores.publishing import AgencyName, Line

ROWS = 50
"""Agencies in one part of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An agency in a list. Those who reached as much share a rank; where nothing is shown there is none."""

    agency: AgencyName
    brief: Brief
    rank: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows of a list.

    Attributes:
        number: which part of how many, `parts`, from 1.
        first: the place of the first row, from 1.
        whole: how many rows the list has.
    """

    rows: Sequence[Row]
    number: int
    parts: int
    first: int
    whole: int

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.rows) - 1


def find(lines: Sequence[Line], code: str | None) -> Line | None:
    """Return the line of an agency, or the country's, of which there is one in each month."""
    return next((line for line in lines if (line.agency and line.agency.code) == code), None)


def above(lines: Sequence[Line], line: Line) -> list[AgencyName]:
    """Return the agencies above one, the topmost first."""
    found: list[AgencyName] = []
    while line.parent is not None and (parent := find(lines, line.parent)) and parent.agency:
        found.insert(0, parent.agency)
        line = parent
    return found


def ranked(lines: Sequence[Line], top: Line, by: By) -> list[Row]:
    """Return those right below one, the best first; then those without a figure, by their codes.

    Whoever reached as much comes by code as well: what lies behind two digits, or is hidden, orders nothing.
    """
    code = top.agency.code if top.agency else None
    found = [(line.agency, brief_of(line)) for line in lines if line.agency and line.parent == code]
    found.sort(key=lambda one: (*_order(one[1].value(by)), one[0].code))
    rows: list[Row] = []
    for place, (agency, brief) in enumerate(found, 1):
        rank: int | None = None
        if not isinstance(brief.value(by), Missing):
            same = bool(rows) and rows[-1].brief.value(by) == brief.value(by)
            rank = rows[-1].rank if same else place
        rows.append(Row(agency=agency, brief=brief, rank=rank))
    return rows


def part_of(rows: Sequence[Row], number: int) -> Part:
    """Return a part of a list, and the last one for what is behind it."""
    parts = max(1, -(-len(rows) // ROWS))
    number = min(number, parts)
    begin = (number - 1) * ROWS
    return Part(rows=rows[begin : begin + ROWS], number=number, parts=parts, first=begin + 1, whole=len(rows))


def _order(value: Decimal | Missing) -> tuple[bool, Decimal]:
    return (True, Decimal(0)) if isinstance(value, Missing) else (False, -value)
