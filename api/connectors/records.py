"""A record of the portals' exchange interface becomes an event of ours. Pure.

Two kinds of record exist: a dossier as it stands (`DongBoHoSoMC`), with dates by status, and a step of its
progress (`CapNhatTienDoHoSoMC`). Field names are the interface's own.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from api.connectors.dialect import NATIONAL, PortalDialect
from storage.contacts.addresses import normalise_email, normalise_phone
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.procedures.codes import split_procedure_code

T = TypeVar("T")
TWELVE_DIGITS = 12

TIMES: Mapping[DossierStatus, tuple[str, ...]] = {
    DossierStatus.REGISTERED: ("NgayNopHoSo",),
    DossierStatus.ACCEPTED: ("NgayTiepNhan",),
    DossierStatus.REFUSED: ("NgayTuChoi",),
    DossierStatus.RESOLVED: ("NgayKetThucXuLy",),
    DossierStatus.RETURNED: ("NgayTra",),
}
"""The field that says when a status was reached."""
LATEST = (
    "ThoiDiemXuLy",
    "NgayTra",
    "NgayKetThucXuLy",
    "NgayTuChoi",
    "NgayTiepNhan",
    "NgayNopHoSo",
    "NgayBatDau",
)
"""Where the status has no field of its own: the latest of these that is not in the future."""


WORDS = {"missing": "thiếu · is missing", "malformed": "không đúng dạng · is malformed"}


class RecordError(Exception):
    """A field of a record that can not be used: its name there, and `missing` or `malformed`."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {WORDS[reason]}")
        self.field, self.reason = field, reason


def to_event(record: Mapping[str, Any], now: datetime, dialect: PortalDialect = NATIONAL) -> dict[str, Any]:
    """Return the record as an event for `POST /v1/agency/dossier-events`.

    The event's id is made from what the record says happened, so a record sent twice is one event.
    Raises RecordError for a field without which there is no event; what is merely odd is left to the API.
    """
    reader = _Reader(record, dialect)
    code = reader.required("MaHoSo", normalise_dossier_code)
    status = reader.required("TrangThaiHoSo" if record.get("TrangThaiHoSo") else "TrangThai", reader.status)
    occurred_at = reader.occurred_at(status, now)
    step = reader.text("PhongBanXuLy") or ""
    event = {
        "event_id": _event_id(code, status, occurred_at, step),
        "dossier_code": code,
        "status": int(status),
        "occurred_at": occurred_at.isoformat(),
        "step": step[:200],
        "note": _cut(reader.note(status), 4000),
        "due_at": reader.due_at(),
        "procedure_code": reader.optional("MaTTHC", lambda text: split_procedure_code(text)[0]),
        "channel": reader.optional("KenhThucHien", _channel),
        "summary": _cut(reader.text("TrichYeuHoSo"), 1000),
        "applicant": reader.applicant(),
    }
    return {name: value for name, value in event.items() if value is not None}


class _Reader:
    """Reads fields whatever way a deployment fills them: null, empty, numbers as text, NFD."""

    def __init__(self, record: Mapping[str, Any], dialect: PortalDialect) -> None:
        self._record = record
        self._dialect = dialect

    def text(self, name: str) -> str | None:
        value = self._record.get(name)
        if value is None or isinstance(value, bool | list | dict):
            return None
        return unicodedata.normalize("NFC", str(value)).strip() or None

    def required(self, name: str, parse: Callable[[str], T]) -> T:
        text = self.text(name)
        if text is None:
            raise RecordError(field=name, reason="missing")
        return self._parsed(name, text, parse)

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(name)
        return None if text is None else self._parsed(name, text, parse)

    def usable(self, name: str, parse: Callable[[str], str]) -> str | None:
        """A value where it is sound, else nothing: a mistyped phone number must not hide a status."""
        try:
            return self.optional(name, parse)
        except RecordError:
            return None

    def status(self, text: str) -> DossierStatus:
        return self._dialect.statuses[text.removesuffix(".0")]

    def time(self, name: str) -> datetime | None:
        return self.optional(name, self._dialect.read_time)

    def occurred_at(self, status: DossierStatus, now: datetime) -> datetime:
        """The time that belongs to the status; else the latest time that the record knows."""
        own = self._supplements() if status is DossierStatus.SUPPLEMENT_REQUIRED else []
        own += [moment for name in TIMES.get(status, ()) if (moment := self.time(name))]
        if own:
            return max(own)
        known = [moment for name in LATEST if (moment := self.time(name)) and moment <= now]
        if not known:
            raise RecordError(field=next(iter(TIMES.get(status, ("ThoiDiemXuLy",)))), reason="missing")
        return max(known)

    def due_at(self) -> str | None:
        """The promised day; one without an hour lasts until the day's end."""
        names = ("NgayHenTra", "NgayKetThucTheoQuyDinh")
        due = next((moment for name in names if (moment := self.time(name))), None)
        if due is not None and (due.hour, due.minute, due.second) == (0, 0, 0):
            due = due.replace(hour=23, minute=59, second=59)
        return None if due is None else due.isoformat()

    def note(self, status: DossierStatus) -> str | None:
        """What is meant for the applicant; who handled the dossier stays out of it."""
        asked = [
            wish.text("NoiDungBoSung") for wish in self._nested("DanhSachHoSoBoSung") if status in _ASKING
        ]
        words = [*asked[-1:], self.text("NoiDungXuLy"), self.text("GhiChu")]
        return "\n".join(word for word in words if word) or None

    def applicant(self) -> dict[str, Any] | None:
        """Whose dossier it is; none where the record names nobody, as a step of progress does."""
        number = self.text("SoGiayToChuHoSo") or self._identified()
        if number is None:
            return None
        applicant = {
            "kind": self._kind(number).value,
            "number": number,
            "name": self.text("ChuHoSo"),
            "email": self.usable("Email", normalise_email),
            "phone": self.usable("SoDienThoai", normalise_phone),
        }
        return {name: value for name, value in applicant.items() if value is not None}

    def _identified(self) -> str | None:
        identity = self._record.get("DinhDanhCHS")
        return _Reader(identity, self._dialect).text("SoDinhDanh") if isinstance(identity, Mapping) else None

    def _kind(self, number: str) -> PartyKind:
        # Twelve digits are a person's, whatever the enumeration of the deployment says.
        if len(number) == TWELVE_DIGITS and number.isdigit():
            return PartyKind.PERSON
        return self.optional("LoaiDoiTuong", self._dialect.kinds.__getitem__) or PartyKind.ORGANISATION

    def _supplements(self) -> list[datetime]:
        return [moment for wish in self._nested("DanhSachHoSoBoSung") if (moment := wish.time("NgayBoSung"))]

    def _nested(self, name: str) -> list["_Reader"]:
        listed = self._record.get(name)
        entries = listed if isinstance(listed, list) else []
        return [_Reader(entry, self._dialect) for entry in entries if isinstance(entry, Mapping)]

    def _parsed(self, name: str, text: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(text)
        except (ValueError, KeyError, OverflowError) as error:
            raise RecordError(field=name, reason="malformed") from error


_ASKING = {DossierStatus.SUPPLEMENT_REQUIRED}


def _channel(text: str) -> int:
    number = int(text)
    if number not in {1, 2, 3}:
        raise ValueError("the channels are 1, 2 and 3")
    return number


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def _event_id(code: str, status: DossierStatus, occurred_at: datetime, step: str) -> str:
    key = f"{code}\n{int(status)}\n{occurred_at.isoformat()}\n{step}"
    return f"portal-{hashlib.sha256(key.encode()).hexdigest()[:40]}"
