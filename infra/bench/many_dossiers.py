"""A portal's dossiers, as many as it takes, made up while they are read: none is kept in memory."""

from datetime import UTC, datetime, timedelta

from api.connectors.dialect import NATIONAL
from api.connectors.portals.client import HttpPortal
from api.connectors.portals.port import Page, Record
from infra.bench.events import NOTE, SUMMARY

EVENTS = 5
"""Of each dossier: steps of progress, of which the last is how it stands."""
PAGE = 200
_BEGUN = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
"""So long ago that it tells nobody: what is filled in is history."""
_STEPS = ((1, "Một cửa"), (2, "Một cửa"), (4, "Phòng chuyên môn"), (4, "Lãnh đạo"), (9, "Một cửa"))


def record(serial: int) -> Record:
    """Return a dossier as it stands: real lengths, Vietnamese text, an invented person."""
    code, begun = f"H26.1-250106-{serial:07d}", _BEGUN + timedelta(seconds=serial)
    times = [NATIONAL.write_time(begun + timedelta(hours=20 * number)) for number in range(EVENTS)]
    steps = [
        {
            "MaHoSo": code,
            "NguoiXuLy": "Bộ phận một cửa",
            "ThoiDiemXuLy": at,
            "PhongBanXuLy": room,
            "NoiDungXuLy": NOTE if number == EVENTS // 2 else "",
            "TrangThai": str(status),
        }
        for number, (at, (status, room)) in enumerate(zip(times, _STEPS, strict=True))
    ]
    return {
        "MaHoSo": code,
        "MaTTHC": "1.001193",
        "KenhThucHien": "2",
        "SoGiayToChuHoSo": f"0011{serial:08d}",
        "LoaiDoiTuong": "1",
        "ChuHoSo": "Nguyễn Thị Ví Dụ",
        "Email": f"nguoi.dan.{serial}@example.vn",
        "SoDienThoai": f"0912{serial % 10**6:06d}",
        "TrichYeuHoSo": SUMMARY,
        "NgayNopHoSo": times[0],
        "NgayTiepNhan": times[1],
        "NgayHenTra": NATIONAL.write_time(begun + timedelta(days=7)),
        "NgayKetThucXuLy": times[-1],
        "TrangThaiHoSo": str(_STEPS[-1][0]),
        "PhongBanXuLy": _STEPS[-1][1],
        "DanhSachTienDo": steps,
    }


class ManyDossiers(HttpPortal):
    """A portal that has some of these dossiers, all changed at any time, and is asked over no wire."""

    first, count = 1, 0

    async def changed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Return a page."""
        del since, until
        begin, end = int(cursor or self.first), self.first + self.count
        following = min(begin + PAGE, end)
        return Page(
            records=[record(serial) for serial in range(begin, following)],
            cursor=str(following) if following < end else None,
            total=self.count,
        )
