"""Dossiers, procedures, and what was reported: in memory, and gone with the process."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from infra.sandbox.portal import checks
from infra.sandbox.portal.codes import EXISTS, MISSING, PortalRefusal
from infra.sandbox.portal.lists import SHARED
from infra.sandbox.portal.rules import Rules

PROCEDURES: tuple[dict[str, Any], ...] = tuple(
    {
        "MaTTHC": code,
        "TenTTHC": name,
        "LinhVucThucHien": [{"MaLinhVuc": field, "TenLinhVuc": field_name}],
        "CoQuanThucHien": [{"TenDonVi": "Ủy ban nhân dân cấp xã"}],
        "ThanhPhanHoSo": [{"GiayTo": [{"TenGiayTo": paper, "SoBanChinh": 1, "SoBanSao": 0}]}],
    }
    for code, name, field, field_name, paper in (
        ("1.001193", "Thủ tục đăng ký khai sinh", "G15-HT", "Hộ tịch", "Giấy chứng sinh"),
        ("1.000894", "Thủ tục đăng ký kết hôn", "G15-HT", "Hộ tịch", "Tờ khai đăng ký kết hôn"),
        ("2.000635", "Cấp bản sao trích lục hộ tịch", "G15-HT", "Hộ tịch", "Tờ khai cấp bản sao"),
        ("1.004222", "Đăng ký thường trú", "G01-CT", "Cư trú", "Tờ khai thay đổi thông tin cư trú"),
    )
)
STEPS = "DanhSachTienDo"
_SHORT = 3
"""Fields of a procedure that the list tells; the others are asked for one by one."""


@dataclasses.dataclass(kw_only=True)
class Kept:
    """A dossier as it stands, and when it changed by the portal's clock."""

    record: dict[str, Any]
    changed_at: dt.datetime
    steps: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return the dossier with its progress."""
        return self.record | {STEPS: self.steps} if self.steps else dict(self.record)


class Store:
    """All of it."""

    def __init__(self, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Be as new."""
        self.rules = Rules()
        self.reported: list[dict[str, Any]] = []
        self.procedures: Sequence[dict[str, Any]] = PROCEDURES
        self.shared: dict[str, Sequence[dict[str, Any]]] = dict(SHARED)
        self.opinions: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in checks.OPINION_KEYS}
        self._dossiers: dict[str, Kept] = {}

    def now(self) -> dt.datetime:
        """Return what the portal's clock shows."""
        return self._clock() + dt.timedelta(hours=self.rules.clock_hours)

    def put(self, record: dict[str, Any]) -> None:
        """Keep a dossier as an agency's own counter has it, whatever it holds."""
        self._keep(record)

    def report(self, record: Any, *, updating: bool) -> None:
        """Take a dossier in. Raises PortalRefusal."""
        checked = checks.dossier(record, self.rules)
        known = checked["MaHoSo"] in self._dossiers
        if known != updating:
            raise PortalRefusal(EXISTS if known else MISSING, checked["MaHoSo"])
        self._keep(checked)
        self.reported.append({"kind": "dossier", "updating": updating, "record": checked})

    def report_step(self, record: Any) -> None:
        """Take a step of progress in. Raises PortalRefusal."""
        checked = checks.progress(record, self.rules)
        kept = self._dossiers.get(checked["MaHoSo"])
        if kept is None:
            raise PortalRefusal(MISSING, checked["MaHoSo"])
        kept.steps.append(checked)
        kept.changed_at = self.now()
        self.reported.append({"kind": "progress", "record": checked})

    def report_opinion(self, kind: str, record: Any) -> None:
        """Take a question, a complaint or ratings in, in place of what has its key. Raises PortalRefusal."""
        checked = checks.opinion(kind, record, self.rules)
        key = checked[checks.OPINION_KEYS[kind]]
        if key in self.opinions[kind] and not self.rules.replaces:
            raise PortalRefusal(EXISTS, key)
        self.opinions[kind][key] = checked
        self.reported.append({"kind": kind, "record": checked})

    def dossier(self, code: object) -> dict[str, Any]:
        """Return a dossier. Raises PortalRefusal."""
        kept = self._dossiers.get(code) if isinstance(code, str) else None
        if kept is None:
            raise PortalRefusal(MISSING)
        return kept.told()

    def changed(self, since: dt.datetime, until: dt.datetime) -> list[dict[str, Any]]:
        """Return the dossiers that changed in a window, the oldest change first."""
        found = [one for one in self._dossiers.values() if since <= one.changed_at < until]
        return [one.told() for one in sorted(found, key=lambda one: one.changed_at)]

    def procedure(self, code: object) -> dict[str, Any]:
        """Return a procedure with all its fields. Raises PortalRefusal."""
        found = next((one for one in self.procedures if one["MaTTHC"] == code), None)
        if found is None:
            raise PortalRefusal(MISSING)
        return dict(found)

    def listed(self) -> list[dict[str, Any]]:
        """Return all procedures by what the list tells of each."""
        return [dict(list(one.items())[:_SHORT]) for one in self.procedures]

    def _keep(self, record: dict[str, Any]) -> None:
        code, at = str(record["MaHoSo"]), self.now()
        known = self._dossiers.pop(code, None)
        self._dossiers[code] = Kept(record=record, changed_at=at, steps=known.steps if known else [])
