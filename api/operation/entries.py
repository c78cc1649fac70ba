"""Files that an operator imports, read entry by entry: what can not be used is named by place and field."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from api.text import Clean
from storage.agencies.codes import normalise_agency_code
from storage.procedures.codes import split_procedure_code


class FileError(Exception):
    """The file can not be used; the message says where it is at fault, and why."""


def _code(words: str, read: Callable[[str], str]) -> AfterValidator:
    def run(text: str) -> str:
        try:
            return read(text)
        except ValueError as error:
            raise ValueError(words) from error

    return AfterValidator(run)


def _keepable(value: Any) -> Any:
    """Refuse what PostgreSQL keeps in no JSON: NUL, and halves of surrogate pairs."""
    for text in _texts(value):
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError("it holds a character that can not be kept")
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


AgencyCode = Annotated[str, Clean, _code("it is no code of an agency", normalise_agency_code)]
ProcedureCode = Annotated[
    str, Clean, _code("it is no code of a procedure", lambda text: split_procedure_code(text)[0])
]
Name = Annotated[str, StringConstraints(min_length=1), Clean]


class AgencyEntry(BaseModel):
    """An agency: codes in any of their forms, `parent` above it, `aliases` by which it is met as well."""

    model_config = ConfigDict(extra="forbid")

    code: AgencyCode
    name: Name
    parent: AgencyCode | None = None
    aliases: list[AgencyCode] = Field(default_factory=list)


class ProcedureEntry(BaseModel):
    """A procedure of the catalogue; whatever else is known of it is kept as it was published."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(_keepable)]] = Field(init=False)

    code: ProcedureCode
    name: Name
    field: Name | None = None
    agency: Name | None = None


Entry = TypeVar("Entry", bound=BaseModel)


def read_list(path: Path, model: type[Entry]) -> list[Entry]:
    """Read a JSON list. Raises FileError."""
    content = _json(path.name, _text(path))
    if not isinstance(content, list):
        raise FileError(f"{path.name} is no JSON list")
    return list(_checked(model, path, "item", enumerate(content, start=1)))


def read_lines(path: Path, model: type[Entry]) -> list[Entry]:
    """Read JSON Lines; blank ones are passed over. Raises FileError."""
    lines = enumerate(_text(path).split("\n"), start=1)
    content = ((number, _json(f"{path.name}, line {number}", line)) for number, line in lines if line.strip())
    return list(_checked(model, path, "line", content))


def _checked(
    model: type[Entry], path: Path, unit: Literal["item", "line"], content: Iterable[tuple[int, Any]]
) -> Iterator[Entry]:
    for number, given in content:
        try:
            yield model.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = "".join(f", {part}" for part in first["loc"])
            words = first["msg"].removeprefix("Value error, ")
            raise FileError(f"{path.name}, {unit} {number}{where}: {words}") from error


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
