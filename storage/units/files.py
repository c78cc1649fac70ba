"""Files of administrative units: CSV, each told apart by its headings; all that is wrong is named at once."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from storage.procedures.formats.cleaning import line
from storage.procedures.formats.faults import Fault, Faults, FileRefusedError, refused
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
            raise refused(f"{path.name} holds {name}, and so does another file")
        found[name] = rows
    units = before.model_copy(update=found)
    _require_whole(units)
    return units


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        within = sorted(path.glob("*.csv"))
        if not within:
            raise refused(f"{path.name} holds no CSV file")
        yield from within


def _of(path: Path, fault: Fault) -> Fault:
    return Fault(number=fault.number, field=fault.field, reason=f"{fault.reason} ({path.name})")


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
        raise refused(f"it is no row of a table ({error})", reader.line_num) from error
    faults.require_none()
    if not rows:
        raise refused("it holds no unit")
    return name, tuple(rows[at] for at in sorted(rows))


def _table(heading: Sequence[str]) -> tuple[str, type[BaseModel], Mapping[str, str], tuple[str, ...]]:
    for table in _TABLES:
        _, _, columns, _ = table
        if {column for field, column in columns.items() if field not in _OPTIONAL} <= set(heading):
            return table
    needed = "; or ".join(", ".join(columns.values()) for _, _, columns, _ in _TABLES)
    raise refused(f"its columns must be {needed}", 1)


def _row(
    cells: Sequence[str], heading: Sequence[str], columns: Mapping[str, str], model: type[BaseModel]
) -> BaseModel | Fault:
    if len(cells) != len(heading):
        return Fault(number=0, reason=f"it has {len(cells)} cells, and the heading {len(heading)}")
    given = dict(zip(heading, cells, strict=True))
    try:
        read: dict[str, Any] = {field: line(given.get(column)) for field, column in columns.items()}
    except ValueError as error:
        return Fault(number=0, reason=str(error))
    try:
        return model.model_validate(read)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return Fault(number=0, field=columns[str(first["loc"][0])], reason=first["msg"])


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
        faults.add(Fault(number=number, reason=f"{' → '.join(at)} stands there already"))
    rows[at] = row


def _require_whole(units: Units) -> None:
    """Raise FileRefusedError where a unit is in none above it, or went to one that is not there."""
    provinces, communes = ({unit.code for unit in tier} for tier in (units.provinces, units.communes))
    faults = Faults()
    for commune in units.communes:
        if commune.province_code not in provinces:
            faults.add(
                Fault(number=0, reason=f"{commune.name}: there is no province {commune.province_code}")
            )
    for former in units.former:
        if former.new_code not in communes:
            faults.add(Fault(number=0, reason=f"{former.name}: there is no commune {former.new_code}"))
    faults.require_none()
