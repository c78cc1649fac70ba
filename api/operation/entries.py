"""Files that an operator imports, read entry by entry: what can not be used is named by place and field."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    StringConstraints,
    ValidationError,
)

from api.text import Clean
from storage.agencies.codes import normalise_agency_code


class FileError(Exception):
    """The file can not be used; the message says where it is at fault, and why."""


def _code(words: str, read: Callable[[str], str]) -> AfterValidator:
    def run(text: str) -> str:
        try:
            return read(text)
        except ValueError as error:
            raise ValueError(words) from error

    return AfterValidator(run)


AgencyCode = Annotated[str, Clean, _code("it is no code of an agency", normalise_agency_code)]
Name = Annotated[str, StringConstraints(min_length=1), Clean]


Entry = TypeVar("Entry", bound=BaseModel)


def read_either(path: Path, model: type[Entry]) -> list[tuple[str, Entry]]:
    """Read JSON Lines or one JSON list; return each entry with its place, as `line 3`. Raises FileError."""
    text = _text(path)
    if not text.lstrip().startswith("["):
        return list(_checked(model, path, _lines(path, text)))
    items = enumerate(_json(path.name, text), start=1)
    return list(_checked(model, path, ((f"item {number}", given) for number, given in items)))


def _lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"line {number}", _json(f"{path.name}, line {number}", line)


def _checked(
    model: type[Entry], path: Path, content: Iterable[tuple[str, Any]]
) -> Iterator[tuple[str, Entry]]:
    for place, given in content:
        try:
            yield place, model.model_validate(given)
        except ValidationError as error:
            raise FileError(f"{path.name}, {place}{first_fault(error)}") from error


def first_fault(error: ValidationError) -> str:
    """Say which field is wrong and why, after a comma."""
    first = error.errors(include_url=False)[0]
    where = "".join(f", {part}" for part in first["loc"])
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileError(f"{path.name}, line {line}: it is not UTF-8") from error


def _json(place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{place}: it is no JSON ({error})") from error
