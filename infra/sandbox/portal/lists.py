"""The lists that the stand-in shares, of units and of agencies. Nothing public tells how portals do."""

from collections.abc import Mapping, Sequence
from typing import Any

LISTS = {"LayDanhSachDonViHanhChinh": "units", "LayDanhSachCoQuan": "agencies"}
"""Services of our own choice, by name, and the list that each tells."""

_UNITS = (
    {"MaDonViHanhChinh": "01", "TenDonViHanhChinh": "Thành phố Hà Nội"},
    {"MaDonViHanhChinh": "00004", "TenDonViHanhChinh": "Phường Ba Đình", "MaCapTren": "01"},
    {"MaDonViHanhChinh": "00008", "TenDonViHanhChinh": "Phường Ngọc Hà", "MaCapTren": "01"},
)
_AGENCIES = (
    {"MaCoQuan": "H26", "TenCoQuan": "Ủy ban nhân dân thành phố Hà Nội"},
    {"MaCoQuan": "H26.1", "TenCoQuan": "Ủy ban nhân dân phường Ba Đình", "MaCoQuanCapTren": "H26"},
)
SHARED: Mapping[str, Sequence[dict[str, Any]]] = {"units": _UNITS, "agencies": _AGENCIES}
