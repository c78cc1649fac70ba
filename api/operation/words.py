"""How an operator's commands say what they found: in Vietnamese and in English."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json
from rich.table import Table
from rich.text import Text

from storage.dossiers.working_days import VIETNAM

NOTHING = "–"
_VIETNAMESE: Mapping[str, str] = {
    "waiting": "Đang chờ",
    "sending": "Đang gửi",
    "accepted": "Đã nhận",
    "rejected": "Bị từ chối",
    "unreachable": "Không tới được",
    "expired": "Quá hạn",
    "no_address": "Không còn địa chỉ",
    "suppressed": "Địa chỉ đang bị chặn",
    "turned_off": "Người nhận đã tắt",
    "withdrawn": "Đã thu hồi",
    "received": "Đã có trong ứng dụng",
    "undelivered": "Không đến nơi",
    "sent": "Đã chuyển",
    "delivered": "Đã đến",
    "failed": "Không đến",
    "read": "Đã đọc",
    "queued": "Gửi lại",
    "replayed_before": "Đã gửi lại trước đó",
    "received_meanwhile": "Đã nhận trong ứng dụng",
    "one_time_code": "Mã dùng một lần, nay vô ích",
    "notice_gone": "Thông báo không còn",
}
_ENGLISH: Mapping[str, str] = {
    "queued": "to be sent again",
    "replayed_before": "was sent again before",
    "received_meanwhile": "received in the app meanwhile",
    "one_time_code": "a one-time code, worth nothing later",
    "notice_gone": "the notice is gone",
}


def table_of(*titles: str, whole: Collection[str] = ()) -> Table:
    """Return a table that cuts nothing off: what is too wide goes on below.

    Args:
        titles: of the columns.
        whole: those of codes and ids, which stay in one line to be copied.
    """
    table = Table()
    for title in titles:
        table.add_column(title, overflow="fold", no_wrap=title in whole)
    return table


def words(code: str | None) -> str:
    """Say a code in both languages; one that is new here as it stands, so that none is ever hidden."""
    if code is None:
        return NOTHING
    english = _ENGLISH.get(code, code)
    return f"{_VIETNAMESE[code]} · {english}" if code in _VIETNAMESE else english


def with_code(word: str | None, code: str | None) -> str:
    """Say an outcome, and the provider's own word for it."""
    return f"{words(word)} ({code})" if code else words(word)


def when(moment: datetime | None) -> str:
    """Say a time as it is in Vietnam."""
    return NOTHING if moment is None else f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def lasted(time: timedelta) -> str:
    """Say a length of time, to the second."""
    return str(timedelta(seconds=round(time.total_seconds())))


def add_row(table: Table, *cells: str) -> None:
    """Add a row as it stands: what a provider or an operator wrote may look like rich's own markup."""
    table.add_row(*map(Text, cells))


def json_of(answer: Any) -> str:
    """Return an answer for a program: times in UTC (RFC 3339), lengths of time in seconds."""
    return to_json(answer, indent=2, timedelta_mode="float").decode()
