"""What is read from a portal: dossiers, changes by pages, procedures; whole, and as it goes wrong."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.portals.port import (
    NotLetInError,
    NotOfferedError,
    RefusedError,
    UnavailableError,
)
from api.connectors.records import to_event
from storage.procedures.formats import portal as catalogue
from tests.contracts.portals.conftest import CODE, EVENT

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SINCE = datetime.now(UTC) - timedelta(days=1)
CODES = [f"H26-261121-{number:04}" for number in range(1, 8)]
HASTY = 1.0

PASSING = [
    {"kind": "status", "code": 500},
    {"kind": "status", "code": 503, "retry_after": 1},
    {"kind": "status", "code": 429},
    {"kind": "cut"},
    {"kind": "misreport", "code": "1"},
    {"kind": "misreport", "text": "Lỗi: hệ thống đang bận"},
    {"kind": "refuse", "code": "02"},
]


def named(fault):
    return "-".join(str(value) for value in fault.values()).replace(" ", "-")


async def every(read, *given):
    """Read all pages."""
    found, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        page = await read(*given, cursor)
        found, cursor, pages = [*found, *page.records], page.cursor, pages + 1
        assert pages < 50
    return found


def until():
    return datetime.now(UTC) + timedelta(seconds=1)


async def test_a_dossier_is_read_as_the_event_that_was_told(stage):
    """All the way out and in again, in the deployment's own dates and kinds."""
    portal = stage.open()
    assert await portal.dossier(CODE) is None
    await portal.report_dossier(stage.dossier(), updating=False)
    event = to_event(await portal.dossier(CODE), NOW, portal.dialect)
    event.pop("event_id")
    assert event == EVENT


async def test_changes_come_by_pages(stage):
    """Each once, whether totals are told or not, and of nothing there is one page."""
    portal = stage.open(page_size=3)
    assert (await portal.changed(SINCE, until())).cursor is None
    await stage.put(*CODES)
    for totals in (True, False):
        await stage.rule(totals=totals)
        found = await every(portal.changed, SINCE, until())
        assert [one["MaHoSo"] for one in found] == CODES


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_off_hides_nothing(stage, hours):
    """As long as the overlap is larger; without it the change is not in the window."""
    await stage.rule(clock_hours=hours)
    await stage.put(CODE)
    window = (datetime.now(UTC) - timedelta(minutes=5), until())
    assert (await stage.open(overlap_seconds=0).changed(*window)).records == []
    (found,) = (await stage.open(overlap_seconds=4 * 3600).changed(*window)).records
    assert found["MaHoSo"] == CODE


async def test_procedures_are_listed_and_read(stage):
    """At once or by pages; each in the form that the catalogue's reader takes."""
    portal = stage.open()
    listed = await every(portal.procedures)
    assert [one["MaTTHC"] for one in listed] == [
        one["MaTTHC"] for one in await every(stage.open(procedure_pages=True, page_size=3).procedures)
    ]
    assert len(listed) == 4
    whole = await portal.procedure("1.001193")
    assert catalogue.is_record(whole)
    assert "ThanhPhanHoSo" in whole
    assert await portal.procedure("9.999999") is None
    theirs = {"procedures": {"1.001193": "1.000894"}}
    assert (await stage.open(records=theirs).procedure("1.001193"))["MaTTHC"] == "1.000894"


@pytest.mark.parametrize("fault", PASSING, ids=named)
async def test_what_passes_is_asked_again(stage, fault):
    """Twice; the third try is the last, and what was asked for is whole."""
    await stage.put(CODE)
    portal = stage.open()
    await portal.dossier(CODE)
    await stage.script(fault | {"times": 2})
    found = await portal.dossier(CODE)
    assert found is not None
    assert found["MaHoSo"] == CODE
    assert len(stage.rests) == 2
    if "retry_after" in fault:
        assert min(stage.rests) >= 1
    await stage.script(fault | {"times": 3})
    with pytest.raises(UnavailableError):
        await portal.dossier(CODE)


@pytest.mark.parametrize("kind", ["delay", "accept_then_hang"])
async def test_who_says_nothing_is_not_waited_for(stage, kind):
    """The next try finds it; a portal that stays silent is given up."""
    await stage.put(CODE)
    await stage.script({"kind": kind, "seconds": 3600, "times": 2}, to="TraCuuHoSo")
    with pytest.raises(UnavailableError, match="Timeout"):
        await stage.open(timeout_seconds=HASTY, tries=1).dossier(CODE)
    assert await stage.open(timeout_seconds=HASTY, tries=2).dossier(CODE) is not None


async def test_a_page_that_is_cut_short_or_comes_again_is_no_page(stage):
    """By the total that it tells; by its content, if it tells none."""
    await stage.put(*CODES)
    portal = stage.open(page_size=3)
    await stage.script({"kind": "truncate"}, to="TraCuuHoSo")
    first = await portal.changed(SINCE, until())
    assert [one["MaHoSo"] for one in first.records] == CODES[:3]
    await stage.script({"kind": "repeat"}, to="TraCuuHoSo")
    second = await portal.changed(SINCE, until(), first.cursor)
    assert [one["MaHoSo"] for one in second.records] == CODES[3:6]
    assert len(stage.rests) == 2
    await stage.script({"kind": "truncate", "times": 3}, to="LayDanhSachTTHC")
    with pytest.raises(UnavailableError, match="2 records where 4"):
        await portal.procedures()


async def test_one_session_serves_many_calls_and_is_renewed_once(stage):
    """Of many callers at once, one asks for it; of many that find it over, one asks for another."""
    await stage.put(CODE)
    before, portal = await stage.admitted(), stage.open()
    await asyncio.gather(*(portal.dossier(CODE) for _ in range(20)))
    assert await stage.admitted() == before + 1
    await stage.script({"kind": "expire"}, to="TraCuuHoSo")
    found = await asyncio.gather(*(portal.dossier(CODE) for _ in range(20)))
    assert all(found)
    assert await stage.admitted() == before + 2
    assert stage.rests == []


async def test_a_session_that_never_holds_is_an_operators_to_mend(stage):
    """It is renewed once in a call, and not for ever."""
    portal = stage.open()
    await stage.script({"kind": "expire", "times": -1}, to="TraCuuHoSo")
    with pytest.raises(NotLetInError):
        await portal.dossier(CODE)


async def test_a_session_that_ends_by_itself_is_not_used(stage):
    """By the time that the portal says, or the settings; nothing is refused for it first."""
    await stage.put(CODE)
    await stage.rule(session_seconds=1)
    portal = stage.open(session_seconds=1, tries=1)
    before = await stage.admitted()
    assert await portal.dossier(CODE)
    await asyncio.wait_for(_renewed(stage, portal, before), 5)


async def _renewed(stage, portal, before):
    while await stage.admitted() < before + 2:
        assert await portal.dossier(CODE)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("given", ["password", "unit", "address", "sign_in"])
async def test_who_is_not_let_in(stage, given):
    """It is not tried again: nothing but an operator changes it."""
    changed = {
        "password": {},
        "unit": {"unit": "000.00.00.H99"},
        "address": {"url": f"{stage.told['url']}/nowhere/at/all"},
        "sign_in": {"sign_in_url": f"{stage.told['sign_in_url']}/nowhere"},
    }[given]
    if given == "password":
        stage.password = "wrong"
    with pytest.raises(NotLetInError):
        await stage.open(**changed).dossier(CODE)
    assert stage.rests == []


@pytest.mark.parametrize("fault", [{"kind": "status", "code": 502}, {"kind": "cut"}], ids=named)
async def test_signing_in_is_tried_again(stage, fault):
    """A stumble there is one of the call."""
    await stage.put(CODE)
    await stage.script(fault | {"times": 2}, to="DangNhap")
    assert await stage.open().dossier(CODE)
    assert len(stage.rests) == 2


async def test_a_refusal_is_final(stage):
    """It carries the portal's code, and its words stay out of what is logged."""
    await stage.script({"kind": "refuse", "code": "04"})
    # The newer style answers a refused sign-in by HTTP, so the fault is for the service.
    await stage.script({"kind": "refuse", "code": "04"}, to="LayThuTuc")
    with pytest.raises(RefusedError, match="code 04") as refused:
        await stage.open().procedure("1.001193")
    assert refused.value.answer is not None
    assert refused.value.answer.words == "Dữ liệu không hợp lệ"
    assert refused.value.answer.words not in f"{refused.value} {refused.value.answer!r}"
    assert stage.rests == []


async def test_what_is_not_offered_is_never_asked_for(stage):
    """Whatever it is."""
    portal = stage.open(offers=[])
    await stage.script({"kind": "status", "code": 500, "times": -1})
    for call in (
        portal.dossier(CODE),
        portal.changed(SINCE, until()),
        portal.procedures(),
        portal.procedure("1.001193"),
        portal.progress(CODE),
        portal.report_dossier(stage.dossier(), updating=False),
        portal.report_progress([stage.step()]),
    ):
        with pytest.raises(NotOfferedError):
            await call
    await stage.rule(window=False)
    await stage.http.delete("/sandbox/faults/portal")
    with pytest.raises(RefusedError):
        await stage.open().changed(SINCE, until())


@pytest.mark.parametrize("cursor", ["", "x", "0..", "1.2", "1.x.", "-1..a"])
async def test_a_foreign_cursor_is_told(stage, cursor):
    """Before anything is asked."""
    with pytest.raises(ValueError, match=r".+"):
        await stage.open().changed(SINCE, until(), cursor)
