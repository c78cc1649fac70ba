"""Our events become records, and the records are read as the same events again."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.connectors.dialect import NATIONAL, VIETNAM, PortalDialect
from api.connectors.portals.outward import dossier_record, progress_record
from api.connectors.portals.rules import RecordRules
from api.connectors.portals.writing import cut
from api.connectors.records import to_event
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.procedures.record import Procedure

NOW = datetime(2030, 1, 1, tzinfo=UTC)
RULES = RecordRules()
NEWER = PortalDialect(
    date_formats=(),
    write_format=None,
    kinds={"0": PartyKind.PERSON, "1": PartyKind.ORGANISATION},
    statuses={f"S{int(one)}": one for one in DossierStatus},
    channels={"tructiep": 1, "tructuyen": 2, "buuchinh": 3},
)
CODE = "000.00.01.H26-261109-0001"
EVENT: dict[str, Any] = {
    "dossier_code": CODE,
    "status": 2,
    "occurred_at": "2026-11-09T10:00:00+07:00",
    "agency_code": "H26.01",
    "procedure_code": "1.001193",
    "applicant": {"kind": "person", "number": "001190000001", "name": "Nguyễn Thị Ví Dụ"},
}

FIRST, LAST = (int(datetime(year, 1, 2, tzinfo=UTC).timestamp()) for year in (1990, 2029))
moments = st.integers(FIRST, LAST).map(lambda seconds: datetime.fromtimestamp(seconds, VIETNAM))
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60).map(
    lambda text: unicodedata.normalize("NFC", text).strip()
)
applicants = st.fixed_dictionaries(
    {},
    optional={
        "name": words,
        "email": st.just("vi.du@example.vn"),
        "phone": st.sampled_from(["+84912345678", "+84900000001", "+12025550123"]),
    },
).flatmap(
    lambda rest: st.sampled_from(
        [
            {"kind": "person", "number": "001190000001"},
            {"kind": "person", "number": "024123456"},
            {"kind": "organisation", "number": "0100109106"},
            {"kind": "organisation", "number": "0100109106-001"},
        ]
    ).map(lambda who: {**who, **{name: value for name, value in rest.items() if value}})
)
steps = st.fixed_dictionaries(
    {"status": st.sampled_from([int(one) for one in DossierStatus]), "occurred_at": moments},
    optional={"note": words, "step": words},
)
states = st.fixed_dictionaries(
    {"status": st.sampled_from([int(one) for one in DossierStatus]), "occurred_at": moments},
    optional={
        "note": words,
        "step": words,
        "due_at": moments.filter(lambda at: (at.hour, at.minute, at.second) != (0, 0, 0)),
        "procedure_code": st.sampled_from(["1.001193", "2.000635"]),
        "channel": st.sampled_from([1, 2, 3]),
        "summary": words,
        "applicant": applicants,
    },
)


def told(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state as an event, without what is empty."""
    written = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in state.items()
    }
    return {
        "dossier_code": CODE,
        "agency_code": "H26.01",
        **{name: value for name, value in written.items() if value},
    }


def without_id(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without its id, which stands for its content."""
    return {name: value for name, value in event.items() if name != "event_id"}


@pytest.mark.parametrize("dialect", [NATIONAL, NEWER], ids=["national", "newer"])
@given(state=states, earlier=st.lists(steps, max_size=4))
def test_a_record_is_read_as_the_event_that_it_tells(dialect, state, earlier):
    """Whatever the status, what is known of the applicant, and what went before."""
    event = told(state)
    before = sorted((step for step in earlier if step["occurred_at"] < state["occurred_at"]), key=when)
    written = dossier_record([*map(told, before), event], dialect, RULES)
    assert not written.lost
    read = to_event(written.record, NOW, dialect)
    assert without_id(read) == event
    again = dossier_record([read], dialect, RULES)
    assert to_event(again.record, NOW, dialect) == read


def when(step: dict[str, Any]) -> datetime:
    moment: datetime = step["occurred_at"]
    return moment


@pytest.mark.parametrize("dialect", [NATIONAL, NEWER], ids=["national", "newer"])
@given(step=steps)
def test_a_step_of_progress_is_read_as_its_event(dialect, step):
    """It names nobody, and promises nothing."""
    event = told(step)
    written = progress_record(event, dialect, RULES, handler="Lê Thị Cán Bộ")
    assert not written.lost
    assert without_id(to_event(written.record, NOW, dialect)) == event
    assert written.record["NguoiXuLy"] == "Lê Thị Cán Bộ"


def test_a_dossier_as_the_portal_sees_it():
    """Dates by status, requests for papers one by one, the applicant by kind, names that no event tells."""
    timeline = [
        EVENT
        | {"status": 1, "occurred_at": "2026-11-09T08:15:00+07:00", "channel": 2, "summary": "Khai sinh"},
        EVENT | {"due_at": "2026-11-12T17:00:00+07:00"},
        {
            "dossier_code": CODE,
            "status": 5,
            "occurred_at": "2026-11-10T02:00:00Z",
            "note": "Giấy chứng sinh",
            "due_at": "2026-11-14T17:00:00+07:00",
        },
        {"dossier_code": CODE, "status": 8, "occurred_at": "2026-11-20T09:00:00+07:00", "note": "Quá hạn"},
    ]
    rules = RecordRules(
        agencies={"000.00.01.H26": "UBND phường Ví Dụ"},
        procedures={"1.001193": "1.001193.000.00.00.H26"},
        dossier_constants={"NoiNopHoSo": "2"},
    )
    procedure = Procedure(code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", field_code="G15-HT")
    written = dossier_record(timeline, NATIONAL, rules, procedure)
    assert written.lost == frozenset()
    assert written.record == {
        "MaHoSo": CODE,
        "MaTTHC": "1.001193.000.00.00.H26",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "G15-HT",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "2",
        "SoGiayToChuHoSo": "001190000001",
        "LoaiDoiTuong": "1",
        "ChuHoSo": "Nguyễn Thị Ví Dụ",
        "DinhDanhCHS": {"LoaiDinhDanh": "1", "SoDinhDanh": "001190000001"},
        "TrichYeuHoSo": "Khai sinh",
        "TrangThaiHoSo": "8",
        "NgayNopHoSo": "20261109081500",
        "NgayTiepNhan": "20261109100000",
        "NgayKetThucXuLy": "20261120090000",
        "NgayHenTra": "20261114170000",
        "GhiChu": "Quá hạn",
        "DanhSachHoSoBoSung": [
            {
                "HoSoBoSungId": "1",
                "NoiDungBoSung": "Giấy chứng sinh",
                "NgayBoSung": "20261110090000",
                "NgayHenTraMoi": "20261114170000",
            }
        ],
        "DonViXuLy": "UBND phường Ví Dụ",
        "NoiNopHoSo": "2",
    }


def test_a_phone_is_written_as_it_is_dialled_at_home():
    """Systems check for ten digits; a foreign number keeps its country."""
    for ours, theirs in (("+84912345678", "0912345678"), ("+12025550123", "+12025550123")):
        event = EVENT | {"applicant": EVENT["applicant"] | {"phone": ours}}
        assert dossier_record([event], NATIONAL, RULES).record["SoDienThoai"] == theirs


def test_what_is_lost_is_said():
    """Texts that were cut, times with more digits, what the deployment has no word for or does not take."""
    poor = PortalDialect(kinds={"9": PartyKind.ORGANISATION}, channels={}, write_format="%Y%m%d")
    event = EVENT | {"summary": "x" * 1001, "channel": 2, "note": "Ghi chú"}
    written = dossier_record([event], poor, RecordRules(omitted=["GhiChu"]))
    assert written.lost == {"TrichYeuHoSo", "LoaiDoiTuong", "KenhThucHien", "NgayTiepNhan", "GhiChu"}
    assert written.record["NgayTiepNhan"] == "20261109"
    assert not {"GhiChu", "LoaiDoiTuong", "KenhThucHien"} & written.record.keys()
    exact = EVENT | {"occurred_at": "2026-11-09T10:00:00.250+07:00"}
    assert dossier_record([exact], NATIONAL, RULES).lost == {"NgayTiepNhan"}


def test_nothing_can_not_be_told():
    """Neither a dossier without an event, nor a moment of which nobody knows where it was."""
    with pytest.raises(ValueError, match="nothing"):
        dossier_record([], NATIONAL, RULES)
    with pytest.raises(ValueError, match="offset"):
        dossier_record([EVENT | {"occurred_at": "2026-11-09T10:00:00"}], NATIONAL, RULES)


def test_records_show_nobody():
    """Whoever logs one by mistake logs no person."""
    assert "Ví Dụ" not in repr(dossier_record([EVENT], NATIONAL, RULES))


@pytest.mark.parametrize("measure", ["characters", "utf16", "bytes"])
@given(text=st.text(max_size=60), length=st.integers(1, 40))
def test_a_cut_text_fits_and_is_the_beginning(measure, text, length):
    """By whatever a deployment counts; twice is as once; as much as fits is kept."""
    size = {
        "characters": len,
        "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
        "bytes": lambda text: len(text.encode()),
    }[measure]
    composed, kept = unicodedata.normalize("NFC", text), cut(text, length, measure)
    assert composed.startswith(kept)
    assert size(kept) <= length
    assert cut(kept, length, measure) == kept
    if kept != composed:
        rest = composed[len(kept) :]
        assert not unicodedata.combining(rest[0]) or not kept
        one = next((at for at in range(1, len(rest)) if not unicodedata.combining(rest[at])), len(rest))
        assert size(kept + rest[:one]) > length or rest[:one].isspace()


def test_letters_keep_their_marks():
    """Of a text that came apart, and of letters that have no composed form."""
    assert cut(unicodedata.normalize("NFD", "Ồ ạt"), 1) == "Ồ"
    assert cut("ab̼̂c", 3) == "a"
    assert cut("đường", 6, "bytes") == "đư"
    assert cut("a😀", 2, "utf16") == "a"
