"""Our dossiers become records of the portals' exchange interface: the reverse of `records`. Pure.

Events are given in the shape of `POST /v1/agency/dossier-events`, as `records.to_event` makes them, and
`to_event` of a record is the last of them again, as far as nothing was lost and it is the latest too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from api.connectors.applicants import CITIZEN_NUMBER, OLD_CARD
from api.connectors.dialect import PortalDialect
from api.connectors.portals.rules import RecordRules
from api.connectors.portals.writing import Writing, Written
from api.connectors.records import TIMES
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.procedures.record import Procedure

Event = Mapping[str, Any]
_IDENTITIES = {CITIZEN_NUMBER: "1", OLD_CARD: "2"}
"""LoaiDinhDanh by how many digits a person's number has."""
_HOME, _TRUNK = "+84", "0"
_OTHERS = {DossierStatus.STOPPED: "NgayKetThucXuLy"}
_MOMENT = "ThoiDiemXuLy"


def dossier_record(
    timeline: Sequence[Event], dialect: PortalDialect, rules: RecordRules, procedure: Procedure | None = None
) -> Written:
    """Return a dossier as it stands (`DongBoHoSoMC`, `NoiHoSo`).

    Args:
        timeline: events of one dossier, in the order of the facts; the last one gives the status, and each
            other field is what was told last.
        dialect: how the deployment writes.
        rules: what it takes.
        procedure: for names that no event tells.

    Raises:
        ValueError: there is no event, or a time without an offset.
    """
    if not timeline:
        raise ValueError("a dossier of which nothing is known can not be told")
    last, writing = timeline[-1], Writing(dialect, rules)
    writing.put("MaHoSo", last["dossier_code"])
    _procedure(writing, _told(timeline, "procedure_code"), procedure, rules)
    writing.coded("KenhThucHien", _told(timeline, "channel"), dialect.write_channel)
    _applicant(writing, _told(timeline, "applicant"), dialect)
    writing.text("TrichYeuHoSo", _told(timeline, "summary"))
    status = DossierStatus(last["status"])
    writing.coded("TrangThaiHoSo", status, dialect.write_status)
    _times(writing, timeline)
    writing.time("NgayHenTra", _told(timeline, "due_at"))
    writing.text("PhongBanXuLy", last.get("step"))
    if status is not DossierStatus.SUPPLEMENT_REQUIRED:
        writing.text("GhiChu", last.get("note"))
    writing.each("DanhSachHoSoBoSung", _wishes(writing, timeline))
    writing.text("DonViXuLy", rules.agencies.get(_told(timeline, "agency_code") or ""))
    writing.constants(rules.dossier_constants)
    return writing.done()


def progress_record(
    event: Event, dialect: PortalDialect, rules: RecordRules, handler: str | None = None
) -> Written:
    """Return an event as a step of progress (`CapNhatTienDoHoSoMC`, `CapNhatTienTrinh`).

    Args:
        event: what happened.
        dialect: how the deployment writes.
        rules: what it takes.
        handler: who did it, which the interface asks for; the agency's name there, where it is not said.

    Raises:
        ValueError: a time without an offset.
    """
    writing = Writing(dialect, rules)
    writing.put("MaHoSo", event["dossier_code"])
    writing.text("NguoiXuLy", handler or rules.agencies.get(event.get("agency_code") or ""))
    writing.time(_MOMENT, event["occurred_at"])
    writing.text("PhongBanXuLy", event.get("step"))
    writing.text("NoiDungXuLy", event.get("note"))
    writing.coded("TrangThai", DossierStatus(event["status"]), dialect.write_status)
    writing.constants(rules.progress_constants)
    return writing.done()


def _told(timeline: Sequence[Event], name: str) -> Any:
    """Return what was told last of a field."""
    return next((event[name] for event in reversed(timeline) if event.get(name) is not None), None)


def _procedure(writing: Writing, code: str | None, procedure: Procedure | None, rules: RecordRules) -> None:
    writing.put("MaTTHC", None if code is None else rules.procedures.get(code, code))
    if procedure is not None:
        writing.text("TenTTHC", procedure.name)
        writing.put("MaLinhVuc", procedure.field_code)
        writing.text("TenLinhVuc", procedure.field)


def _applicant(writing: Writing, applicant: Mapping[str, Any] | None, dialect: PortalDialect) -> None:
    if applicant is None:
        return
    number, kind = applicant["number"], PartyKind(applicant.get("kind", PartyKind.PERSON))
    writing.put("SoGiayToChuHoSo", number)
    writing.coded("LoaiDoiTuong", kind, dialect.write_kind)
    writing.text("ChuHoSo", applicant.get("name"))
    writing.put("Email", applicant.get("email"))
    writing.put("SoDienThoai", _phone(applicant.get("phone")))
    if kind is PartyKind.PERSON and number.isdecimal() and len(number) in _IDENTITIES:
        writing.put("DinhDanhCHS", {"LoaiDinhDanh": _IDENTITIES[len(number)], "SoDinhDanh": number})


def _phone(number: str | None) -> str | None:
    """Return a number as it is dialled at home: systems there check for ten digits."""
    return _TRUNK + number.removeprefix(_HOME) if number and number.startswith(_HOME) else number


def _times(writing: Writing, timeline: Sequence[Event]) -> None:
    for event in timeline:
        status = DossierStatus(event["status"])
        for name in TIMES.get(status, ()):
            writing.time(name, event["occurred_at"])
    if status not in TIMES and status is not DossierStatus.SUPPLEMENT_REQUIRED:
        writing.time(_OTHERS.get(status, _MOMENT), event["occurred_at"])


def _wishes(writing: Writing, timeline: Sequence[Event]) -> list[Written]:
    """Return the requests for papers, the oldest first."""
    asked = [event for event in timeline if event["status"] == DossierStatus.SUPPLEMENT_REQUIRED]
    return [_wish(writing.within(), number, event) for number, event in enumerate(asked, start=1)]


def _wish(writing: Writing, number: int, event: Event) -> Written:
    writing.put("HoSoBoSungId", str(number))
    writing.text("NoiDungBoSung", event.get("note"))
    writing.time("NgayBoSung", event["occurred_at"])
    writing.time("NgayHenTraMoi", event.get("due_at"))
    return writing.done()
