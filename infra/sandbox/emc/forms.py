"""What a report looks like on the wire, and what is wrong with one.

The measuring system has no public description: this one is ours.
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_LOCAL = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
_Count = Annotated[int, Field(ge=0)] | None
_Percent = Annotated[float, Field(ge=0, le=100)] | None
_Points = Annotated[float, Field(ge=0, le=100)] | None


class Written(BaseModel):
    """A part of a report, taken as it is written or not at all; null is hidden, or nothing that counts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Criterion(Written):
    """How a criterion is met."""

    SoHoSoTinh: Annotated[int, Field(ge=0)]
    TyLe: _Percent
    Diem: _Points


class Agency(Written):
    """What an agency has reached; the country has neither code nor name."""

    MaCoQuan: Annotated[str, Field(pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*$", max_length=35)] | None
    TenCoQuan: Annotated[str, Field(min_length=1)] | None
    MaCoQuanCapTren: str | None
    SoHoSo: _Count
    DungHan: Criterion | None
    TrucTuyen: Criterion | None
    SoHoa: Criterion | None
    HaiLong: Criterion | None
    Diem: _Points
    DiemToiDa: Annotated[int, Field(ge=0, le=100)]


class Usage(Written):
    """How much the channel was used."""

    SoHoSo: _Count
    SoHoSoTrucTuyen: _Count
    SoHoSoCoTraoDoi: _Count
    SoDanhGia: _Count
    SoPhanAnhKienNghi: _Count


class Report(Written):
    """A month of a unit's."""

    MaGiaoDich: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    MaDonVi: str
    KyBaoCao: Annotated[str, Field(pattern=r"^20[0-9]{2}(0[1-9]|1[0-2])$")]
    LanBaoCao: Annotated[int, Field(ge=1)]
    SoTiepNhanGoc: str | None
    DanhSachCoQuan: Annotated[list[Agency], Field(min_length=1)]
    TinhHinhSuDung: Usage

    def small(self) -> Iterator[str]:
        """Name the counts of one to four, which nobody may be told."""
        counts = {f"TinhHinhSuDung.{name}": count for name, count in self.TinhHinhSuDung}
        counts |= {f"DanhSachCoQuan.{n}": one.SoHoSo for n, one in enumerate(self.DanhSachCoQuan)}
        yield from (name for name, count in counts.items() if count in {1, 2, 3, 4})

    def is_over(self, now: dt.datetime) -> bool:
        """Whether the month has ended in Vietnam."""
        return self.KyBaoCao < now.astimezone(_LOCAL).strftime("%Y%m")
