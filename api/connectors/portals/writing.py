"""Filling in a record, field by field, within what a deployment takes. Pure."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from api.connectors.dialect import PortalDialect
from api.connectors.portals.rules import Measure, RecordRules

T = TypeVar("T")
_SIZES: Mapping[Measure, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A record as it is sent.

    Attributes:
        lost: fields that do not say all: a text was cut, a time has fewer digits than ours, or the
            deployment has no word for it or does not take it.
    """

    record: Mapping[str, Any] = field(repr=False)
    lost: frozenset[str]


def cut(text: str, length: int, measure: Measure = "characters") -> str:
    """Return as much of a text as fits, in NFC, and never a letter without the marks that belong to it."""
    size = _SIZES[measure]
    composed = unicodedata.normalize("NFC", text)
    if size(composed) <= length:
        return composed
    end = min(len(composed), length)
    while size(composed[:end]) > length:
        end -= 1
    # Letters that have no composed form are followed by their marks.
    while end and unicodedata.combining(composed[end]):
        end -= 1
    return composed[:end].rstrip()


def within_limit(rules: RecordRules, name: str, text: str) -> str:
    """Return as much of a text as a deployment has room for in a field."""
    return cut(text, rules.limits.get(name, len(text.encode())), rules.measure)


def as_taken(rules: RecordRules, name: str, text: str) -> str:
    """Return what is left of a text where a deployment was told it in a field."""
    return "" if name in rules.omitted else within_limit(rules, name, text)


class Writing:
    """A record that is being filled in. What is none is left out."""

    def __init__(self, dialect: PortalDialect, rules: RecordRules) -> None:
        self._dialect, self._rules = dialect, rules
        self._record: dict[str, Any] = {}
        self._lost: set[str] = set()

    def put(self, name: str, value: Any) -> None:
        """Write what is written as it is: a code, a number, a list."""
        if value is None:
            return
        if name in self._rules.omitted:
            self._lost.add(name)
        else:
            self._record[name] = value

    def text(self, name: str, value: str | None) -> None:
        """Write a text, as long as it may be."""
        if not value or not (whole := unicodedata.normalize("NFC", value).strip()):
            return
        kept = within_limit(self._rules, name, whole)
        if kept != whole:
            self._lost.add(name)
        self.put(name, kept)

    def time(self, name: str, value: str | None) -> None:
        """Write a moment that is given in ISO 8601 with its offset. Raises ValueError for another."""
        if value is None:
            return
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment needs its offset")
        written = self._dialect.write_time(moment)
        if self._dialect.read_time(written) != moment:
            self._lost.add(name)
        self.put(name, written)

    def coded(self, name: str, value: T | None, word: Callable[[T], str]) -> None:
        """Write their code for something of ours, where they have one."""
        if value is None:
            return
        try:
            self.put(name, word(value))
        except KeyError:
            self._lost.add(name)

    def each(self, name: str, entries: Sequence[Written]) -> None:
        """Write a list of objects."""
        if entries:
            self.put(name, [entry.record for entry in entries])
            self._lost.update(*(entry.lost for entry in entries))

    def constants(self, given: Mapping[str, str]) -> None:
        """Write what is always the same, in place of what was written there."""
        self._record |= given

    def within(self) -> "Writing":
        """Return an object within this one, still empty."""
        return Writing(self._dialect, self._rules)

    def done(self) -> Written:
        """Return the record."""
        return Written(record=dict(self._record), lost=frozenset(self._lost))
