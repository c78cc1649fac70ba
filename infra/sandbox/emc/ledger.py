"""The reports that were taken in: in memory, and gone with the process."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator

from infra.sandbox.credentials import EMC
from infra.sandbox.emc.forms import Report

TAKEN_IN = "00"
KNOWN = "01"
WRONG_DATA = "02"
NOT_OVER = "03"
WRONG_UNIT = "04"
NO_SUCH_RECEIPT = "05"
FIRST_BEFORE = "06"
OTHER_CONTENT = "07"
SMALL_GROUP = "08"

WORDS = {
    TAKEN_IN: "Đã tiếp nhận",
    KNOWN: "Mã giao dịch đã tồn tại",
    WRONG_DATA: "Dữ liệu không hợp lệ",
    NOT_OVER: "Kỳ báo cáo chưa kết thúc",
    WRONG_UNIT: "Mã đơn vị không đúng",
    NO_SUCH_RECEIPT: "Không có báo cáo gốc với số tiếp nhận này",
    FIRST_BEFORE: "Kỳ này đã được báo cáo: gửi báo cáo điều chỉnh, nêu số tiếp nhận gốc",
    OTHER_CONTENT: "Mã giao dịch đã dùng cho nội dung khác",
    SMALL_GROUP: "Có nhóm dưới 5 chưa được ẩn",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """A report under its number."""

    number: str
    at: dt.datetime
    report: Report


class Ledger:
    """Takes reports in, each key once."""

    def __init__(self, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._numbered = 0

    def __iter__(self) -> Iterator[Entry]:
        """Go through all reports, the oldest first."""
        return iter(self._entries.values())

    def find(self, key: str) -> Entry | None:
        """Return a report by the key of whoever sent it."""
        return self._entries.get(key)

    def clear(self) -> None:
        """Forget all reports, and not which numbers were given."""
        self._entries.clear()

    def take(self, report: Report) -> tuple[str, Entry | None]:
        """Take a report in; return a code of `WORDS`, and where it is kept, if it is."""
        if known := self.find(report.MaGiaoDich):
            return (KNOWN, known) if known.report == report else (OTHER_CONTENT, None)
        if objection := self._objection(report):
            return objection, None
        self._numbered += 1
        number = f"EMC-{report.KyBaoCao}-{self._numbered:06d}"
        entry = Entry(number=number, at=self._clock(), report=report)
        self._entries[report.MaGiaoDich] = entry
        return TAKEN_IN, entry

    def _objection(self, report: Report) -> str | None:
        if report.MaDonVi != EMC.unit:
            return WRONG_UNIT
        if not report.is_over(self._clock()):
            return NOT_OVER
        if any(report.small()):
            return SMALL_GROUP
        first = next((one for one in self if one.report.KyBaoCao == report.KyBaoCao), None)
        if report.SoTiepNhanGoc is None:
            return FIRST_BEFORE if first else None
        return None if first and first.number == report.SoTiepNhanGoc else NO_SUCH_RECEIPT
