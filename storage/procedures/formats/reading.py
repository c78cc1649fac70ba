"""Reading a record field by field, so that what can not be used is named by its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from storage.procedures.formats.cleaning import Applied, keepable, line, text
from storage.procedures.formats.reasons import NO_COUNT, NO_LIST, NO_OBJECT, Reason, UnusableError, reason_of

T = TypeVar("T")


class RecordError(ValueError):
    """A field can not be used. ``field`` is its place: `methods/0/fees/2/amount`."""

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """An object within a record, its place there, and where it is noted how it was read."""

    record: Mapping[str, Any]
    applied: Applied
    place: str = ""

    def read(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return a field, parsed. Raises RecordError where `parse` raises ValueError."""
        try:
            return parse(self.record.get(name))
        except ValueError as error:
            raise RecordError(f"{self.place}{name}", reason_of(error)) from error

    def text(self, name: str) -> str | None:
        """Return a text, none where it is absent or empty. Raises RecordError."""
        return self.read(name, text)

    def line(self, name: str) -> str | None:
        """Return a text in one line, none where it is absent or empty. Raises RecordError."""
        return self.read(name, line)

    def items(self, name: str) -> Iterator[Self]:
        """Yield the objects of a list. Raises RecordError where it holds anything else."""
        entries = self.record.get(name)
        if entries is None:
            return
        if not isinstance(entries, list):
            raise RecordError(f"{self.place}{name}", NO_LIST)
        for number, entry in enumerate(entries):
            place = f"{self.place}{name}/{number}"
            if not isinstance(entry, Mapping):
                raise RecordError(place, NO_OBJECT)
            yield replace(self, record=entry, place=f"{place}/")

    def rest(self, known: frozenset[str]) -> dict[str, Any]:
        """Return what is said in fields that have no place of their own. Raises RecordError."""
        return {
            name: self.read(name, keepable)
            for name in self.record
            if name not in known and self.record[name] not in (None, "", [])
        }


def count(value: Any, most: int) -> int:
    """Return a whole number, 0 where there is none. Raises UnusableError for what is none, or too large."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < most:
        raise UnusableError(NO_COUNT)
    return value
