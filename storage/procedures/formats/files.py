"""A catalogue file, read whole and checked before anything of it is kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path

from storage.procedures.formats import cleaning, national, portal, reasons
from storage.procedures.formats.cleaning import Applied, Rule
from storage.procedures.formats.containers import Row, is_answer, json_document, json_lines, parse_json, table
from storage.procedures.formats.faults import Fault, Faults, refused
from storage.procedures.formats.reading import RecordError
from storage.procedures.formats.source import Progress, lines
from storage.procedures.packed import PackedProcedures
from storage.procedures.record import Procedure

_LOOKED_AT = 50


class Format(StrEnum):
    """A form in which a catalogue comes; records of JSON may be the national catalogue's or a portal's."""

    JSONL = "jsonl"
    PORTAL = "portal"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFile:
    """What a file holds.

    Attributes:
        applied: how often each rule of `cleaning` was needed.
    """

    format: Format
    procedures: Sequence[Procedure]
    applied: Mapping[Rule, int]


def read_file(
    path: Path,
    given: Format | None = None,
    progress: Progress | None = None,
    amended: Callable[[Procedure], Procedure] = lambda procedure: procedure,
) -> CatalogueFile:
    """Read a file, packed by gzip or not.

    Args:
        path: of the file.
        given: the form that it is said to have, where that is not to be found out.
        progress: told how much has been read.
        amended: returns what is to be kept in place of a procedure.

    Raises:
        FileRefusedError: with all that is wrong with it, up to 20 by their places.
        OSError: it can not be read.
    """
    text = lines(path, progress)
    first = list(islice(text, _LOOKED_AT))
    found = given or _detect(first)
    applied, faults = Applied(), Faults()
    read = cleaning.noted(_procedures(_rows(found, chain(first, text)), applied, faults), applied)
    procedures = PackedProcedures(map(amended, read))
    if not procedures and not faults.count:
        raise refused(reasons.NO_PROCEDURE)
    faults.require_none()
    return CatalogueFile(format=found, procedures=procedures, applied={rule: applied[rule] for rule in Rule})


def _rows(found: Format, text: Iterable[str]) -> Iterator[Row | Fault]:
    readers = {Format.JSONL: json_lines, Format.PORTAL: json_document, Format.CSV: table}
    return readers[found](text)


def _procedures(rows: Iterable[Row | Fault], applied: Applied, faults: Faults) -> Iterator[Procedure]:
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Fault):
            faults.add(row)
            continue
        try:
            procedure = _read(row.record, applied)
        except RecordError as error:
            faults.add(Fault(number=row.number, unit=row.unit, field=error.field, reason=error.reason))
            continue
        earlier = seen.setdefault(procedure.code, row.number)
        if earlier != row.number:
            unit = reasons.ITEM if row.unit == "item" else reasons.LINE
            reason = reasons.THERE_ALREADY.of(code=procedure.code, unit=unit, number=earlier)
            faults.add(Fault(number=row.number, unit=row.unit, field="code", reason=reason))
        yield procedure


def _read(record: Mapping[str, object], applied: Applied) -> Procedure:
    return portal.read(record, applied) if portal.is_record(record) else national.read(record, applied)


def _detect(first: list[str]) -> Format:
    """Tell the form by the beginning of the text."""
    written = [line for line in first if line.strip()]
    if not written:
        raise refused(reasons.EMPTY)
    begin = written[0].lstrip()
    if begin.startswith("["):
        return Format.PORTAL
    if not begin.startswith("{"):
        return Format.CSV
    try:
        return Format.PORTAL if is_answer(parse_json(begin)) else Format.JSONL
    except ValueError:
        # A document over several lines, unless the next line begins an object as well: then this one is bad.
        spread = len(written) > 1 and not written[1].startswith("{")
        return Format.PORTAL if spread else Format.JSONL
