"""A CSV file as spreadsheets write it, read into rows. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from api.problems import FieldError, Problem
from api.recording.csv_file_columns import placed

MEBIBYTE = 1024 * 1024
MOST_BYTES = 5 * MEBIBYTE
MOST_ROWS = 10_000
MOST_COLUMNS = 100
SEPARATORS = (";", ",", "\t")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How an .xlsx begins, and an .xls."""
_NAMES_SEPARATOR = "sep="
"""Begins a line before the headings by which Excel is told the separator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; `number` is the one that a spreadsheet shows beside it, the headings being 1.

    It has one cell more than there are headings where it says something beyond them.
    """

    number: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that can be read; its rows may still hold anything.

    Attributes:
        headings: as they were written.
        places: in which column each field of an event stands.
        separator: between cells.
    """

    headings: tuple[str, ...]
    places: Mapping[str, int]
    separator: str
    rows: tuple[Row, ...] = field(repr=False)


def read(content: bytes) -> Table:
    """Read a file of at most 5 MB and 10,000 rows: UTF-8, separated by `;`, `,` or tabs (RFC 4180).

    Raises:
        Problem: 413 where it is too large or too long, 422 where it is none, or its headings do not fit.
    """
    if len(content) > MOST_BYTES:
        raise too_large()
    text = _decoded(content)
    named = text[: len(_NAMES_SEPARATOR)].lower() == _NAMES_SEPARATOR
    first, _, rest = text.partition("\n")
    separator = first.strip()[len(_NAMES_SEPARATOR) :] if named else ""
    body = rest if named else text
    if separator not in SEPARATORS:
        head = body.partition("\n")[0]
        separator = max(SEPARATORS, key=head.count)
    lines = _lines(body, separator)
    headings = _headings(next(lines, []))
    places = placed(headings)
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise Problem("csv-too-long", 413, most=MOST_ROWS)
        rows.append(Row(number=number, cells=_cells(cells, len(headings))))
    if not rows:
        raise Problem("csv-empty", 422)
    return Table(headings=headings, places=places, separator=separator, rows=tuple(rows))


def _headings(cells: list[str]) -> tuple[str, ...]:
    """Return headings; spreadsheets may leave any number of empty ones behind them. Raises Problem."""
    if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
        errors = [FieldError(pointer="/columns", code="too_long", params={"max_length": MOST_COLUMNS})]
        raise Problem("csv-columns", 422, errors=errors)
    return tuple(cells[:MOST_COLUMNS])


def _cells(cells: list[str], width: int) -> tuple[str, ...]:
    """Return the cells below headings; of all that say something beyond these, the first stands for all."""
    beyond = next((cell for cell in cells[width:] if cell.strip()), None)
    return tuple(cells[:width]) if beyond is None else (*cells[:width], beyond)


def too_large() -> Problem:
    """The problem of a file that has too many bytes."""
    return Problem("file-too-large", 413, most=MOST_BYTES // MEBIBYTE)


def _decoded(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise Problem("csv-workbook", 422)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Without its cause, which quotes the bytes: Windows-1258 and UTF-16 are what Excel writes else.
        raise Problem("csv-not-utf8", 422) from None


def _lines(text: str, separator: str) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for cells in lines:
            yield cells
            row += 1
    except csv.Error:
        raise Problem("csv-malformed", 422, row=row) from None
