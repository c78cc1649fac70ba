"""Facts of an agency whose system writes tables and nothing else: rows, as a clerk has them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from api.conformance.facts import AGENCY, Key, StatusFact
from storage.dossiers.working_days import VIETNAM

CLOCK = "%d/%m/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFact(StatusFact):
    """A row of a table (`POST /v1/agency/dossier-events/csv`).

    Attributes:
        typo: what stands where the status should.
    """

    typo: str = ""

    @classmethod
    def of(cls, fact: StatusFact, **changes: Any) -> Self:
        """Take a fact that is to be told by a table."""
        return cls(**{one.name: getattr(fact, one.name) for one in fields(fact)} | changes)

    @property
    def key(self) -> Key:
        """Its dossier and its status, as far as that can be read."""
        return (self.dossier_code, self.typo or str(int(self.status)))

    def as_task(self) -> dict[str, Any]:
        """As it is handed out: its cells, by heading.

        `mends` names the revision that it puts right: it is for the case that this was refused.
        """
        row = {
            "Mã hồ sơ": self.dossier_code,
            "Trạng thái": self.typo or self.status.vietnamese,
            "Thời điểm": _typed(self.occurred_at),
            "Ngày hẹn trả": "" if self.due_at is None else _typed(self.due_at),
            "Mã thủ tục": self.procedure_code,
            "Số định danh": self.applicant.number,
            "Chủ hồ sơ": self.applicant.name,
            "Ghi chú": self.note or "",
            "Bước xử lý": self.step,
            "Kênh nộp": "Trực tuyến",
            "Mã cơ quan": AGENCY,
            "Thứ tự": str(self.sequence),
        }
        mending = {"mends": self.revision - 1} if self.revision > 1 else {}
        return {"id": self.id, "revision": self.revision, "kind": "row", "row": row} | mending


def _typed(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime(CLOCK)
