"""The dates that a record bears beside its status, told as facts of which nothing else is known."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.connectors.dialect import NATIONAL, PortalDialect
from api.connectors.pulling.drawing import draw_up
from api.connectors.records import to_event
from api.connectors.records_history import history
from api.recording.service import parse

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
RETURNED = {
    "MaHoSo": "000.00.01.H26-261109-0001",
    "MaTTHC": "1.001193",
    "SoGiayToChuHoSo": "001190000001",
    "TrangThaiHoSo": "10",
    "PhongBanXuLy": "Một cửa",
    "GhiChu": "Mời đến nhận",
    "NgayHenTra": "20261116",
    "NgayNopHoSo": "20261109081500",
    "NgayTiepNhan": "20261109100000",
    "NgayKetThucXuLy": "20261113160000",
    "NgayTra": "20261116080000",
}
WISHES = "DanhSachHoSoBoSung"


def wish(asked: object, came: object = None) -> dict[str, object]:
    """Return a request for papers, and when they came."""
    return {"NoiDungBoSung": "Giấy chứng sinh", "NgayBoSung": asked, "NgayTiepNhanBoSung": came}


def told(*, stepped: tuple[int, ...] = (), now: datetime = NOW, **fields: Any) -> list[tuple[int, str]]:
    """Return what the dates of a dossier that was returned tell, with fields changed: status and time there."""
    record = {**RETURNED, **fields}
    events = history(record, now, current=to_event(record, now), stepped=stepped)
    return [(one["status"], f"{datetime.fromisoformat(one['occurred_at']):%m%d %H:%M}") for one in events]


SENT, ACCEPTED, RESOLVED = (1, "1109 08:15"), (2, "1109 10:00"), (9, "1113 16:00")


def test_a_dossier_that_is_over_tells_how_it_went() -> None:
    """In order of time, with its code, its agency and nothing else; the API takes all of it."""
    events = history(RETURNED, NOW, current=to_event(RETURNED, NOW))
    assert told() == [SENT, ACCEPTED, RESOLVED]
    assert {name for event in events for name in event} == {
        *("event_id", "dossier_code", "agency_code", "status", "occurred_at")
    }
    assert {event["agency_code"] for event in events} == {"H26.01"}
    assert len(parse(events, NOW, "vi").good) == 3


def test_the_same_date_is_the_same_event_whatever_else_a_record_says() -> None:
    """So that each later reading is a repeat, and one that was corrected is another."""

    def ids(**fields: str) -> list[str]:
        record = {**RETURNED, **fields}
        return [event["event_id"] for event in history(record, NOW, current=to_event(record, NOW))]

    assert len(set(ids())) == 3
    assert ids(GhiChu="Đã báo", NgayTra="20261117") == ids()
    corrected = ids(NgayTiepNhan="20261109103000")
    assert (corrected[0], corrected[2]) == (ids()[0], ids()[2])
    assert corrected[1] != ids()[1]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"NgayNopHoSo": None}, [ACCEPTED, RESOLVED]),
        ({"NgayTuChoi": "20261110090000"}, [SENT, ACCEPTED, (3, "1110 09:00"), RESOLVED]),
        ({"NgayTuChoi": RETURNED["NgayKetThucXuLy"]}, [SENT, ACCEPTED, (3, "1113 16:00")]),
        ({"NgayTiepNhan": "chín giờ"}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": {"at": 1}}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": "00000000000000"}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": "19000101"}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": "19700301080000"}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": "20261109"}, [(2, "1109 00:00"), SENT, RESOLVED]),
        ({"NgayKetThucXuLy": "20261116080000"}, [SENT, ACCEPTED, (9, "1116 08:00")]),
        ({"NgayKetThucXuLy": "20261117080000"}, [SENT, ACCEPTED]),
        ({"NgayTiepNhan": "20261109030000Z"}, [SENT, RESOLVED]),
        ({"NgayTiepNhan": "2026-11-09T03:00:00Z"}, [SENT, ACCEPTED, RESOLVED]),
    ],
    ids=str,
)
def test_dates_that_can_be_read_and_lie_before_the_status_are_told(
    fields: dict[str, Any], expected: list[tuple[int, str]]
) -> None:
    """Those that are missing, stand for none, can not be read, are too old or not before it are left out."""
    assert told(**fields) == expected


@pytest.mark.parametrize(
    ("status", "own", "expected"),
    [
        ("1", {"NgayNopHoSo": "20261109081500"}, []),
        ("2", {}, [SENT]),
        ("3", {"NgayTuChoi": "20261114080000"}, [SENT, ACCEPTED]),
        ("4", {"ThoiDiemXuLy": "20261117080000"}, [SENT, ACCEPTED, RESOLVED, (10, "1116 08:00")]),
        ("8", {"ThoiDiemXuLy": "20261117080000"}, [SENT, ACCEPTED, (10, "1116 08:00")]),
        ("9", {}, [SENT, ACCEPTED]),
    ],
)
def test_the_date_of_the_status_itself_is_not_told_twice(
    status: str, own: dict[str, str], expected: list[tuple[int, str]]
) -> None:
    """Nor is the end of a dossier that came to no result a result."""
    assert told(TrangThaiHoSo=status, **own) == expected


def test_processing_that_began_with_the_acceptance_has_been_accepted() -> None:
    """A status without a time of its own takes the latest date, which is told all the same."""
    dates = {"NgayKetThucXuLy": None, "NgayTra": None}
    assert told(TrangThaiHoSo="4", **dates) == [SENT, ACCEPTED]
    assert told(TrangThaiHoSo="2", **dates, NgayNopHoSo=RETURNED["NgayTiepNhan"]) == [(1, "1109 10:00")]
    assert told(TrangThaiHoSo="1", **dates, NgayTiepNhan=RETURNED["NgayNopHoSo"]) == []


def test_a_status_is_told_by_its_event_alone_whenever_that_is() -> None:
    """Though its own date is another."""
    current = to_event(RETURNED, NOW) | {"occurred_at": "2026-11-17T08:00:00+07:00"}
    assert [one["status"] for one in history(RETURNED, NOW, current=current)] == [1, 2, 9]


def test_nothing_is_told_of_the_future() -> None:
    """Though the status itself is dated later still."""
    before = datetime(2026, 11, 12, 1, tzinfo=UTC)
    assert told(now=before) == [SENT, ACCEPTED]


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ([wish("20261110080000", "20261111080000")], [(5, "1110 08:00"), (4, "1111 08:00")]),
        ([wish("20261110080000")], []),
        ([wish(None, "20261111080000")], []),
        ([wish("20261110080000", "?")], []),
        ([wish("?", "20261111080000")], []),
        ([wish("20261111080000", "20261110080000")], []),
        ([wish("20261110", "20261110")], []),
        ([wish("19890101", "20261110")], []),
        ([wish("20261110080000", "20261116080000")], [(5, "1110 08:00"), (4, "1116 08:00")]),
        ([wish("20261110080000", "20261116080001")], []),
        (
            [wish("20261112080000", "20261112090000"), wish("20261110080000", "20261111080000")],
            [(5, "1110 08:00"), (4, "1111 08:00"), (5, "1112 08:00"), (4, "1112 09:00")],
        ),
        ([wish("20261110080000", "20261111080000")] * 2, [(5, "1110 08:00"), (4, "1111 08:00")]),
        ("?", []),
        (["?", None], []),
    ],
    ids=str,
)
def test_a_request_for_papers_is_told_with_its_answer_or_not_at_all(
    wishes: Any, expected: list[tuple[int, str]]
) -> None:
    """All the time after a request alone would count as waiting for the citizen."""
    record = {WISHES: wishes}
    if wishes and wishes[0] == wish("?", "20261111080000"):
        record |= {"NgayHenTra": "20261116080000"}
    assert [one for one in told(**record) if one[0] in {4, 5}] == expected


def test_the_request_that_is_the_status_is_told_by_the_status() -> None:
    """Whatever came of it since; those before it are told."""
    wishes = [wish("20261110080000", "20261111080000"), wish("20261112080000", "20261118080000")]
    assert told(TrangThaiHoSo="5", **{WISHES: wishes}) == [
        SENT,
        ACCEPTED,
        (5, "1110 08:00"),
        (4, "1111 08:00"),
    ]


def test_an_answer_may_be_what_brought_the_status() -> None:
    """Then the request alone is told, as the status follows it; no answer is told behind a lower status."""
    wishes = {WISHES: [wish("20261110080000", "20261111080000")]}
    brought = {"ThoiDiemXuLy": "20261111080000", "NgayTra": None, "NgayKetThucXuLy": None}
    assert told(TrangThaiHoSo="4", **brought, **wishes) == [SENT, ACCEPTED, (5, "1110 08:00")]
    assert told(TrangThaiHoSo="2", NgayTiepNhan="20261111080000", **wishes) == [SENT]


@pytest.mark.parametrize("stepped", [(4,), (5,), (4, 5)])
def test_what_a_step_of_progress_tells_no_date_tells(stepped: tuple[int, ...]) -> None:
    """A step knows the place, and mostly the hour."""
    wishes = [wish("20261110080000", "20261111080000")]
    assert told(stepped=stepped, **{WISHES: wishes}) == [SENT, ACCEPTED, RESOLVED]
    assert told(stepped=(1, 2)) == [RESOLVED]


def test_steps_come_first_and_then_dates_and_the_status() -> None:
    """A step that can not be read keeps its date from being told in its place, and is the record's fault."""
    at = {"MaHoSo": RETURNED["MaHoSo"], "ThoiDiemXuLy": "20261109101500"}
    steps = [
        {**at, "TrangThai": "2"},
        {**at, "TrangThai": "1", "ThoiDiemXuLy": "?"},
        {**at, "TrangThai": "?"},
    ]
    drawn = draw_up([{**RETURNED, "DanhSachTienDo": steps}], NOW, NATIONAL, "DanhSachTienDo")
    assert [int(event.status) for event in drawn.good.values()] == [2, 9, 10]
    assert set(drawn.of.values()) == {0}
    assert drawn.strays[0].place == "ThoiDiemXuLy"


@pytest.mark.parametrize("fields", [{"TrangThaiHoSo": "77"}, {"NgayTra": "?"}, {"MaHoSo": None}], ids=str)
def test_where_the_status_can_not_be_read_no_date_is_told(fields: dict[str, Any]) -> None:
    """What is before it is not known; and the record is at fault as ever."""
    drawn = draw_up([{**RETURNED, **fields}], NOW, NATIONAL)
    assert drawn.good == {}
    assert drawn.strays[0].place == next(iter(fields))


def test_a_date_that_can_not_be_read_is_no_fault_of_what_can() -> None:
    """The rest is kept, and no stray is made of it."""
    drawn = draw_up([{**RETURNED, "NgayTiepNhan": "?", "NgayNopHoSo": "19890101"}], NOW, NATIONAL)
    assert [int(event.status) for event in drawn.good.values()] == [9, 10]
    assert drawn.strays == {}


def test_dates_are_read_as_the_deployment_writes_them() -> None:
    """By its own formats."""
    dialect = PortalDialect(date_formats=("%m-%d-%Y",))
    record = {**RETURNED, "NgayNopHoSo": "11-09-2026", "NgayTra": "11-16-2026"}
    (sent,) = history(record, NOW, dialect, current=to_event({**record, "NgayHenTra": None}, NOW, dialect))
    assert (sent["status"], sent["occurred_at"]) == (1, "2026-11-09T00:00:00+07:00")


moments = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.integers(),
    st.lists(st.none(), max_size=1),
    st.integers(0, 400).map(lambda hours: f"202611{1 + hours // 24:02}{hours % 24:02}0000"),
)
dates = ("NgayNopHoSo", "NgayTiepNhan", "NgayTuChoi", "NgayKetThucXuLy", "NgayTra", "ThoiDiemXuLy")


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(dates, moments)),
    st.lists(st.builds(wish, moments, moments), max_size=3),
    st.sampled_from([str(status) for status in range(1, 11)]),
)
def test_whatever_dates_say_the_status_stays_the_last_and_all_is_taken(
    fields: dict[str, Any], wishes: list[Any], status: str
) -> None:
    """All before it, each once, and nothing that the API refuses."""
    record = {**RETURNED, **fields, WISHES: wishes, "TrangThaiHoSo": status}
    drawn = draw_up([record], NOW, NATIONAL)
    *before, current = drawn.good.values() or [None]
    assert current is None or all(
        (one.occurred_at, one.status) < (current.occurred_at, current.status) for one in before
    )
    assert all((one.step, one.note, one.due_at, one.sequence) == ("", None, None, None) for one in before)
    assert len({(one.status, one.occurred_at) for one in before}) == len(before)
    asked, went_on = ([one for one in drawn.good.values() if one.status == number] for number in (5, 4))
    asked = [one for one in asked if one is not current]
    assert bool(asked) >= any(one is not current for one in went_on)
    assert all(any(later.occurred_at > one.occurred_at for later in went_on) for one in asked)
