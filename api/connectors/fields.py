"""Fields of a record, read whatever way a deployment fills them: null, empty, numbers as text, NFD."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from api.connectors.dialect import PortalDialect

T = TypeVar("T")
WORDS = {"missing": "thiếu · is missing", "malformed": "không đúng dạng · is malformed"}


class RecordError(Exception):
    """A field of a record that can not be used: its name there, and `missing` or `malformed`."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {WORDS[reason]}")
        self.field, self.reason = field, reason


class Fields:
    """A record, or an object within one. Every reading raises RecordError for what is malformed."""

    def __init__(self, record: Mapping[str, Any], dialect: PortalDialect) -> None:
        self._record = record
        self.dialect = dialect

    def text(self, name: str) -> str | None:
        """Return the text of a field in NFC, without outer space; none where it is absent or empty."""
        value = self._record.get(name)
        if value is None:
            return None
        if isinstance(value, str) and value.isascii():
            return value.strip() or None
        # Converters from XML write an empty element as an empty object or list, some as false.
        if value is False or value in ([], {}):
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise RecordError(field=name, reason="malformed")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        try:
            text = unicodedata.normalize("NFC", str(value)).strip()
            text.encode()
        except ValueError as error:  # half of a surrogate pair, or a number of thousands of digits
            raise RecordError(field=name, reason="malformed") from error
        return text or None

    def has(self, name: str) -> bool:
        """Whether there is anything in a field, though it may come to nothing."""
        return self._record.get(name) is not None

    def is_number(self, name: str) -> bool:
        """Whether the field is a JSON number: one that has lost the zeros in front of it."""
        return isinstance(self._record.get(name), int | float)

    def required(self, name: str, parse: Callable[[str], T]) -> T:
        """Return a field that there must be."""
        read = self.optional(name, parse)
        if read is None:
            raise RecordError(field=name, reason="missing")
        return read

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return a field, or none where it is absent. `parse` raises ValueError or KeyError."""
        # Of the many fields that a record may bear, a step of progress has a few.
        if self._record.get(name) is None or (text := self.text(name)) is None:
            return None
        try:
            return parse(text)
        except (ValueError, KeyError) as error:
            raise RecordError(field=name, reason="malformed") from error

    def usable(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return a field where it is sound, else none: for what must not hide a status."""
        try:
            return self.optional(name, parse)
        except RecordError:
            return None

    def time(self, name: str) -> datetime | None:
        """Return a moment in Vietnam's time."""
        # As in `optional`, and of dates it has one.
        if self._record.get(name) is None:
            return None
        return self.optional(name, self.dialect.read_time)

    def within(self, name: str) -> "Fields":
        """Return the object in a field; an empty one where there is none."""
        value = self._record.get(name)
        return Fields(value if isinstance(value, Mapping) else {}, self.dialect)

    def each(self, name: str) -> list["Fields"]:
        """Return the objects in a list."""
        listed = self._record.get(name)
        entries = listed if isinstance(listed, list) else []
        return [Fields(entry, self.dialect) for entry in entries if isinstance(entry, Mapping)]
