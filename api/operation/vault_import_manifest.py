"""The list of papers in a folder: CSV or JSON Lines, what is said of each and where its file is."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from api.intake.schemas import NewResult, Owner, Superseded
from api.problems import FieldError, from_pydantic
from storage.procedures.formats.containers import Row, heading, json_lines, rows
from storage.procedures.formats.faults import Fault, refused
from storage.procedures.formats.reasons import Reason
from storage.procedures.formats.source import lines

NAMES = ("manifest.csv", "manifest.jsonl")
ONE_MANIFEST = Reason(
    vi="thư mục phải có đúng một trong các tệp {names}", en="the folder must hold just one of {names}"
)
NO_COLUMN = Reason(vi="không có cột {name}; các cột là: {known}", en="there is no column {name}, but {known}")
ONE_COLUMN = Reason(vi="phải có đúng một cột {name}", en="there must be just one column {name}")
_PARTS: Mapping[str, type[BaseModel]] = {"owner": Owner, "supersedes": Superseded}


FileName = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Entry(NewResult):
    """A paper, and its file within the folder."""

    file: Annotated[str, StringConstraints(min_length=1, max_length=1024)] = Field(
        examples=["2024/ks-12.pdf"]
    )


def _columns() -> Iterator[str]:
    for name in Entry.model_fields:
        yield from (f"{name}.{part}" for part in _PARTS[name].model_fields) if name in _PARTS else (name,)


COLUMNS = tuple(_columns())
"""Of a table; of the owner and of the paper superseded each part has one, as `owner.number`."""
_NEEDED = tuple(name for name, one in Entry.model_fields.items() if one.is_required())


def manifest_of(folder: Path) -> Path:
    """Return the one list of a folder. Raises FileRefusedError where there is none, or both."""
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if len(found) != 1:
        raise refused(ONE_MANIFEST.of(names=", ".join(NAMES)))
    return found[0]


def read_rows(manifest: Path) -> Iterator[Row | Fault]:
    """Yield the rows of a list as they are written.

    Raises:
        FileRefusedError: it is not UTF-8, a line is too long, or columns are missing, there twice or unknown.
        OSError: it can not be read.
    """
    text = lines(manifest)
    if manifest.suffix == ".jsonl":
        yield from json_lines(text)
        return
    names, delimiter = heading(next(text, ""))
    names = [name.strip() for name in names]
    _require(names)
    for row in rows(text, names, delimiter):
        yield Row(number=row.number, record=_nested(row.record)) if isinstance(row, Row) else row


def read_entry(row: Row) -> Entry | Sequence[Fault]:
    """Return what a row says, or all that is wrong with it."""
    try:
        return Entry.model_validate(row.record)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        return [fault_of(row.number, one) for one in found]


def fault_of(number: int, error: FieldError) -> Fault:
    """Tell what is wrong with a field of a line."""
    field = error.pointer.removeprefix("/metadata").removeprefix("/")
    reason = Reason(**{locale: error.as_json(locale)["detail"] for locale in ("vi", "en")})
    return Fault(number=number, field=field or None, reason=reason)


def _require(names: Sequence[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            raise refused(NO_COLUMN.of(name=name or "''", known=", ".join(COLUMNS)), 1)
    for name in chain(_NEEDED, names):
        if names.count(name) != 1:
            raise refused(ONE_COLUMN.of(name=name), 1)


def _nested(record: Mapping[str, str]) -> Mapping[str, Any]:
    """Put the parts of what has parts together."""
    nested: dict[str, Any] = {}
    for name, cell in record.items():
        whole, _, part = name.partition(".")
        if part:
            nested.setdefault(whole, {})[part] = cell
        else:
            nested[whole] = cell
    return nested
