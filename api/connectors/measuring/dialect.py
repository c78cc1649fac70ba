"""How one deployment of the measuring system writes things. What differs is data.

There is no public description of its interface: what stands here is what our stand-in speaks, and each name
of it can be another one by `TINDAN_EMC_DIALECT`.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.connectors.names import Names, Word

Code = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class ReportNames(Names):
    """Of a report."""

    key: Word = "MaGiaoDich"
    unit: Word = "MaDonVi"
    month: Word = "KyBaoCao"
    number: Word = "LanBaoCao"
    corrects: Word = "SoTiepNhanGoc"
    agencies: Word = "DanhSachCoQuan"
    usage: Word = "TinhHinhSuDung"


class AgencyNames(Names):
    """Of what an agency has reached, which stands in `agencies`; the country has neither code nor name."""

    code: Word = "MaCoQuan"
    name: Word = "TenCoQuan"
    parent: Word = "MaCoQuanCapTren"
    dossiers: Word = "SoHoSo"
    on_time: Word = "DungHan"
    online: Word = "TrucTuyen"
    digitised: Word = "SoHoa"
    satisfaction: Word = "HaiLong"
    points: Word = "Diem"
    out_of: Word = "DiemToiDa"


class CriterionNames(Names):
    """Of how a criterion is met, which stands in `on_time` and those after it."""

    counted: Word = "SoHoSoTinh"
    percent: Word = "TyLe"
    points: Word = "Diem"


class UsageNames(Names):
    """Of what stands in `usage`: see `storage.reports.content.Usage`."""

    dossiers: Word = "SoHoSo"
    online: Word = "SoHoSoTrucTuyen"
    conversations: Word = "SoHoSoCoTraoDoi"
    ratings: Word = "SoDanhGia"
    complaints: Word = "SoPhanAnhKienNghi"


class AnswerNames(Names):
    """Of an answer: a code, words about it, and the number under which a report was taken in."""

    code: Word = "MaKetQua"
    words: Word = "ThongBao"
    receipt: Word = "SoTiepNhan"


class EmcDialect(BaseModel):
    """All of it.

    Attributes:
        success: codes that say that a report was taken in.
        known: codes that say that its key is known already ("đã tồn tại").
        month_format: as for `strftime`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: ReportNames = ReportNames()
    agency: AgencyNames = AgencyNames()
    criterion: CriterionNames = CriterionNames()
    usage: UsageNames = UsageNames()
    answer: AnswerNames = AnswerNames()
    success: Annotated[frozenset[Code], Field(min_length=1)] = frozenset({"00", "0"})
    known: frozenset[Code] = frozenset({"01"})
    month_format: str = "%Y%m"

    def month(self, month: date) -> str:
        """Write a month, which is given by its first day."""
        return month.strftime(self.month_format)

    @field_validator("month_format")
    @classmethod
    def _telling(cls, month_format: str) -> str:
        days = [date(year, month, 1) for year in (2026, 2027) for month in range(1, 13)]
        if len({day.strftime(month_format) for day in days}) < len(days):
            raise ValueError("months are written so that two are alike")
        return month_format

    @model_validator(mode="after")
    def _unequivocal(self) -> Self:
        if both := self.success & self.known:
            raise ValueError(f"the code {min(both)} means two things")
        return self
