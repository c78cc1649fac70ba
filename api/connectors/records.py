"""A record of the portals' exchange interface becomes an event of ours. Pure.

Two kinds of record exist: a dossier as it stands (`DongBoHoSoMC`), with dates by status, and a step of its
progress (`CapNhatTienDoHoSoMC`). Field names are the interface's own.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from api.connectors.applicants import read_applicant
from api.connectors.dialect import NATIONAL, PortalDialect
from api.connectors.fields import Fields, RecordError
from storage.agencies.codes import normalise_agency_code
from storage.dossiers.codes import agency_part, normalise_dossier_code
from storage.dossiers.statuses import DossierStatus
from storage.procedures.codes import split_procedure_code

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
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_IN_ORDER = json.JSONEncoder(sort_keys=True)


def to_event(record: Mapping[str, Any], now: datetime, dialect: PortalDialect = NATIONAL) -> dict[str, Any]:
    """Return the record as an event for `POST /v1/agency/dossier-events`.

    The event's id is made from its content: a record sent twice is one event, and one sent again with a
    correction is another event of the same fact, which completes it.

    Raises RecordError for a field that is needed and missing, or can not be read. Phone and email are left
    out instead: a mistyped one must not hide a status. What can be read and is odd is left to the API.
    """
    fields = Fields(record, dialect)
    code = fields.required("MaHoSo", normalise_dossier_code)
    status = fields.required(_status_field(fields), lambda text: dialect.statuses[text.removesuffix(".0")])
    event = {
        "dossier_code": code,
        "status": int(status),
        "occurred_at": _occurred_at(fields, status, now).isoformat(),
        "step": _cut(fields.text("PhongBanXuLy"), 200),
        "note": _cut(_note(fields, status), 4000),
        "due_at": _due_at(fields),
        "agency_code": _agency_of(code),
        "procedure_code": fields.optional("MaTTHC", lambda text: split_procedure_code(text)[0]),
        "channel": fields.optional("KenhThucHien", dialect.channels.__getitem__),
        "summary": _cut(fields.text("TrichYeuHoSo"), 1000),
        "applicant": read_applicant(fields),
    }
    told = {name: value for name, value in event.items() if value is not None}
    return {"event_id": event_id(told), **told}


def _status_field(fields: Fields) -> str:
    """Return where the status stands: in a step of progress it has another name."""
    progress = fields.text("TrangThaiHoSo") is None and fields.text("TrangThai") is not None
    return "TrangThai" if progress else "TrangThaiHoSo"


def _occurred_at(fields: Fields, status: DossierStatus, now: datetime) -> datetime:
    """Return the time that belongs to the status; else the latest time that the record knows."""
    wish = _newest_wish(fields) if status is DossierStatus.SUPPLEMENT_REQUIRED else None
    times = [wish.time("NgayBoSung")] if wish else [fields.time(name) for name in TIMES.get(status, ())]
    own = [moment for moment in times if moment]
    if own:
        return max(own)
    known = [moment for name in LATEST if (moment := fields.time(name)) and moment <= now]
    if not known:
        raise RecordError(field=next(iter(TIMES.get(status, ("ThoiDiemXuLy",)))), reason="missing")
    return max(known)


def _due_at(fields: Fields) -> str | None:
    """Return the promised day; one without an hour lasts until the day's end.

    `NgayKetThucTheoQuyDinh` is no promise to the applicant: it limits the one step of progress.
    """
    due = fields.time("NgayHenTra")
    if due is None and (wish := _newest_wish(fields)):
        due = wish.time("NgayHenTraMoi")
    return None if due is None else until_its_end(due).isoformat()


def until_its_end(due: datetime) -> datetime:
    """Return a promised time in Vietnam's time; of one without an hour, the end of the day."""
    if (due.hour, due.minute, due.second) == (0, 0, 0):
        return due.replace(hour=23, minute=59, second=59)
    return due


def _note(fields: Fields, status: DossierStatus) -> str | None:
    """Return what is meant for the applicant; who handled the dossier stays out of it."""
    wish = _newest_wish(fields) if status is DossierStatus.SUPPLEMENT_REQUIRED else None
    asked = wish.text("NoiDungBoSung") if wish else None
    words = (asked, fields.text("NoiDungXuLy"), fields.text("GhiChu"))
    return "\n".join(word for word in words if word) or None


def _newest_wish(fields: Fields) -> Fields | None:
    """Return the last request for papers by its date; of two without one, that listed last."""
    wishes = fields.each("DanhSachHoSoBoSung")
    return max(reversed(wishes), key=lambda wish: wish.time("NgayBoSung") or BEFORE_ALL, default=None)


def _agency_of(code: str) -> str | None:
    """Return whose dossier it is by its code, which may name nobody: `000.00.00-261121-0001`."""
    return _spelt(agency_part(code) or "")


@lru_cache(maxsize=10_000)
def _spelt(agency: str) -> str | None:
    """Normalise what codes say of their agency: those of a million dossiers are a few."""
    with suppress(ValueError):
        return normalise_agency_code(agency)
    return None


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def event_id(told: Mapping[str, Any]) -> str:
    """Make an id from what is told, without the applicant's number: ids are kept, and could be tried out."""
    applicant = {name: value for name, value in told.get("applicant", {}).items() if name != "number"}
    content = _IN_ORDER.encode({**told, "applicant": applicant}).encode()
    return f"portal-{hashlib.sha256(content).hexdigest()[:40]}"
