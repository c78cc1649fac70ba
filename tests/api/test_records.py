"""Records of a portal, as deployments write them, become events that the API takes; or name the field at fault."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.connectors.applicants import read_applicant
from api.connectors.dialect import NATIONAL, VIETNAM, PortalDialect
from api.connectors.fields import Fields, RecordError
from api.connectors.records import to_event
from api.recording.schemas import DossierEvent
from api.recording.service import parse
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OFFICER = "Lê Thị Cán Bộ"
DOSSIER = {
    "MaHoSo": "000.00.01.H26-261109-0001",
    "MaTTHC": "1.001193.000.00.00.H26",
    "SoGiayToChuHoSo": "001190000001",
    "ChuHoSo": "Nguyễn Thị Ví Dụ",
    "TrangThaiHoSo": "2",
    "NgayNopHoSo": "20261109081500",
    "NgayTiepNhan": "20261109100000",
    "NguoiXuLy": OFFICER,
}
FIELDS = [
    *("MaHoSo", "MaTTHC", "TrangThaiHoSo", "TrangThai", "KenhThucHien", "LoaiDoiTuong", "SoGiayToChuHoSo"),
    *(
        "ChuHoSo",
        "Email",
        "SoDienThoai",
        "TrichYeuHoSo",
        "NgayNopHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "NgayTra",
    ),
    *("NgayKetThucXuLy", "NgayTuChoi", "ThoiDiemXuLy", "NgayBatDau", "PhongBanXuLy", "NoiDungXuLy", "GhiChu"),
]
WISH_FIELDS = ["NoiDungBoSung", "NgayBoSung", "NgayHenTraMoi", "NguoiYeuCauBoSung"]
ALL_FIELDS = {*FIELDS, *WISH_FIELDS, "SoDinhDanh", "LoaiDinhDanh"}

# Half of it as it should be, so that events come about; the rest whatever JSON can hold.
sound = st.sampled_from(
    [
        *("000.00.01.H26-261109-0001", "G09.20-20261111-0000007", "000.00.00-261109-0001", "1.001193"),
        *(
            1,
            2,
            5,
            9,
            "4",
            "10",
            "2.0",
            3.0,
            "001190000001",
            79085000002,
            "9900000016",
            9900000016,
            "024123456",
        ),
        *(
            "20261109081500",
            "20261109",
            "09/11/2026",
            "2026-11-09T08:15:00",
            "2026-11-09T01:15:00Z",
            20261109,
        ),
        *(
            "0",
            0,
            "00000000000000",
            "0001-01-01T00:00:00",
            "20261399",
            "20270101080000",
            "9999-12-31T23:59:59Z",
        ),
        *("vi.du@example.vn", "0900000001", 900000001, "Bổ sung giấy chứng sinh", "Bo\u0302\u0309 sung"),
    ]
)
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=20),
    st.text(st.characters(), max_size=5),
    st.text("0123456789:-+/TZ. ", max_size=20),
    st.integers(),
    st.integers(0, 10**14),
    st.floats(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["\ud800", "x" * 5000, "a\x00b", "²", "２０２６", 10**400]),
)
values = st.one_of(sound, odd)
wishes = st.fixed_dictionaries({}, optional=dict.fromkeys(WISH_FIELDS, values))
identities = st.fixed_dictionaries({}, optional=dict.fromkeys(["LoaiDinhDanh", "SoDinhDanh"], values))
loose = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(FIELDS, values)
    | {
        "DanhSachHoSoBoSung": st.one_of(odd, st.lists(st.one_of(odd, wishes), max_size=3)),
        "DinhDanhCHS": st.one_of(odd, identities),
        "NguoiXuLy": st.just(OFFICER),
    },
)
records = st.one_of(loose, loose.map(lambda given: {**DOSSIER, **given}))


def event_of(**fields: Any) -> dict[str, Any]:
    """Read the usual dossier with fields changed; those that are None are left out."""
    record = {name: value for name, value in {**DOSSIER, **fields}.items() if value is not None}
    return to_event(record, NOW)


def fault_of(**fields: Any) -> tuple[str, str]:
    """Return the field at fault, and what is wrong with it."""
    with pytest.raises(RecordError) as caught:
        event_of(**fields)
    assert str(caught.value).startswith(f"{caught.value.field}: ")
    return caught.value.field, caught.value.reason


def read(record: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """Return the event of a record, or the field at fault."""
    try:
        return to_event(record, NOW), None
    except RecordError as error:
        return None, error.field


def refused_at(event: dict[str, Any]) -> list[str]:
    """Return the fields of an event that the API refuses."""
    (answer,) = parse([event], NOW, "vi").answers.values()
    return [error["pointer"] for error in (answer.problem or {})["errors"]]


@settings(max_examples=500)
@given(records)
@example(DOSSIER)
def test_any_record_is_an_event_or_names_its_fault(record: dict[str, Any]):
    """Whatever a record holds, its event is taken, or a field of the event or of the record is named."""
    event, fault = read(record)
    if event is None:
        assert fault in ALL_FIELDS
        return
    assert event == to_event(record, NOW)
    told = json.dumps(event, ensure_ascii=False, allow_nan=False).encode().decode()
    assert OFFICER not in told
    parsed = parse([event], NOW, "vi")
    if not parsed.good:
        pointers = refused_at(event)
        assert pointers
        assert all(pointer.split("/")[1] in DossierEvent.model_fields for pointer in pointers)


def test_a_dossier_in_our_words():
    """Codes are in their normal form, the agency is the code's, and nothing is said of who handled it."""
    event = event_of(NgayHenTra="20261112", TrichYeuHoSo="Khai sinh", KenhThucHien=2, GhiChu="Đã tiếp nhận")
    assert event.pop("event_id").startswith("portal-")
    assert event == {
        "dossier_code": "000.00.01.H26-261109-0001",
        "status": 2,
        "occurred_at": "2026-11-09T10:00:00+07:00",
        "note": "Đã tiếp nhận",
        "due_at": "2026-11-12T23:59:59+07:00",
        "agency_code": "H26.01",
        "procedure_code": "1.001193",
        "channel": 2,
        "summary": "Khai sinh",
        "applicant": {"kind": "person", "number": "001190000001", "name": "Nguyễn Thị Ví Dụ"},
    }
    assert parse([event_of()], NOW, "vi").good


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20261109081500", "2026-11-09T08:15:00+07:00"),
        ("202611090815", "2026-11-09T08:15:00+07:00"),
        ("20261109", "2026-11-09T00:00:00+07:00"),
        (20261109, "2026-11-09T00:00:00+07:00"),
        ("09/11/2026 08:15:00", "2026-11-09T08:15:00+07:00"),
        ("9/11/2026", "2026-11-09T00:00:00+07:00"),
        ("2026-11-09T08:15:00", "2026-11-09T08:15:00+07:00"),
        ("2026-11-09 08:15:00", "2026-11-09T08:15:00+07:00"),
        ("2026-11-09T01:15:00Z", "2026-11-09T08:15:00+07:00"),
        ("2026-11-08T20:15:00.0000000-05:00", "2026-11-09T08:15:00+07:00"),
    ],
)
def test_times_as_deployments_write_them(written: str | int, read: str):
    """A time without an offset is Vietnam's, and one with an offset is the same moment there."""
    assert event_of(NgayTiepNhan=written)["occurred_at"] == read


@given(st.integers(86_400, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, VIETNAM)))
@example(datetime(2026, 11, 9, tzinfo=VIETNAM))
def test_each_form_of_a_time_is_the_same_moment(at: datetime):
    """What one deployment writes in its own form, another in ISO 8601, is one moment."""
    for written in (
        f"{at:%Y%m%d%H%M%S}",
        f"{at:%d/%m/%Y %H:%M:%S}",
        at.isoformat(),
        at.astimezone(UTC).isoformat(),
    ):
        assert NATIONAL.read_time(written) == at


@pytest.mark.parametrize(
    "nothing",
    ["0", 0, "00000000000000", "0000-00-00 00:00:00", "00/00/0000", "00010101000000", "0001-01-01T00:00:00",
     "1753-01-01T00:00:00", "1900-01-01", "1970-01-01T00:00:00Z", "", "  ", None, False, {}, []],
)  # fmt: skip
def test_what_stands_for_no_date_is_none(nothing: Any):
    """Zeros, and the days on which calendars of systems begin, say that there is no date."""
    event = event_of(NgayHenTra=nothing, NgayTiepNhan=nothing)
    assert "due_at" not in event
    assert event["occurred_at"] == "2026-11-09T08:15:00+07:00"


@pytest.mark.parametrize(
    "impossible", ["20261399", "2026110908150", "31/02/2026", "hôm qua", 20261109081500.5, True, {"a": 1}]
)
def test_a_date_that_can_not_be_is_at_fault(impossible: Any):
    """A date that no calendar has is named, where the status needs it and where it promises a day."""
    assert fault_of(NgayTiepNhan=impossible) == ("NgayTiepNhan", "malformed")
    assert fault_of(NgayHenTra=impossible) == ("NgayHenTra", "malformed")


def test_a_promise_with_an_hour_keeps_it():
    """Only a day without an hour lasts until its end, in whatever zone it is written."""
    assert event_of(NgayHenTra="20261112103000")["due_at"] == "2026-11-12T10:30:00+07:00"
    assert event_of(NgayHenTra="2026-11-11T17:00:00Z")["due_at"] == "2026-11-12T23:59:59+07:00"


def test_the_limit_of_a_step_is_no_promise():
    """When a step of progress has to end says nothing of when the result is due."""
    event = event_of(NgayKetThucTheoQuyDinh="20261110")
    assert "due_at" not in event


@pytest.mark.parametrize(
    ("status", "field"),
    [(1, "NgayNopHoSo"), (2, "NgayTiepNhan"), (3, "NgayTuChoi"), (9, "NgayKetThucXuLy"), (10, "NgayTra")],
)
def test_each_status_has_its_time(status: int, field: str):
    """The time is that of the status, even when the record knows later ones."""
    times = {"NgayNopHoSo", "NgayTiepNhan", "NgayTuChoi", "NgayKetThucXuLy", "NgayTra", "ThoiDiemXuLy"}
    given = dict.fromkeys(times, "20261119080000") | {field: "20261110080000"}
    assert event_of(TrangThaiHoSo=status, **given)["occurred_at"] == "2026-11-10T08:00:00+07:00"
    empty = dict.fromkeys(times, None)
    assert fault_of(TrangThaiHoSo=status, **empty) == (field, "missing")


def test_a_status_without_a_time_of_its_own_takes_the_latest():
    """A time still to come, as that of a planned hand-out, says nothing of what has happened."""
    event = event_of(TrangThaiHoSo=4, NgayTra="20271231080000", ThoiDiemXuLy="20261110080000")
    assert event["occurred_at"] == "2026-11-10T08:00:00+07:00"
    nothing = dict.fromkeys(["NgayNopHoSo", "NgayTiepNhan"], None)
    assert fault_of(TrangThaiHoSo=4, **nothing) == ("ThoiDiemXuLy", "missing")


@pytest.mark.parametrize("written", ["2", 2, 2.0, "2.0", " 2 "])
def test_statuses_as_deployments_write_them(written: Any):
    """A status is one, whether as text or as a number."""
    assert event_of(TrangThaiHoSo=written)["status"] == 2


def test_faulty_statuses():
    """A status that is not there, or is none, is named as the record names it."""
    assert fault_of(TrangThaiHoSo="11") == ("TrangThaiHoSo", "malformed")
    assert fault_of(TrangThaiHoSo=0) == ("TrangThaiHoSo", "malformed")
    assert fault_of(TrangThaiHoSo=True) == ("TrangThaiHoSo", "malformed")
    assert fault_of(TrangThaiHoSo=None) == ("TrangThaiHoSo", "missing")
    assert fault_of(TrangThaiHoSo=None, TrangThai="x") == ("TrangThai", "malformed")
    assert event_of(TrangThaiHoSo="", TrangThai="4")["status"] == 4


def test_a_deployment_brings_its_own_tables():
    """Statuses, channels, dates and kinds of applicant follow the table of the deployment."""
    own = PortalDialect(
        date_formats=("%m.%d.%Y",),
        statuses={"A1": DossierStatus.REFUSED, "0": DossierStatus.REGISTERED},
        kinds={"0": PartyKind.PERSON, "1": PartyKind.ORGANISATION},
        channels={"web": 2},
    )
    company = {"LoaiDoiTuong": 1, "SoGiayToChuHoSo": "9900000016", "KenhThucHien": "web"}
    record = DOSSIER | company | {"TrangThaiHoSo": "A1", "NgayTuChoi": "11.10.2026"}
    event = to_event(record, NOW, own)
    assert (event["status"], event["channel"], event["applicant"]["kind"]) == (3, 2, "organisation")
    assert event["occurred_at"] == "2026-11-10T00:00:00+07:00"
    assert to_event(DOSSIER | {"TrangThaiHoSo": 0, "NgayNopHoSo": "11.09.2026"}, NOW, own)["status"] == 1


def test_the_newest_request_for_papers_counts():
    """Its words, its time and the new date belong together, wherever it stands in the list."""
    newest = {"NoiDungBoSung": "Giấy chứng sinh", "NgayBoSung": "20261112090000", "NgayHenTraMoi": "20261120"}
    oldest = {"NoiDungBoSung": "Tờ khai", "NgayBoSung": "20261110090000", "NgayHenTraMoi": "20261115"}
    event = event_of(TrangThaiHoSo=5, DanhSachHoSoBoSung=[newest, "?", oldest], GhiChu="Gấp")
    assert event["note"] == "Giấy chứng sinh\nGấp"
    assert event["occurred_at"] == "2026-11-12T09:00:00+07:00"
    assert event["due_at"] == "2026-11-20T23:59:59+07:00"
    later = event_of(TrangThaiHoSo=4, DanhSachHoSoBoSung=[newest], NoiDungXuLy="Đang thẩm tra")
    assert later["note"] == "Đang thẩm tra"


def test_long_texts_are_cut_and_in_nfc():
    """What is longer than the API takes is cut after it was composed."""
    event = event_of(GhiChu="e\u0302" * 5000, TrichYeuHoSo="a" * 1001, PhongBanXuLy="b" * 201)
    assert event["note"] == "ê" * 4000
    assert (len(event["summary"]), len(event["step"])) == (1000, 200)
    assert parse([event], NOW, "vi").good


def test_what_the_api_refuses_names_the_field():
    """What can be read and is odd is the API's to judge."""
    assert refused_at(event_of(SoGiayToChuHoSo="024123456", LoaiDoiTuong=1)) == ["/applicant/number"]
    assert refused_at(event_of(NgayTiepNhan="20261201")) == ["/occurred_at"]
    assert refused_at(event_of(GhiChu="a\x07b")) == ["/note"]


def test_text_that_no_program_can_send_on_is_at_fault():
    """Half of a surrogate pair, and a number too long to be written out, are named and never get further."""
    assert fault_of(GhiChu="\ud800") == ("GhiChu", "malformed")
    assert fault_of(ChuHoSo="a\udfffb") == ("ChuHoSo", "malformed")
    assert fault_of(MaHoSo=10**5000) == ("MaHoSo", "malformed")
    assert "email" not in event_of(Email="\ud800@example.vn")["applicant"]


def applicant_of(**fields: Any) -> dict[str, Any]:
    """Read an applicant."""
    return read_applicant(Fields(fields, NATIONAL)) or {}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ({"SoGiayToChuHoSo": "079085000002"}, "079085000002"),
        ({"SoGiayToChuHoSo": 79085000002}, "079085000002"),
        ({"SoGiayToChuHoSo": 79085000002.0, "LoaiDoiTuong": 1}, "079085000002"),
        # As text it has lost nothing that we know of, and as ten digits it may be two things.
        ({"SoGiayToChuHoSo": "79085000002"}, "79085000002"),
        ({"SoGiayToChuHoSo": 1190000001, "LoaiDoiTuong": 1}, "1190000001"),
        ({"SoGiayToChuHoSo": 100109106, "LoaiDoiTuong": 2}, "0100109106"),
        ({"SoGiayToChuHoSo": 100109106001, "LoaiDoiTuong": "2"}, "0100109106001"),
        ({"SoGiayToChuHoSo": 9900000016, "LoaiDoiTuong": 2}, "9900000016"),
        ({"DinhDanhCHS": {"LoaiDinhDanh": 1, "SoDinhDanh": 79085000002}}, "079085000002"),
        # An old card's number is good for nothing where the new one is known.
        ({"SoGiayToChuHoSo": "024123456", "DinhDanhCHS": {"SoDinhDanh": "079085000002"}}, "079085000002"),
        ({"SoGiayToChuHoSo": "024123456", "DinhDanhCHS": {}}, "024123456"),
        ({"SoGiayToChuHoSo": "001190000001", "DinhDanhCHS": {"SoDinhDanh": "079085000002"}}, "001190000001"),
    ],
)
def test_numbers_of_applicants(written: dict[str, Any], number: str):
    """A JSON number gets its zeros back where its length leaves no doubt, and never otherwise."""
    assert applicant_of(**written)["number"] == number


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        ("001190000001", None, "person"),
        ("001190000001", "2", "person"),
        ("001190000001", "x", "person"),
        ("0011 9000 0001", None, "person"),
        ("9900000016", None, "organisation"),
        ("9900000016", "2", "organisation"),
        ("9900000016", "1", "person"),
    ],
)
def test_kinds_of_applicants(number: str, kind: str | None, expected: str):
    """Twelve digits are a person's; of others the deployment says whose they are."""
    assert applicant_of(SoGiayToChuHoSo=number, LoaiDoiTuong=kind)["kind"] == expected


def test_an_unknown_kind_is_at_fault_where_it_decides():
    """Whose number it is, is not guessed against what the record says."""
    with pytest.raises(RecordError) as caught:
        applicant_of(SoGiayToChuHoSo="9900000016", LoaiDoiTuong="7")
    assert (caught.value.field, caught.value.reason) == ("LoaiDoiTuong", "malformed")


def test_a_mistyped_address_hides_no_status():
    """What can not be an address is left out, and the rest is told."""
    applicant = applicant_of(SoGiayToChuHoSo="001190000001", Email="vi.du@", SoDienThoai=["0900000001"])
    assert applicant == {"kind": "person", "number": "001190000001"}
    kept = applicant_of(SoGiayToChuHoSo="001190000001", Email=" Vi.Du@Example.vn", SoDienThoai=84900000001)
    assert (kept["email"], kept["phone"]) == ("vi.du@example.vn", "+84900000001")


def test_a_step_of_progress_names_nobody():
    """Without a number there is no applicant."""
    assert applicant_of(ChuHoSo="Nguyễn Thị Ví Dụ", Email="vi.du@example.vn") == {}


@pytest.mark.parametrize(
    ("code", "agency"),
    [
        ("000.00.01.h26-261109-0001", "H26.01"),
        ("H55.242-261109-0001", "H55.242"),
        ("G09.20–20261109–0000001", "G09.20"),
        ("000.00.00-261109-0001", None),
    ],
)
def test_the_agency_is_that_of_the_code(code: str, agency: str | None):
    """Old and new codes name one agency in one way; a code of zeros names none."""
    assert event_of(MaHoSo=code).get("agency_code") == agency


def test_an_id_stands_for_a_content():
    """The same content has the same id, however it is written; a correction of it has another."""
    first = event_of()
    same = event_of(NgayTiepNhan="2026-11-09T03:00:00Z", TrangThaiHoSo=2.0, MaTTHC="1.001193", NguoiXuLy="B")
    assert first["event_id"] == same["event_id"]
    corrected = [
        event_of(GhiChu="Sửa"),
        event_of(NgayHenTra="20261112"),
        event_of(Email="vi.du@example.vn"),
        event_of(NgayTiepNhan="20261109100001"),
    ]
    assert len({first["event_id"], *(event["event_id"] for event in corrected)}) == 5


@given(st.dates(date(1990, 1, 1), NOW.date() - timedelta(days=1)), st.sampled_from(sorted(DossierStatus)))
def test_a_complete_record_is_always_taken(day: date, status: DossierStatus):
    """A record with all its dates is an event that the API keeps, whatever its status."""
    times = dict.fromkeys(["NgayTuChoi", "NgayKetThucXuLy", "NgayTra", "ThoiDiemXuLy"], f"{day:%Y%m%d}")
    assert parse([event_of(TrangThaiHoSo=int(status), **times)], NOW, "vi").good
