"""Records as they come out of a file: one JSON object a line, one JSON document, or a table."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

from storage.procedures.formats import reasons
from storage.procedures.formats.columns import HEADINGS, LISTS, column_of
from storage.procedures.formats.faults import Fault, refused
from storage.procedures.formats.reasons import Reason, UnusableError, reason_of

ANSWERS = ("result", "data")
"""Where a portal's answer has its records."""
SUCCESS = frozenset({"0", "00", "200", ""})
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record and its place in the file."""

    number: int
    record: Mapping[str, Any]
    unit: Literal["line", "item"] = "line"


def parse_json(text: str) -> Any:
    """Return what JSON says. Raises ValueError for what is none, NaN among it."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise UnusableError(reasons.TOO_DEEP) from error


def json_lines(lines: Iterable[str]) -> Iterator[Row | Fault]:
    """Yield one record a line; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = parse_json(line.rstrip())
        except ValueError as error:
            reason = reasons.NO_JSON if line.endswith("\n") else reasons.NO_JSON_CUT
            yield Fault(number=number, reason=reason.of(why=_why(error)))
            continue
        if isinstance(record, Mapping):
            yield Row(number=number, record=record)
        else:
            yield Fault(number=number, reason=reasons.NO_JSON_OBJECT)


def json_document(lines: Iterable[str]) -> Iterator[Row | Fault]:
    """Yield the records of a JSON list, or of a portal's answer. Raises FileRefusedError."""
    try:
        document = parse_json("".join(lines))
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise refused(reasons.NO_JSON_DOCUMENT.of(why=_why(error)), line) from error
    for number, record in enumerate(_records(document), start=1):
        if isinstance(record, Mapping):
            yield Row(number=number, record=record, unit="item")
        else:
            yield Fault(number=number, reason=reasons.NO_JSON_OBJECT, unit="item")


def is_answer(record: Any) -> bool:
    """Tell whether a JSON object is a portal's answer rather than a record, whose `result` is a text."""
    return isinstance(record, Mapping) and any(
        (name.lower() in ANSWERS and isinstance(value, list | Mapping)) or name.lower() == "error_code"
        for name, value in record.items()
    )


def _records(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if not is_answer(document):
        return [document]
    answer = {name.lower(): value for name, value in document.items()}
    code = str(answer.get("error_code", ""))
    if code not in SUCCESS:
        raise refused(reasons.PORTAL_ERROR.of(code=code[:40]))
    found: Any = next((answer[name] for name in ANSWERS if answer.get(name) is not None), [])
    return found if isinstance(found, list) else [found]


def table(lines: Iterable[str]) -> Iterator[Row | Fault]:
    """Yield one record a row of a CSV file, its fields by the headings. Raises FileRefusedError."""
    given = iter(lines)
    cells, delimiter = heading(next(given, ""))
    names = [column_of(cell) for cell in cells]
    for needed in ("code", "name"):
        if names.count(needed) != 1:
            raise refused(reasons.ONE_COLUMN.of(name=needed, heading=HEADINGS[needed][0]), 1)
    for row in rows(given, names, delimiter):
        yield replace(row, record=_with_lists(row.record)) if isinstance(row, Row) else row


def heading(line: str) -> tuple[list[str], str]:
    """Return the headings of a table by its first line, and what parts its cells: comma, semicolon or tab."""
    delimiter = max(DELIMITERS, key=line.count)
    return next(csv.reader([line], delimiter=delimiter), []), delimiter


def rows(lines: Iterable[str], names: Sequence[str], delimiter: str) -> Iterator[Row | Fault]:
    """Yield one record a row below the headings; blank rows are passed over, and so are blank cells."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 2
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Fault(number=number, reason=reasons.NO_ROW.of(why=error))
            return
        if cells is None:
            return
        if len(cells) == len(names):
            record = {name: cell for name, cell in zip(names, cells, strict=True) if cell.strip()}
            yield Row(number=number, record=record)
        elif any(map(str.strip, cells)):
            reason = reasons.CELLS.of(found=len(cells), wanted=len(names))
            yield Fault(number=number, reason=reason)


def _with_lists(record: Mapping[str, str]) -> dict[str, Any]:
    return {name: cell.splitlines() if name in LISTS else cell for name, cell in record.items()}


def _why(error: ValueError) -> Reason:
    if isinstance(error, json.JSONDecodeError):
        return Reason.alike(f"{error.msg}, column {error.colno}")
    return reason_of(error)


def _no_number(name: str) -> NoReturn:
    raise UnusableError(reasons.NO_JSON_NUMBER.of(name=name))
