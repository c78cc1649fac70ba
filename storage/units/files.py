"""Files of administrative units: CSV, each told apart by its headings; all that is wrong is named at once."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from storage.procedures.formats import reasons
from storage.procedures.formats.cleaning import line
from storage.procedures.formats.faults import Fault, Faults, FileRefusedError, refused
from storage.procedures.formats.reasons import Reason, reason_of
from storage.procedures.formats.source import lines
from storage.units.record import Commune, FormerCommune, Province, Units

PROVINCES = {
    "code": "provinceCode",
    "name": "province",
    "short_name": "provinceShort",
    "latitude": "provinceLat",
    "longitude": "provinceLon",
}
COMMUNES = {
    "code": "wardCode",
    "name": "ward",
    "short_name": "wardShort",
    "kind": "wardType",
    "province_code": "provinceCode",
    "latitude": "wardLat",
    "longitude": "wardLon",
}
FORMER = {
    "province_code": "old_province_code",
    "province": "old_province",
    "district_code": "old_district_code",
    "district": "old_district",
    "code": "old_ward_code",
    "name": "old_ward",
    "new_code": "new_ward_code",
    "share": "kind",
}
HELD_TWICE = Reason(
    vi="{file} chứa {table}, và một tệp khác cũng vậy", en="{file} holds {table}, and so does another file"
)
NO_CSV = Reason(vi="{folder} không có tệp CSV nào", en="{folder} holds no CSV file")
NO_UNIT = Reason(vi="không có đơn vị nào", en="it holds no unit")
OF_FILE = Reason(vi="{reason} ({file})", en="{reason} ({file})")
TWICE = Reason(vi="{key} đã có ở trên", en="{key} stands there already")
NO_PROVINCE = Reason(vi="{name}: không có tỉnh {code}", en="{name}: there is no province {code}")
NO_COMMUNE = Reason(vi="{name}: không có xã {code}", en="{name}: there is no commune {code}")
WHY: Mapping[str, Reason] = {
    "string_type": reasons.MISSING,
    "string_pattern_mismatch": Reason(vi="không theo mẫu {pattern}", en="it is not of the form {pattern}"),
    "enum": Reason(vi="phải là {expected}", en="it must be {expected}"),
    "greater_than_equal": Reason(vi="nhỏ hơn {ge:g}", en="it is less than {ge:g}"),
    "less_than_equal": Reason(vi="lớn hơn {le:g}", en="it is more than {le:g}"),
    "float_parsing": reasons.NO_NUMBER,
    "finite_number": reasons.NO_NUMBER,
}
"""By what pydantic calls it."""

_OPTIONAL = frozenset({"latitude", "longitude"})
# Communes before provinces, whose columns they have as well.
_TABLES: Sequence[tuple[str, type[BaseModel], Mapping[str, str], tuple[str, ...]]] = (
    ("former", FormerCommune, FORMER, ("code", "new_code")),
    ("communes", Commune, COMMUNES, ("code",)),
    ("provinces", Province, PROVINCES, ("code",)),
)


def read_files(paths: Iterable[Path], before: Units) -> Units:
    """Read files, or all CSV files of a folder; what none of them has stays as it was before.

    Raises:
        FileRefusedError: with all that is wrong, each with the name of its file.
        OSError: one can not be read.
    """
    found: dict[str, tuple[BaseModel, ...]] = {}
    for path in _files(paths):
        try:
            name, rows = _read(path)
        except FileRefusedError as error:
            raise FileRefusedError(tuple(_of(path, fault) for fault in error.faults), error.count) from error
        if name in found:
            raise refused(HELD_TWICE.of(file=path.name, table=name))
        found[name] = rows
    units = before.model_copy(update=found)
    require_whole(units)
    return units


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        within = sorted(path.glob("*.csv"))
        if not within:
            raise refused(NO_CSV.of(folder=path.name))
        yield from within


def _of(path: Path, fault: Fault) -> Fault:
    return replace(fault, reason=OF_FILE.of(reason=fault.reason, file=path.name))


def _read(path: Path) -> tuple[str, tuple[BaseModel, ...]]:
    reader = csv.reader(lines(path), strict=True)
    faults = Faults()
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        name, model, columns, key = _table(heading)
        rows: dict[tuple[str, ...], BaseModel] = {}
        for cells in reader:
            if cells:
                _keep(rows, key, reader.line_num, _row(cells, heading, columns, model), faults)
    except csv.Error as error:
        raise refused(reasons.NO_ROW.of(why=error), reader.line_num) from error
    faults.require_none()
    if not rows:
        raise refused(NO_UNIT)
    return name, tuple(rows[at] for at in sorted(rows))


def _table(heading: Sequence[str]) -> tuple[str, type[BaseModel], Mapping[str, str], tuple[str, ...]]:
    for table in _TABLES:
        _, _, columns, _ = table
        if {column for field, column in columns.items() if field not in _OPTIONAL} <= set(heading):
            return table
    needed = " | ".join(", ".join(columns.values()) for _, _, columns, _ in _TABLES)
    raise refused(reasons.COLUMNS.of(needed=needed), 1)


def _row(
    cells: Sequence[str], heading: Sequence[str], columns: Mapping[str, str], model: type[BaseModel]
) -> BaseModel | Fault:
    if len(cells) != len(heading):
        return Fault(number=0, reason=reasons.CELLS.of(found=len(cells), wanted=len(heading)))
    given = dict(zip(heading, cells, strict=True))
    try:
        read: dict[str, Any] = {field: line(given.get(column)) for field, column in columns.items()}
    except ValueError as error:
        return Fault(number=0, reason=reason_of(error))
    try:
        return model.model_validate(read)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return Fault(number=0, field=columns[str(first["loc"][0])], reason=reason_why(first))


def reason_why(error: ErrorDetails) -> Reason:
    """Return why a field of a unit can not be used."""
    known = WHY.get(error["type"])
    return known.of(**error.get("ctx", {})) if known else Reason.alike(error["msg"])


def _keep(
    rows: dict[tuple[str, ...], BaseModel],
    key: tuple[str, ...],
    number: int,
    row: BaseModel | Fault,
    faults: Faults,
) -> None:
    if isinstance(row, Fault):
        faults.add(Fault(number=number, field=row.field, reason=row.reason))
        return
    at = tuple(getattr(row, name) for name in key)
    if at in rows:
        faults.add(Fault(number=number, reason=TWICE.of(key=" → ".join(at))))
    rows[at] = row


def require_whole(units: Units) -> None:
    """Raise FileRefusedError where a unit is in none above it, or went to one that is not there."""
    provinces, communes = ({unit.code for unit in tier} for tier in (units.provinces, units.communes))
    faults = Faults()
    for commune in units.communes:
        if commune.province_code not in provinces:
            reason = NO_PROVINCE.of(name=commune.name, code=commune.province_code)
            faults.add(Fault(number=0, reason=reason))
    for former in units.former:
        if former.new_code not in communes:
            reason = NO_COMMUNE.of(name=former.name, code=former.new_code)
            faults.add(Fault(number=0, reason=reason))
    faults.require_none()
