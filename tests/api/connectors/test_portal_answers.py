"""What answers of a portal mean by the tables of a deployment; pages that move while they are read; turns."""

import itertools
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.connectors.dialect import NATIONAL
from api.connectors.portals.answer_rules import AnswerRules
from api.connectors.portals.deployment import AnswerNames
from api.connectors.portals.gate import Pace
from api.connectors.portals.outcomes import Meaning, meaning_of, of_reports, understand
from api.connectors.portals.paging import Place, check_page, page_of
from api.connectors.portals.port import Answer, Outcome, UnavailableError
from api.connectors.portals.reporting import same_state
from api.connectors.portals.wire import Said
from notify.rates import Rate

NAMES = AnswerNames()
RULES = AnswerRules(success=["00"], exists=["02"], refused=["04"], busy=["08"])
SIZE = 10


def understood(body: Any, status: int = 200):
    """Read an answer of the session interface."""
    return understand(Said(status=status, body=body), NAMES, RULES)


def each(*entries: dict[str, Any], code: str = "00"):
    return understood({"error_code": code, "result": list(entries)})


def entry(name: str, code: str = "00", words: str = "") -> dict[str, Any]:
    return {"MaHoSo": name, "error_code": code, "message": words}


def outcomes(answer, *names: str) -> list[Outcome]:
    return [one.outcome for one in of_reports(answer, [{"MaHoSo": name} for name in names], NAMES, RULES)]


@pytest.mark.parametrize(
    ("code", "words", "meaning"),
    [
        ("00", "", Meaning.DONE),
        ("00", "Thành công", Meaning.DONE),
        ("00", "Không có lỗi", Meaning.DONE),
        ("00", "Cập nhật KHÔNG THÀNH CÔNG", Meaning.UNCLEAR),
        ("00", unicodedata.normalize("NFD", "Lỗi: quá tải"), Meaning.UNCLEAR),
        ("02", "Thành công", Meaning.EXISTS),
        ("08", "", Meaning.BUSY),
        ("99", unicodedata.normalize("NFD", "Hồ sơ ĐÃ TỒN TẠI trên hệ thống"), Meaning.EXISTS),
        ("99", "Phiên làm việc đã hết hạn", Meaning.EXPIRED),
        ("99", "Mã hồ sơ không tồn tại", Meaning.MISSING),
        ("99", "Thành công", Meaning.UNCLEAR),
        ("04", "đã tồn tại", Meaning.REFUSED),
    ],
)
def test_a_code_and_words_mean_something_together(code: str, words: str, meaning: Meaning):
    """Tables come first; words explain a code that no table has, and deny a success."""
    assert meaning_of(Answer(code=code, words=words), RULES) is meaning


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
bodies = st.none() | st.dictionaries(
    st.sampled_from(["error_code", "message", "result", "total", "session", "x"]),
    json_values
    | st.sampled_from(["00", 0, "02", "Lỗi", [{"error_code": "00"}], [{"MaHoSo": 1, "error_code": 2}]]),
)


@given(bodies, st.integers(100, 599), st.lists(st.sampled_from(["A", "B"]), min_size=1, max_size=4))
def test_any_answer_means_something(body, status, names):
    """Whatever is said: one outcome for each record, and done is nothing but a success that is whole."""
    answer = understood(body, status)
    if answer.meaning in {Meaning.EXPIRED, Meaning.NOT_LET_IN}:
        return
    said = outcomes(answer, *names)
    assert len(said) == len(names)
    if Outcome.DONE in said:
        assert 100 <= status < 300 or status < 500
        assert "00" in json.dumps(body)


def test_each_record_has_its_own_outcome():
    """By its place, where the answer has all of them; by its code, where that is one of a kind."""
    answer = each(entry("A"), entry("B", "04"), entry("C", "99", "đã tồn tại"), code="04")
    assert outcomes(answer, "A", "B", "C") == [Outcome.DONE, Outcome.REFUSED, Outcome.EXISTS]
    assert outcomes(each(entry("B", "04"), entry("A")), "A", "B", "C") == [
        Outcome.DONE,
        Outcome.REFUSED,
        Outcome.UNKNOWN,
    ]
    assert outcomes(each(entry("A"), entry("A", "04")), "A", "A") == [Outcome.DONE, Outcome.REFUSED]
    assert outcomes(each(entry("A")), "A", "A") == [Outcome.UNKNOWN] * 2
    assert outcomes(each(entry("A"), code="99"), "A") == [Outcome.UNKNOWN]
    assert outcomes(each(entry("A"), code="08"), "A") == [Outcome.RETRYABLE]
    assert outcomes(each(entry("A", "01", "hết hạn")), "A") == [Outcome.UNKNOWN]


def test_an_answer_without_entries_is_for_all():
    """Of a single call there is one meaning."""
    assert outcomes(each(), "A", "B") == [Outcome.DONE] * 2
    assert outcomes(each(code="04"), "A", "B") == [Outcome.REFUSED] * 2


@pytest.mark.parametrize(
    "given",
    [{}, {"success": []}, {"success": ["00"], "exists": ["00"]}, {"success": ["00"], "exists_words": "("}],
)
def test_rules_that_are_none(given: dict[str, Any]):
    """A success has to be named, a code means one thing, and a pattern is one."""
    with pytest.raises(ValidationError):
        AnswerRules(**given)


@dataclass
class Moving:
    """A portal's list, of which records leave while it is read."""

    records: list[dict[str, Any]]
    totals: bool

    def read(self, place: Place):
        shown = self.records[(place.page - 1) * SIZE : place.page * SIZE]
        told = {"total": len(self.records)} if self.totals else {}
        return understood({"error_code": "00", "result": shown} | told)


@given(st.integers(0, 60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 25)), max_size=3))
def test_records_that_leave_a_list_hide_no_other(count, leaving):
    """What moved to a page that was read already is read all the same, as the total says so."""
    portal = Moving([{"MaHoSo": str(number)} for number in range(count)], totals=True)
    left, seen, cursor = iter(leaving), set(), None
    for _ in range(100):
        place = Place.read(cursor)
        answer = portal.read(place)
        check_page(answer, place, SIZE)
        page = page_of(answer, place, SIZE)
        seen |= {record["MaHoSo"] for record in page.records}
        cursor = page.cursor
        if cursor is None:
            break
        start, many = next(left, (0, 0))
        del portal.records[start : start + many]
    assert cursor is None
    assert {record["MaHoSo"] for record in portal.records} <= seen


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30])
def test_all_pages_are_read_and_no_more(count: int, totals: bool):
    """One empty page ends a list of which nobody says how long it is."""
    portal = Moving([{"MaHoSo": str(number)} for number in range(count)], totals=totals)
    seen, cursor = [], None
    for number in itertools.count(1):
        asked, place = number, Place.read(cursor)
        page = page_of(portal.read(place), place, SIZE)
        seen += page.records
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == portal.records
    full = -(-count // SIZE)
    assert asked == (max(1, full) if totals else full + 1)


def test_a_short_page_and_a_repeated_one():
    """The first by what is told, the second by what it holds."""
    portal = Moving([{"MaHoSo": str(number)} for number in range(25)], totals=True)
    short = understood({"error_code": "00", "result": portal.records[:4], "total": 25})
    with pytest.raises(UnavailableError, match="4 records where 10"):
        check_page(short, Place(), SIZE)
    first = portal.read(Place())
    second = Place.read(page_of(first, Place(), SIZE).cursor)
    with pytest.raises(UnavailableError, match="again"):
        check_page(first, second, SIZE)
    check_page(portal.read(second), second, SIZE)


def test_texts_that_were_cut_are_the_same_state():
    """A dossier stands as we said if status and dates do; what they do not show says nothing."""
    ours = {
        "TrangThaiHoSo": "2",
        "NgayTiepNhan": "20261121090000",
        "TrichYeuHoSo": "dài",
        "NgayHenTra": "20261126",
    }
    theirs = {"TrangThaiHoSo": 2, "NgayTiepNhan": "2026-11-21T02:00:00Z", "TrichYeuHoSo": "d"}
    assert same_state(ours, theirs, NATIONAL)
    for change in (
        {"TrangThaiHoSo": 4},
        {"NgayTiepNhan": "x"},
        {"NgayHenTra": "20261127"},
        {"TrangThaiHoSo": None},
    ):
        assert not same_state(ours, theirs | change, NATIONAL)


async def test_calls_take_turns():
    """So many at once, then one after the other; after a rest as many at once again."""
    now, rests = [100.0], []

    async def pause(seconds: float) -> None:
        rests.append(round(seconds, 6))

    pace = Pace(Rate(per_second=2, burst=3), clock=lambda: now[0], pause=pause)
    for _ in range(5):
        await pace.turn()
    assert rests == [0.5, 1.0]
    now[0] += 60
    for _ in range(3):
        await pace.turn()
    assert rests == [0.5, 1.0]
