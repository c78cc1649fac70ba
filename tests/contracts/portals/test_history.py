"""All the dates that a portal's record bears are kept, once, whatever else is told of the same and whenever."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from api.connectors.dialect import NATIONAL
from api.connectors.portals.outward import dossier_record
from api.connectors.pulling.following import pull
from api.connectors.pulling.keeping import Keeping
from api.recording.service import parse, receive
from auth.principals import AgencyCaller
from storage.dossiers.working_days import WorkingCalendar
from storage.scores.writing import measure_dossiers
from tests.contracts.portals.conftest import EVENT, RULES
from tests.contracts.portals.test_reconciling import Reconciling, event

FIRST = "H26-261121-0001"
STATE = "SELECT submitted_at, accepted_at, ended_at, status, waits FROM dossier"
MEASURED = "SELECT ended_at, on_time FROM dossier_measure"
SENT, ACCEPTED = datetime(2026, 11, 9, 1, 15, tzinfo=UTC), datetime(2026, 11, 9, 3, tzinfo=UTC)
ASKED, CAME = datetime(2026, 11, 10, 1, tzinfo=UTC), datetime(2026, 11, 11, 1, tzinfo=UTC)
RESOLVED, RETURNED = datetime(2026, 11, 13, 9, tzinfo=UTC), datetime(2026, 11, 16, 1, tzinfo=UTC)
DATES = {
    "NgayNopHoSo": "20261109081500",
    "NgayTiepNhan": "20261109100000",
    "NgayKetThucXuLy": "20261113160000",
    "NgayTra": "20261116080000",
    "NgayHenTra": "20261113170000",
}
ASKING = {"NoiDungBoSung": "Giấy chứng sinh", "NgayBoSung": "20261110080000"}
ANSWERED = ASKING | {"NgayTiepNhanBoSung": "20261111080000"}
WISHES = "DanhSachHoSoBoSung"


def shown(status, *dates, code=FIRST, **fields):
    """Return a dossier as the portal shows it at a stage, with the dates that it has by then."""
    person = {
        "MaHoSo": code,
        "MaTTHC": "1.001193",
        "SoGiayToChuHoSo": "001190000001",
        "LoaiDoiTuong": "1",
        "ChuHoSo": "Nguyễn Thị Ví Dụ",
    }
    return person | {"TrangThaiHoSo": status} | {name: DATES[name] for name in dates} | fields


WHOLE = shown("10", *DATES, PhongBanXuLy="Một cửa", **{WISHES: [ANSWERED]})
"""A dossier that is over."""


class Telling(Reconciling):
    """What a test pulls, pushes and compares with."""

    async def read(self, link, record):
        """Keep a dossier as the portal shows it now."""
        await self.have([record])
        kept = await Keeping(link).keep([await link.portal.dossier(record["MaHoSo"])])
        assert kept.strays == []
        return kept

    async def push(self, link, *told):
        """Let the agency tell facts; return what became of each."""
        now = datetime.now(UTC)
        events = [{**one, "event_id": f"{one['status']}-{one['occurred_at']}-{len(one)}"} for one in told]
        async with self.open_unit() as uow:
            answers = await receive(
                uow,
                caller=AgencyCaller(client_id="h26", agency_id=await self.agency("H26"), scopes=frozenset()),
                authority=link.authority,
                good=parse(events, now, "vi").good,
                now=now,
                stale_after=link.stale_after,
                locale="vi",
            )
            await uow.commit()
        return [str(answers[place].outcome) for place in range(len(told))]

    async def timeline(self, code=FIRST):
        """Return status, time and step of each fact that is kept of a dossier."""
        return [(status, at, step) for one, status, at, step, *_ in await self.rows() if one == code]


@pytest.fixture
async def world(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Telling(stage=stage, open_unit=unit_of_work)
    await one.prepare()
    return one


async def test_a_dossier_that_is_first_heard_of_when_it_is_over_has_its_whole_course(world):
    """When it was sent in, accepted, asked for papers and resolved; read again, it is nothing new."""
    link = world.connect()
    await world.have([WHOLE])
    async with world.turn(link) as turn:
        first = await pull(link, turn)
        again = await pull(link, turn)
    assert (first.events, first.strays) == (6, [])
    assert (again.events, again.repeated, again.strays) == (0, 6, [])
    assert await world.timeline() == [
        (1, SENT, ""),
        (2, ACCEPTED, ""),
        (5, ASKED, ""),
        (4, CAME, ""),
        (9, RESOLVED, ""),
        (10, RETURNED, "Một cửa"),
    ]
    ((submitted, accepted, ended, status, waits),) = await world.rows(STATE)
    assert (submitted, accepted, ended, status) == (SENT, ACCEPTED, RESOLVED, 10)
    assert [[datetime.fromisoformat(at) for at in wait] for wait in waits] == [[ASKED, CAME]]
    counts = await world.compare(link)
    assert (counts["compared"], counts.get("differing")) == (1, None)


async def test_it_is_measured_by_the_end_of_processing_and_not_by_its_return(world):
    """Resolved an hour before the promised time, and fetched after it: on time."""
    await world.read(world.connect(), WHOLE)
    async with world.open_unit() as uow:
        ((dossier_id,),) = await world.rows("SELECT id FROM dossier")
        assert await measure_dossiers(uow, [dossier_id], WorkingCalendar()) == 1
        await uow.commit()
    assert await world.rows(MEASURED) == [(RESOLVED, True)]


async def test_read_at_each_stage_in_any_order_it_is_the_same_dossier(world):
    """Whichever stage was read first, late, or again at the end."""
    link = world.connect()
    orders = list(permutations(range(3)))
    for number, order in enumerate(orders, start=1):
        code = f"H26-261121-{number:04}"
        stages = (
            shown("2", "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", code=code, PhongBanXuLy="Một cửa"),
            shown("5", "NgayNopHoSo", "NgayTiepNhan", code=code, **{WISHES: [ASKING]}),
            WHOLE | {"MaHoSo": code},
        )
        for stage in (*order, order[0]):
            await world.read(link, stages[stage])
    timelines = [await world.timeline(f"H26-261121-{number:04}") for number in range(1, len(orders) + 1)]
    assert timelines[0] == [
        (1, SENT, ""),
        (2, ACCEPTED, "Một cửa"),
        (5, ASKED, ""),
        (4, CAME, ""),
        (9, RESOLVED, ""),
        (10, RETURNED, "Một cửa"),
    ]
    assert all(one == timelines[0] for one in timelines)
    states = await world.rows(STATE + " ORDER BY code")
    assert all(state == states[0] for state in states)


async def test_of_a_record_in_another_name_nothing_is_kept(world):
    """Its dates name nobody, and are not kept either; what else is read with it is."""
    link, second = world.connect(), "H26-261121-0002"
    await world.read(link, shown("2", "NgayNopHoSo", "NgayTiepNhan"))
    before = await world.timeline()
    strange, records = WHOLE | {"SoGiayToChuHoSo": "001190000002"}, []
    for one in (strange, shown("2", "NgayTiepNhan", code=second), strange | {"MaHoSo": second}):
        await world.have([one])
        records.append(await link.portal.dossier(one["MaHoSo"]))
    kept = await Keeping(link).keep(records)
    assert {(one.code, one.reason) for one in kept.strays} == {
        (FIRST, "another-applicant"),
        (second, "another-applicant"),
    }
    assert (kept.events, await world.timeline()) == (1, before)
    assert await world.timeline(second) == [(2, ACCEPTED, "")]


async def test_what_an_agency_tells_later_of_a_date_is_that_fact(world):
    """Its row takes the step: nothing is new of it, and nobody is told of it."""
    link = world.connect()
    await world.read(link, WHOLE)
    ids = "SELECT id FROM dossier_event ORDER BY id"
    before, notices = await world.rows(ids), await world.rows("SELECT count(*) FROM notification")
    accepted = event(1, occurred_at=ACCEPTED.isoformat(), step="Một cửa", due_at=None, applicant=None)
    asked = {**accepted, "status": 5, "occurred_at": ASKED.isoformat(), "note": "Giấy chứng sinh"}
    assert await world.push(link, accepted, asked) == ["repeated", "repeated"]
    assert await world.rows(ids) == before
    assert (await world.timeline())[1:3] == [(2, ACCEPTED, "Một cửa"), (5, ASKED, "Một cửa")]
    assert await world.rows("SELECT count(*) FROM notification") == notices
    noted = "SELECT status FROM dossier_event WHERE note_sealed IS NOT NULL"
    assert await world.rows(noted) == [(5,)]
    assert (await world.read(link, WHOLE)).events == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_date_beside_a_note_stays_what_it_is(world, at_once):
    """A telling without a step that says something is no date: beside a step, both remain."""
    link = world.connect()
    accepted = event(1, occurred_at=ACCEPTED.isoformat(), due_at=None, note="Đã nhận đủ giấy tờ")
    stepped = {**accepted, "step": "Một cửa", "note": None}
    for told in [(accepted, stepped)] if at_once else [(accepted,), (stepped,)]:
        assert await world.push(link, *told) == ["accepted"] * len(told)
    await world.read(link, WHOLE)
    assert [one for one in await world.timeline() if one[0] == 2] == [
        (2, ACCEPTED, ""),
        (2, ACCEPTED, "Một cửa"),
    ]


@pytest.mark.parametrize("fraction", [timedelta(0), timedelta(milliseconds=250)])
async def test_our_own_report_comes_back_without_a_new_fact(world, fraction):
    """Though it bears dates of all that was told, to the second and without steps; and nothing differs then."""
    link = world.connect()
    course = [(1, SENT), (2, ACCEPTED), (5, ASKED), (4, CAME), (9, RESOLVED), (10, RETURNED)]
    told = [
        EVENT
        | {
            "dossier_code": FIRST,
            "status": status,
            "occurred_at": (at + fraction).isoformat(),
            "step": "Một cửa",
        }
        for status, at in course
    ]
    assert await world.push(link, *told) == ["accepted"] * 6
    before = await world.rows()
    await world.have([dossier_record(told, NATIONAL, RULES).record])
    async with world.turn(link) as turn:
        kept = await pull(link, turn)
    assert (kept.events, kept.repeated, kept.strays) == (0, 4, [])
    assert [row[:5] for row in await world.rows()] == [row[:5] for row in before]
    assert (await world.compare(link)).get("differing") is None
    assert await world.differences() == []


async def test_a_day_is_what_others_told_of_that_day(world):
    """A date without an hour is no fact at midnight beside theirs; with an hour, or on another day, it is one."""
    link = world.connect()
    evening = (ACCEPTED + timedelta(hours=13)).isoformat()
    for at in (ACCEPTED.isoformat(), evening):
        await world.push(link, event(1, occurred_at=at, step="Một cửa", due_at=None))
    record = shown("9", "NgayNopHoSo", "NgayKetThucXuLy", NgayTiepNhan="20261109000000")
    await world.read(link, record)
    accepted = [(2, ACCEPTED, "Một cửa"), (2, datetime.fromisoformat(evening), "Một cửa")]
    assert [one for one in await world.timeline() if one[0] == 2] == accepted
    await world.read(link, record | {"NgayTiepNhan": "20261110000000"})
    await world.read(link, record | {"NgayTiepNhan": "20261109090000"})
    times = [at for status, at, _ in await world.timeline() if status == 2]
    assert times == [
        ACCEPTED - timedelta(hours=1),
        ACCEPTED,
        datetime.fromisoformat(evening),
        datetime(2026, 11, 9, 17, tzinfo=UTC),
    ]
