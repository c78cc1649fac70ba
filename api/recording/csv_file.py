"""A table of events, for agencies whose system can write no more: each row is one, by itself. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.problems import FieldError, Problem
from api.recording import service
from api.recording.csv_file_cells import READERS, CellError, bare, kind_of
from api.recording.csv_file_table import Row, Table
from api.recording.schemas import DossierEvent, EventAnswer, Refused

EVENT_ID = "row"
"""Stands for the id of a row that has none, until the row is read."""
LONGEST_ID = 128
_NUMBER, _KIND = "/applicant/number", "/applicant/kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of a table: events, and refusals of what is none; both by the row's place among the rows."""

    table: Table
    good: Mapping[int, DossierEvent] = field(repr=False)
    answers: Mapping[int, EventAnswer] = field(repr=False)


@dataclass(slots=True)
class _Item:
    """A row on its way to an event: what was read of it, and what could not be."""

    told: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def put(self, pointer: str, value: object) -> None:
        """Set a field."""
        *above, name = pointer.split("/")[1:]
        (self.told.setdefault(above[0], {}) if above else self.told)[name] = value

    def read(self, pointer: str, cell: str, reader: Callable[[str], object], *, at: str = "") -> None:
        """Set a field to what a cell says, or note that it can not be read; `at` is whose cell it is."""
        try:
            self.put(pointer, reader(cell))
        except CellError as error:
            self.errors.append(FieldError(pointer=at or pointer, code=error.code))


def parse(table: Table, now: datetime, locale: str, identify: Callable[[str], str]) -> Sheet:
    """Make an event of each row; refuse those of which none can be made, naming all that is wrong with each.

    Args:
        table: the file.
        now: nothing may have happened later, but for the error of a clock.
        locale: of the answers.
        identify: makes the id of an event that has none from its content (`DossierEvent.content`), so that a
            row sent twice, in one file or two, is one event.
    """
    items = [_item(row, table) for row in table.rows]
    parsed = service.parse([item.told for item in items], now, locale)
    good: dict[int, DossierEvent] = {}
    answers: dict[int, EventAnswer] = {}
    for index, item in enumerate(items):
        event = parsed.good.get(index)
        if event is not None and not item.errors:
            good[index] = _identified(event, identify)
        else:
            answers[index] = _refusal(item, parsed.answers.get(index), locale)
    return Sheet(table=table, good=good, answers=answers)


def _item(row: Row, table: Table) -> _Item:
    item = _Item(told={"event_id": EVENT_ID})
    for pointer, place in table.places.items():
        cell = bare(row.cells[place]) if place < len(row.cells) else ""
        if cell:
            item.read(pointer, cell, READERS.get(pointer, str))
    applicant = item.told.get("applicant", {})
    if "number" in applicant and "kind" not in applicant:
        item.read(_KIND, applicant["number"], kind_of, at=_NUMBER)
    if any(cell.strip() for cell in row.cells[len(table.headings) :]):
        item.errors.append(FieldError(pointer="", code="cell-beyond"))
    return item


def _identified(event: DossierEvent, identify: Callable[[str], str]) -> DossierEvent:
    if event.event_id != EVENT_ID:
        return event
    return event.model_copy(update={"event_id": identify(event.content())})


def _refusal(item: _Item, parsed: EventAnswer | None, locale: str) -> EventAnswer:
    """Refuse a row by what could not be read in it, and by what is wrong with the rest."""
    unread = {error.pointer for error in item.errors}
    others = parsed.reason.errors if isinstance(parsed, Refused) else ()
    errors = [*item.errors, *(error for error in others if error.pointer not in unread)]
    given = item.told["event_id"]
    event_id = None if given == EVENT_ID else str(given)[:LONGEST_ID]
    return service.refused(event_id, Problem("validation", 422, errors=errors), locale)
