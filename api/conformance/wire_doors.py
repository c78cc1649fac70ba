"""What went over the wire at each door; that of events and papers is read in `wire`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from api.conformance.dossier_facts import WHOLE
from api.conformance.faults import Target
from api.conformance.wire import KEPT, REFUSED, Told, digest, event_told, json_of, outcomes_in, told_in
from api.problems import Problem
from api.recording.csv_file_cells import CellError, bare, status
from api.recording.csv_file_table import Row, Table, read

OF_CONDITIONS = frozenset({409, 412})
"""Answers that say how a dossier stands, and nothing of what was told (RFC 9110, 15.5.10 and 15.5.13)."""
NEW_OR_KNOWN = frozenset({"created", "updated"})
DOSSIER, LIST, THING = 4, 5, 6
"""Where an address has the code, the list and the id: `/v1/agency/dossiers/{code}/payments/{source_id}`."""


def part_of(path: str, place: int) -> str:
    """Return a part of an address; what is not there is empty."""
    parts = path.rstrip("/").split("/")
    return unquote(parts[place]) if place < len(parts) else ""


def read_request(target: Target, path: str, content_type: str, body: bytes) -> tuple[Sequence[Told], int]:
    """Read what a request tells, and how many things its batch holds (0 for no batch).

    What can not be read tells nothing: the API says so itself.
    """
    if target is Target.DOSSIERS:
        return _dossiers(part_of(path, DOSSIER), json_of(body))
    if target is Target.ARRANGEMENTS:
        return _thing(path, body), 0
    if target is Target.TABLES:
        return _rows(body), 0
    return told_in(target, content_type, body)


def read_answer(target: Target, status_code: int, body: bytes, told: Sequence[Told]) -> Sequence[str]:
    """Read what an answer says of each thing told, in its order; nothing where it says nothing."""
    if target is Target.DOSSIERS and status_code in OF_CONDITIONS:
        return ()
    given = json_of(body)
    if status_code < 400 and isinstance(given, dict):  # noqa: PLR2004 - HTTP's classes of failures
        if target is Target.DOSSIERS:
            return list(_of_dossiers(_documents(given.get("results", [given])), told))
        if target is Target.TABLES:
            return [str(row.get("outcome")) for row in _documents(given.get("rows"))]
    return outcomes_in(status_code, body, len(told))


def _documents(given: Any) -> list[Mapping[str, Any]]:
    return [one if isinstance(one, dict) else {} for one in given] if isinstance(given, list) else []


def _dossiers(code: str, given: Any) -> tuple[Sequence[Told], int]:
    """Read a dossier whose code is in the address, or a batch of those that name themselves."""
    if not isinstance(given, dict):
        return (), 0
    if code:
        return list(_dossier(code, given)), 0
    items = _documents(given.get("dossiers"))
    return [told for item in items for told in _dossier(str(item.get("code")), item)], len(items)


def _dossier(code: str, given: Mapping[str, Any]) -> Iterator[Told]:
    """Yield a dossier, and then its events, whose ids are those of the door of events."""
    said = repr(sorted((name, repr(value)) for name, value in given.items()))
    yield Told(source_id=code, key=(code, WHOLE), content=digest(said.encode()), state=True)
    for event in _documents(given.get("events")):
        yield event_told({"dossier_code": code} | dict(event))


def _of_dossiers(answers: Sequence[Mapping[str, Any]], told: Sequence[Told]) -> Iterator[str]:
    """Yield what became of each dossier, and of its events; those of one that was refused are, too."""
    answered, whole = iter(answers), REFUSED
    events: Iterator[str] = iter(())
    for one in told:
        if not one.state:
            yield next(events, whole)
            continue
        answer = next(answered, {})
        whole = "accepted" if answer.get("outcome") in NEW_OR_KNOWN | KEPT else REFUSED
        events = (str(event.get("outcome")) for event in _documents(answer.get("events")))
        yield whole


def _thing(path: str, body: bytes) -> Sequence[Told]:
    given = json_of(body)
    if not isinstance(given, dict):
        return ()
    # A change and a first telling of the same words are not the same: one of them may be refused alone.
    named = part_of(path, THING)
    said = repr((bool(named), sorted((name, repr(value)) for name, value in given.items())))
    key = (part_of(path, DOSSIER), part_of(path, LIST))
    source_id = named or str(given.get("source_id"))
    return [Told(source_id=source_id, key=key, content=digest(said.encode()), state=True)]


def _rows(body: bytes) -> Sequence[Told]:
    try:
        table = read(body)
    except Problem:
        return ()
    return [_row(row, table) for row in table.rows]


def _row(row: Row, table: Table) -> Told:
    """Read a row; one without an id is called by what it says, as the API does."""
    cells = {
        field: bare(row.cells[place]) if place < len(row.cells) else ""
        for field, place in table.places.items()
    }
    named = cells.pop("/event_id", "")
    content = digest(repr(sorted((field, cell) for field, cell in cells.items() if cell)).encode())
    key = (cells["/dossier_code"], _status(cells["/status"]))
    return Told(source_id=named or f"csv-{content.hex()[:12]}", key=key, content=content)


def _status(cell: str) -> str:
    try:
        return str(status(cell))
    except CellError:
        return cell
