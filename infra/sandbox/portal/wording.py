"""The two ways in which one record is written: as the session interface does, and as the newer one.

The store keeps what the session interface writes: dates yyyyMMddHHmmss of Vietnam, kinds of applicant from 1.
The newer one writes dates in ISO 8601 and counts kinds from 0.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from infra.sandbox.portal.codes import INVALID, PortalRefusal

VIETNAM = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
FORMAT = "%Y%m%d%H%M%S"
_DIGITS = re.compile(r"[0-9]{14}")
_DATE = re.compile(r"(Ngay|ThoiDiem)[A-Z]\w*")
_KIND = "LoaiDoiTuong"


def read_date(text: str) -> dt.datetime:
    """Read a date of the session interface. Raises ValueError."""
    if not _DIGITS.fullmatch(text):
        raise ValueError("a date has 14 digits")
    return dt.datetime.strptime(text, FORMAT).replace(tzinfo=VIETNAM)


def to_iso(record: Any) -> Any:
    """Write a kept record as the newer interface does."""
    return _walk(record, lambda text: read_date(text).isoformat(), lambda kind: kind - 1)


def from_iso(record: Any) -> Any:
    """Read a record of the newer interface. Raises PortalRefusal."""
    return _walk(record, digits, lambda kind: kind + 1)


def digits(text: str) -> str:
    """Write a date of the newer interface as it is kept. Raises ValueError."""
    # The newer interface takes no date that is written the old way.
    if "-" not in text:
        raise ValueError("a date is written in ISO 8601")
    read = dt.datetime.fromisoformat(text)
    local = read.astimezone(VIETNAM) if read.tzinfo else read
    return local.strftime(FORMAT)


def _walk(value: Any, date: Callable[[str], str], kind: Callable[[int], int], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _walk(one, date, kind, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_walk(one, date, kind) for one in value]
    try:
        if isinstance(value, str) and value and _DATE.fullmatch(name):
            return date(value)
        return str(kind(int(value))) if name == _KIND else value
    except (ValueError, TypeError) as error:
        raise PortalRefusal(INVALID, name) from error
