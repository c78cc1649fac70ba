"""A file of portal-style records: JSON Lines in UTF-8, with or without a byte order mark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.connectors.fields import RecordError
from api.connectors.records import to_event

BLANK = b" \t\r\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One usable line: its number in the file, the record, and the event that it became."""

    number: int
    record: Mapping[str, Any]
    event: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The dossier's code."""
        return str(self.event["dossier_code"])

    @property
    def agency(self) -> str:
        """Whose dossier it is, by its code."""
        return str(self.event["agency_code"])

    @property
    def top(self) -> str:
        """The top-level agency, whose client tells it."""
        return self.agency.split(".")[0]


@dataclass(kw_only=True)
class RecordFile:
    """What a file holds.

    Attributes:
        count: lines that are not blank.
        refused: why lines can not be used, by their number.
    """

    count: int = 0
    lines: list[Line] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


class LineError(Exception):
    """A line that can not be used; the message says why."""


def read(path: Path) -> RecordFile:
    """Read a file. Raises OSError."""
    found, now = RecordFile(), datetime.now(UTC)
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip(BLANK):
            continue
        found.count += 1
        try:
            record = _record(raw)
            found.lines.append(Line(number=number, record=record, event=_event(record, now)))
        except (LineError, RecordError) as error:
            found.refused[number] = str(error)
    return found


def _record(raw: bytes) -> dict[str, Any]:
    try:
        record = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LineError("không phải UTF-8 · is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise LineError("không phải JSON · is no JSON") from error
    if not isinstance(record, dict):
        raise LineError("không phải đối tượng JSON · is no JSON object")
    return record


def _event(record: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    event = to_event(record, now)
    if "agency_code" not in event:
        raise LineError("MaHoSo: không có mã cơ quan · names no agency")
    return event
