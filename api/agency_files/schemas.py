"""What became of the rows of a table."""

from typing import Self

from pydantic import BaseModel, Field

from api.recording.csv_file_report import Fault, Report
from api.recording.csv_file_table import Row
from api.recording.schemas import EventAnswer, EventOutcome


class RowFault(BaseModel):
    """One thing that is wrong with a row; `column` is its heading, and empty where it is the row itself."""

    column: str = Field(examples=["Trạng thái"])
    code: str = Field(examples=["unknown-status-name"])
    detail: str

    @classmethod
    def of(cls, fault: Fault, locale: str) -> Self:
        """Word it in `vi` or `en`."""
        return cls(column=fault.column, code=fault.code, detail=getattr(fault.words, locale))


class RowAnswer(BaseModel):
    """What became of one row; `row` is its number in a spreadsheet, the headings being 1."""

    row: int = Field(examples=[2])
    outcome: EventOutcome
    dossier_code: str | None = None
    event_id: str | None = None
    current: bool | None = None
    contradiction: bool | None = None
    notified: bool | None = None
    faults: list[RowFault] | None = None

    @classmethod
    def of(cls, row: Row, answer: EventAnswer, faults: tuple[Fault, ...], locale: str) -> Self:
        """Tell it of a row."""
        return cls(
            row=row.number,
            outcome=answer.outcome,
            dossier_code=answer.dossier_code,
            event_id=answer.event_id,
            current=answer.current,
            contradiction=answer.contradiction,
            notified=answer.notified,
            faults=[RowFault.of(fault, locale) for fault in faults] or None,
        )


class TableAnswer(BaseModel):
    """One answer for each row that says something, in the order of the file.

    `kept` is false where it was only tried: then `accepted` tells what would be.
    """

    kept: bool
    accepted: int
    repeated: int
    refused: int
    rows: list[RowAnswer]

    @classmethod
    def of(cls, report: Report, locale: str, *, kept: bool) -> Self:
        """Word a report."""
        return cls(
            kept=kept,
            **report.counts,
            rows=[RowAnswer.of(row, answer, report.faults(answer), locale) for row, answer in report.rows()],
        )


EXAMPLE = {
    "kept": True,
    "accepted": 1,
    "repeated": 0,
    "refused": 1,
    "rows": [
        {
            "row": 2,
            "outcome": "accepted",
            "dossier_code": "H26.1-261121-0001",
            "event_id": "csv-5b0c1f0a6e7d48c2a9f36d1be07c54a1f2e3d4c5",
            "current": True,
            "contradiction": False,
            "notified": True,
        },
        {
            "row": 3,
            "outcome": "refused",
            "faults": [
                {
                    "column": "Trạng thái",
                    "code": "unknown-status-name",
                    "detail": "Trạng thái phải là số từ 1 đến 10, hoặc tên, ví dụ “Đang xử lý”.",
                }
            ],
        },
    ],
}
TABLE_EXAMPLE = (
    "Mã hồ sơ;Trạng thái;Thời điểm;Mã thủ tục;Số định danh;Chủ hồ sơ\r\n"
    "H26.1-261121-0001;Được tiếp nhận;21/11/2026 09:00;1.001193;001190000001;Nguyễn Thị An\r\n"
)
