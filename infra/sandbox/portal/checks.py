"""What is wrong with a record that is reported, by the session interface's own way of writing."""

import re
from typing import Any

from infra.sandbox.portal.codes import INVALID, TOO_LONG, PortalRefusal
from infra.sandbox.portal.rules import LENGTHS, Rules
from infra.sandbox.portal.wording import read_date

_STATUS = re.compile(r"[1-9]|10")
_DATE = re.compile(r"(Ngay|ThoiDiem)[A-Z]\w*")
_DOSSIER = ("MaHoSo", "MaTTHC", "ChuHoSo", "TrangThaiHoSo")
_PROGRESS = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "TrangThai")

OPINION_KEYS = {"question": "MaCauHoi", "complaint": "MaPhanAnh", "rating": "MaDanhGia"}
"""By which each is known again."""
_OPINIONS = {
    "question": ("MaCauHoi", "MaDonVi", "TrangThai", "NgayCongKhai"),
    "complaint": ("MaPhanAnh", "MaDonVi", "TrangThai", "NgayTiepNhan", "NgayHenTra"),
    "rating": ("MaDanhGia", "MaDonVi", "Thang", "TongSo"),
}


def dossier(record: Any, rules: Rules) -> dict[str, Any]:
    """Return a dossier as it is kept. Raises PortalRefusal."""
    return _checked(record, _DOSSIER, "TrangThaiHoSo", rules)


def progress(record: Any, rules: Rules) -> dict[str, Any]:
    """Return a step of progress as it is kept. Raises PortalRefusal."""
    return _checked(record, _PROGRESS, "TrangThai", rules)


def opinion(kind: str, record: Any, rules: Rules) -> dict[str, Any]:
    """Return a question, a complaint or ratings as they are kept. Raises PortalRefusal."""
    return _filled(record, _OPINIONS[kind], rules)


def _checked(record: Any, needed: tuple[str, ...], status: str, rules: Rules) -> dict[str, Any]:
    filled = _filled(record, needed, rules)
    if not _STATUS.fullmatch(str(filled[status])):
        raise PortalRefusal(INVALID, status)
    return filled


def _filled(record: Any, needed: tuple[str, ...], rules: Rules) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise PortalRefusal(INVALID)
    for name in needed:
        if not record.get(name):
            raise PortalRefusal(INVALID, name)
    return {name: _field(name, value, rules) for name, value in record.items()}


def _field(name: str, value: Any, rules: Rules) -> Any:
    if isinstance(value, list):
        return [
            {key: _field(key, one, rules) for key, one in entry.items()} if isinstance(entry, dict) else entry
            for entry in value
        ]
    if not isinstance(value, str):
        return value
    if value and _DATE.fullmatch(name):
        try:
            read_date(value)
        except ValueError as error:
            raise PortalRefusal(INVALID, name) from error
    if len(value) > LENGTHS.get(name, len(value)):
        if rules.lengths == "refuse":
            raise PortalRefusal(TOO_LONG, name)
        return value[: LENGTHS[name]]
    return value
