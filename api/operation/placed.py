"""Files that an operator imports, read to the end: all that is wrong with them is named at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Generic, Literal, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from api.operation.catalogue_show import print_refusal, refusal
from api.operation.vault_import_manifest import fault_of
from api.operation.words import json_of
from api.problems import FieldError, from_pydantic
from storage.procedures.formats.containers import Row, json_document, json_lines, parse_json
from storage.procedures.formats.faults import Fault, Faults, FileRefusedError, refused
from storage.procedures.formats.reasons import EMPTY
from storage.procedures.formats.source import lines

T = TypeVar("T", bound=BaseModel)
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Generic[T]):
    """An entry, and where in the file it stands."""

    entry: T
    number: int
    unit: Literal["line", "item"]

    @property
    def place(self) -> dict[str, int]:
        """Name the place for a program: `{"line": 3}`."""
        return {self.unit: self.number}

    def fault(self, field: str, code: str, **params: object) -> Fault:
        """Tell what is wrong with a field of it, by a word of `api.field_texts`."""
        found = fault_of(self.number, FieldError(pointer=f"/{field}", code=code, params=params))
        return replace(found, unit=self.unit)


def read_placed(path: Path, model: type[T]) -> Sequence[Placed[T]]:
    """Read JSON Lines, a JSON list, or one JSON object, each entry with its place.

    Raises:
        FileRefusedError: it holds nothing, or something that can not be used; up to 20 are named.
        OSError: it can not be read.
    """
    faults, placed = Faults(), list[Placed[T]]()
    for row in _rows(path):
        if isinstance(row, Fault):
            faults.add(row)
            continue
        try:
            entry = model.model_validate(row.record)
        except ValidationError as error:
            for one in from_pydantic(error.errors(include_url=False, include_input=False)):
                faults.add(replace(fault_of(row.number, one), unit=row.unit))
        else:
            placed.append(Placed(entry=entry, number=row.number, unit=row.unit))
    faults.require_none()
    if not placed:
        raise refused(EMPTY)
    return placed


@contextmanager
def refusals_told(file: Path, *, as_json: bool) -> Iterator[None]:
    """Say what is wrong with a file, and end the command with code 2."""
    try:
        yield
    except FileRefusedError as error:
        if as_json:
            typer.echo(json_of(refusal(error)))
        else:
            print_refusal(file.name, error)
        raise typer.Exit(2) from error


def _rows(path: Path) -> Iterator[Row | Fault]:
    text = lines(path)
    first = list(islice(text, _LOOKED_AT))
    written = [line for line in first if line.strip()]
    if not written:
        raise refused(EMPTY)
    return (json_lines if _is_one_a_line(written) else json_document)(chain(first, text))


def _is_one_a_line(written: Sequence[str]) -> bool:
    """Tell JSON Lines from a document, which may be spread over lines, by how the text begins."""
    try:
        return isinstance(parse_json(written[0]), dict)
    except ValueError:
        # Where the next line begins an object as well, this is a bad line, and not the beginning of one.
        return all(line.lstrip().startswith("{") for line in written[:2]) and len(written) > 1
