"""Reading a record field by field, so that what can not be used is named by its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


class RecordError(ValueError):
    """A field can not be used. ``field`` is its place: `methods/0/fees/2/amount`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class At:
    """An object within a record, and its place there."""

    place: str
    record: Mapping[str, Any]

    def read(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return a field, parsed. Raises RecordError where `parse` raises ValueError."""
        try:
            return parse(self.record.get(name))
        except ValueError as error:
            raise RecordError(f"{self.place}{name}", str(error)) from error

    def items(self, name: str) -> Iterator["At"]:
        """Yield the objects of a list. Raises RecordError where it holds anything else."""
        entries = self.record.get(name)
        if entries is None:
            return
        if not isinstance(entries, list):
            raise RecordError(f"{self.place}{name}", "it is no list")
        for number, entry in enumerate(entries):
            place = f"{self.place}{name}/{number}"
            if not isinstance(entry, Mapping):
                raise RecordError(place, "it is no object")
            yield At(f"{place}/", entry)


def at(name: str, parse: Callable[[Any], T], record: Mapping[str, Any]) -> T:
    """Return a field of a record itself. Raises RecordError."""
    return At("", record).read(name, parse)


def items(record: Mapping[str, Any], name: str) -> Iterator[At]:
    """Yield the objects of a list of a record itself. Raises RecordError."""
    return At("", record).items(name)
