"""Lists of units and of agencies that a portal shares: what changed of them is kept, and nothing of a bad one."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from api.connectors.chores import CHORES
from api.connectors.engine import TurnLostError
from api.connectors.portals.port import Page, PortalError, UnavailableError
from api.connectors.pulling import lists
from api.connectors.pulling.agencies import AGENCIES
from api.connectors.pulling.units import UNITS
from storage.agencies import reading as seen
from storage.agencies.importing import EntryRefusedError
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term, put, set_terms
from storage.portal_pulls import leases, streams
from storage.portal_pulls.shared import ListShrunkError
from storage.procedures.formats.faults import FileRefusedError
from storage.units import repository as units
from storage.units.record import Commune, FormerCommune, Province, Share, Units
from tests.contracts.portals.pulling import Pulling

SERVICES = {UNITS: "LayDanhSachDonViHanhChinh", AGENCIES: "LayDanhSachCoQuan"}
OURS = Units(
    provinces=(Province(code="01", name="Thành phố Cũ", short_name="Cũ", latitude=21.5, longitude=105),),
    communes=(Commune(code="00009", name="Xã Núi", short_name="Núi", kind="Xã", province_code="01"),),
    former=(
        FormerCommune(
            province_code="03",
            province="Tỉnh Bắc",
            district_code="001",
            district="Huyện Núi",
            code="00009",
            name="Xã Suối",
            new_code="00009",
            share=Share.WHOLE,
        ),
    ),
)


def unit(code, name, parent=None, **more):
    """Return a unit as the portal lists it."""
    return {"MaDonViHanhChinh": code, "TenDonViHanhChinh": name, "MaCapTren": parent, **more}


def wards(*numbers, of="01"):
    """Return wards as the portal lists them."""
    return [unit(f"{number:05}", f"Phường {number}", of) for number in numbers]


def agency(code, name="Cơ quan", parent="H26", **more):
    """Return an agency as the portal lists it."""
    return {"MaCoQuan": code, "TenCoQuan": name, "MaCoQuanCapTren": parent, **more}


def offices(*numbers):
    """Return new agencies below ours."""
    return [agency(f"H26.{number}", f"Sở {number}") for number in numbers]


WAITING = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
CITY = unit("01", "Thành phố Hà Nội")


@pytest.fixture
async def world(stage, unit_of_work):
    """A portal of either style, agencies of ours, and units."""
    one = Pulling(
        stage=stage,
        open_unit=unit_of_work,
        told={"offers": ["units", "agencies"], "pull": {"lists_hours": 1}},
    )
    await one.prepare()
    async with unit_of_work() as uow:
        await units.put(uow, OURS, author="test", source="test")
        await uow.commit()
    return one


async def have(world, what, entries):
    """Let the portal list these."""
    answer = await world.stage.http.put(f"/sandbox/portal/lists/{what.stream.value}", json=entries)
    assert answer.status_code == 204, answer.text


async def refreshed(world, what, *entries, link=None, **given):
    """Let the portal list these, and read them."""
    if entries:
        await have(world, what, list(entries))
    link = link or world.link()
    async with world.turn(link, what.chore) as turn:
        return await what.refresh(link, turn, **given)


async def stream(world, what):
    """Return how far a list was read."""
    async with world.open_unit() as uow:
        return await streams.read(uow, "quoc-gia", what.stream)


async def our_units(world):
    """Return the units in force."""
    async with world.open_unit() as uow:
        return await units.load(uow)


async def our_agencies(world):
    """Return agencies by code."""
    async with world.open_unit() as uow:
        return {one.code: one for one in await seen.agencies(uow)}


async def test_units_are_put_in_force_and_what_is_not_listed_stays(world):
    """In the name of the portal: names as it says, places on earth, other communes and the map as they were."""
    done = await refreshed(world, UNITS, CITY, *wards(1, 2))
    assert (done.listed, done.changed, done.gone) == (3, 3, [])
    found = await our_units(world)
    assert found.provinces == (
        Province(code="01", name="Thành phố Hà Nội", short_name="Hà Nội", latitude=21.5, longitude=105),
    )
    assert [(one.code, one.name, one.short_name, one.kind) for one in found.communes] == [
        ("00001", "Phường 1", "1", "Phường"),
        ("00002", "Phường 2", "2", "Phường"),
        ("00009", "Xã Núi", "Núi", "Xã"),
    ]
    assert found.former == OURS.former
    async with world.open_unit() as uow:
        version = (await units.versions(uow))[0]
    assert (version.number, version.author, version.source) == (2, "portal:quoc-gia", "quoc-gia")


async def test_units_that_are_as_they_were_make_no_version(world):
    """And one that changed makes one."""
    await refreshed(world, UNITS, CITY, *wards(1, 2))
    assert (await refreshed(world, UNITS)).changed == 0
    assert (await stream(world, UNITS)).records == 6
    renamed = await refreshed(
        world, UNITS, CITY, *wards(1), unit("00002", "Đỏ", "01", LoaiDonViHanhChinh="Xã")
    )
    assert renamed.changed == 1
    async with world.open_unit() as uow:
        assert await units.version(uow) == 3
    (red,) = (one for one in (await our_units(world)).communes if one.code == "00002")
    assert (red.name, red.short_name, red.kind) == ("Xã Đỏ", "Đỏ", "Xã")


async def test_a_unit_that_can_not_be_read_refuses_the_whole(world):
    """As in a file; the stream names its place, with no word of the portal's."""
    with pytest.raises(FileRefusedError):
        await refreshed(world, UNITS, CITY, *wards(1), unit("00003", "Nguyễn Thị Ví Dụ", "01"))
    assert await our_units(world) == OURS
    known = await stream(world, UNITS)
    assert known.failing_since
    assert known.error == "FileRefusedError: 1 entries can not be used: 3 LoaiDonViHanhChinh"


async def test_a_commune_of_no_province_refuses_the_whole(world):
    """As in a file."""
    with pytest.raises(FileRefusedError, match="there is no province 99"):
        await refreshed(world, UNITS, CITY, *wards(1, of="99"))
    assert await our_units(world) == OURS


async def test_agencies_come_in_are_renamed_end_and_have_successors(world):
    """In any order, with other codes, by dates as the portal writes them; what is above its own is not its affair."""
    done = await refreshed(
        world,
        AGENCIES,
        agency("H26.3.1", "Tổ Một", "000.00.03.H26"),
        agency("H26.1", "Phường Mới", NgayHetHieuLuc="20250630000000", MaCoQuanKeThua="H26.03"),
        agency("000.00.03.H26", "Sở Ba", MaKhac=["H26.90", "H26.03"]),
        agency("H26", "Thành phố Ví Dụ", "000.00.00.G01"),
    )
    assert (done.listed, done.changed, done.refused) == (4, 3, [])
    found = await our_agencies(world)
    assert {code: (one.name, one.parent) for code, one in found.items()} == {
        "H26": ("Thành phố Ví Dụ", None),
        "H26.1": ("Phường Mới", "H26"),
        "H26.03": ("Sở Ba", "H26"),
        "H26.3.1": ("Tổ Một", "H26.03"),
        "H30": ("Tỉnh Khác", None),
    }
    assert (found["H26.1"].valid_to, found["H26.1"].successor) == (date(2025, 6, 30), "H26.03")
    assert found["H26.03"].aliases == ["H26.90"]
    assert (await refreshed(world, AGENCIES)).changed == 0


async def test_days_that_no_list_tells_stay(world):
    """Of an agency that is named without any, and of another code of it."""
    async with world.open_unit() as uow:
        alias = Alias(code="H26.77", valid_from=date(2025, 7, 1))
        await put(uow, [AgencyRecord(code="H26.1", name="Phường Một", parent="H26", aliases=(alias,))])
        await set_terms(uow, [Term(code="H26.1", valid_from=date(2020, 1, 1))])
        await uow.commit()
    done = await refreshed(
        world, AGENCIES, agency("H26.1", "Phường Một", MaKhac="H26.77; ", NgayHieuLuc="", NgayHetHieuLuc=None)
    )
    assert done.changed == 0
    done = await refreshed(world, AGENCIES, agency("H26.1", "Phường Hai", MaKhac="H26.77;H26.78"))
    assert done.changed == 1
    one = (await our_agencies(world))["H26.1"]
    assert (one.name, one.valid_from, one.aliases) == ("Phường Hai", date(2020, 1, 1), ["H26.77", "H26.78"])
    assert one.alias_days == {"H26.77": ["2025-07-01", None]}


async def test_a_portal_brings_no_agency_of_others(world):
    """Neither one of theirs, nor a new one of theirs by its parent or its code, nor a code; each is named.

    Nor one by a code that is only another of one of ours: nobody knows which of the two is meant.
    """
    async with world.open_unit() as uow:
        other = AgencyRecord(code="H26.66", name="Của tỉnh khác", parent="H30")
        await put(uow, [other, AgencyRecord(code="H26", name="Ví Dụ", aliases=(Alias(code="H26.77"),))])
        await uow.commit()
    before = await our_agencies(world)
    done = await refreshed(
        world,
        AGENCIES,
        agency("H30", "Bị chiếm", None),
        agency("H30.1", parent="H30"),
        agency("H30.2", parent="H26"),
        agency("H26.66", "Bị chiếm", parent="H26"),
        agency("H26.77", parent="H26"),
        agency("H26.8", parent="H30"),
        agency("H26.9", parent="H26.10"),
        agency("H26.10", parent="H26.9"),
        agency("H40", parent=None),
        agency("?", parent="H26"),
        agency("H26.1", "Phường Một", MaKhac=["H30.7"]),
        agency("H26.3", "Sở Ba"),
    )
    others = {"H26.10", "H26.66", "H26.77", "H26.8", "H26.9", "H30", "H30.1", "H30.2", "H30.7", "H40"}
    assert sorted(done.refused) == sorted({"#10", *others})
    assert (done.listed, done.changed) == (2, 1)
    after = await our_agencies(world)
    assert after.pop("H26.3").parent == "H26"
    assert after == before


async def test_a_list_of_others_alone_is_none(world):
    """It is trouble of the stream, and no list of ours that became empty."""
    with pytest.raises(UnavailableError, match="nothing that is for it to bring"):
        await refreshed(world, AGENCIES, agency("H30", "Bị chiếm", None))
    assert (await stream(world, AGENCIES)).read_until is None


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (agency("H26.4", ""), FileRefusedError),
        (agency("H26.1", parent="H26.3"), EntryRefusedError),
        (agency("H26.4", NgayHetHieuLuc="20250630000000", MaCoQuanKeThua="H99"), EntryRefusedError),
        (agency("H26.4", NgayHetHieuLuc="20250630000000", MaCoQuanKeThua="H26.4"), EntryRefusedError),
        (agency("H26.4", MaKhac=["H26.3"]), EntryRefusedError),
    ],
    ids=str,
)
async def test_a_bad_entry_among_ours_refuses_the_whole(world, bad, error):
    """As in a file."""
    before = await our_agencies(world)
    with pytest.raises(error):
        await refreshed(world, AGENCIES, *offices(3), bad)
    assert await our_agencies(world) == before
    assert (await stream(world, AGENCIES)).error.startswith(error.__name__)


@pytest.mark.parametrize("what", [UNITS, AGENCIES], ids=lambda one: one.stream)
async def test_a_list_that_shrank_changes_nothing_unless_told(world, what):
    """What it lists no more is named, time and again, and stays; back in the list, it is named no more."""
    whole = {UNITS: [CITY, *wards(*range(1, 11))], AGENCIES: offices(*range(2, 12))}[what]
    left = {UNITS: [CITY, *wards(1, 2)], AGENCIES: offices(2, 3)}[what]
    codes = {UNITS: [f"{n:05}" for n in range(3, 11)], AGENCIES: sorted(f"H26.{n}" for n in range(4, 12))}[
        what
    ]
    await refreshed(world, what, *whole)
    kept = await our_units(world), await our_agencies(world)
    with pytest.raises(ListShrunkError):
        await refreshed(world, what, *left)
    assert (await stream(world, what)).error.startswith("ListShrunkError: 8 of 10")
    assert (await refreshed(world, what, shrink=True)).gone == codes
    assert (await refreshed(world, what)).gone == codes
    assert (await stream(world, what)).error is None
    assert (await our_units(world), await our_agencies(world)) == kept
    assert (await refreshed(world, what, *whole)).gone == []


async def test_provinces_are_counted_apart_from_their_communes(world):
    """Half of the provinces are few of all units."""
    await refreshed(world, UNITS, CITY, unit("02", "Tỉnh Hai"), *wards(*range(1, 21)))
    with pytest.raises(ListShrunkError, match="1 of 2"):
        await refreshed(world, UNITS, CITY, *wards(*range(1, 21)))


FAULTS = [
    {"kind": "truncate"},
    {"kind": "cut"},
    {"kind": "status", "code": 500},
    {"kind": "refuse", "code": "04"},
]


@pytest.mark.parametrize("what", [UNITS, AGENCIES], ids=lambda one: one.stream)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_half_a_list_is_none(world, what, fault):
    """The stream says since when and why, and the next reading is a whole one."""
    before = await our_units(world), await our_agencies(world)
    await have(world, what, {UNITS: [CITY, *wards(1)], AGENCIES: offices(3)}[what])
    await world.stage.script(fault, to=SERVICES[what])
    with pytest.raises(PortalError):
        await refreshed(world, what)
    assert (await stream(world, what)).failing_since is not None
    assert (await our_units(world), await our_agencies(world)) == before
    await refreshed(world, what)
    assert (await stream(world, what)).failing_since is None


@pytest.mark.parametrize("totals", [True, False])
async def test_a_list_comes_by_pages_to_its_end(world, totals):
    """With or without a total; where one page is cut, none of it is kept, though no total shows it."""
    await world.stage.rule(totals=totals, page=4)
    link = world.link(page_size=4)
    every = [CITY, *wards(*range(1, 12))]
    assert (await refreshed(world, UNITS, *every, link=link)).listed == 12
    await world.stage.script({"kind": "truncate"}, to=SERVICES[UNITS])
    with pytest.raises(UnavailableError, match="cut short"):
        await refreshed(world, UNITS, link=link)


async def test_a_list_may_come_at_once(world):
    """Where the deployment knows no pages."""
    link = world.link(lists={"pages": False})
    assert (await refreshed(world, AGENCIES, *offices(*range(2, 200)), link=link)).listed == 198


async def test_an_entry_that_comes_twice_is_one(world):
    """As pages may move while they are read."""
    assert (await refreshed(world, AGENCIES, *offices(2, 3, 2))).listed == 2
    assert (await refreshed(world, UNITS, CITY, *wards(1, 1))).listed == 2


async def test_names_are_the_deployment_s(world):
    """Of services and of fields, by settings."""
    link = world.link(
        lists={"agency": {"code": "Ma", "name": "Ten", "parent": "Cha"}}, services={"agencies": "LayDonVi"}
    )
    with pytest.raises(PortalError):
        await refreshed(world, AGENCIES, {"Ma": "H26.3", "Ten": "Sở Ba", "Cha": "H26"}, link=link)
    link = world.link(lists={"agency": {"code": "Ma", "name": "Ten", "parent": "Cha"}})
    assert (await refreshed(world, AGENCIES, link=link)).changed == 1


class Endless:
    """A portal whose list never ends."""

    async def agencies(self, _cursor):
        """Say that there is more, always."""
        return Page(records=offices(*range(2, 102)), cursor="2..")


class Strange:
    """A portal whose list holds what is no record."""

    async def agencies(self, _cursor):
        """Say how many of those there are."""
        return Page(records=offices(2), cursor=None, unreadable=1)


@pytest.mark.parametrize("portal", [Endless(), Strange()])
async def test_neither_a_circle_nor_what_is_no_record_is_a_list(world, portal, monkeypatch):
    """It comes to an end, and nothing of it is kept."""
    monkeypatch.setattr(lists, "MOST_ENTRIES", 500)
    before = await our_agencies(world)
    with pytest.raises(UnavailableError):
        await refreshed(world, AGENCIES, link=replace(world.link(), portal=portal))
    assert await our_agencies(world) == before


@pytest.mark.parametrize("what", [UNITS, AGENCIES], ids=lambda one: one.stream)
async def test_whoever_lost_the_turn_keeps_nothing(world, what):
    """Of two workers, the one that took over."""
    link = world.link()
    before = await our_units(world), await our_agencies(world)
    await have(world, what, {UNITS: [CITY], AGENCIES: offices(3)}[what])
    async with world.turn(link, what.chore) as turn, world.turn(link, what.chore) as second:
        assert second is None
        async with world.open_unit() as uow:
            await leases.release(uow, link.name, what.chore, turn.holder)
            await uow.commit()
        async with world.turn(link, what.chore) as other:
            with pytest.raises(TurnLostError):
                await what.refresh(link, turn)
            assert (await our_units(world), await our_agencies(world)) == before
            assert (await what.refresh(link, other)).changed == 1


async def test_an_import_at_the_same_time_is_not_undone(world):
    """A portal adds to the units that are in force when its list is kept, not to those of before."""
    await have(world, UNITS, [CITY, *wards(1)])
    link = world.link()
    async with world.open_unit() as importing:
        mine = (
            *OURS.communes,
            Commune(code="00010", name="Xã Mười", short_name="Mười", kind="Xã", province_code="01"),
        )
        await units.put(importing, OURS.model_copy(update={"communes": mine}), author="an", source="tệp")
        async with world.turn(link, UNITS.chore) as turn:
            reading = asyncio.create_task(UNITS.refresh(link, turn))
            await waiting(world)
            await importing.commit()
            await reading
    assert [one.code for one in (await our_units(world)).communes] == ["00001", "00009", "00010"]


async def waiting(world):
    """Wait until somebody waits for the turn to put units."""
    async with asyncio.timeout(20):
        while not await world.rows(WAITING):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.01)


async def test_lists_are_read_when_it_is_time_to(world):
    """Once in an hour here, sooner after trouble."""
    link = world.link()
    await have(world, AGENCIES, offices(3))
    async with world.turn(link, AGENCIES.chore) as turn:
        await AGENCIES.look(link, turn)
        await have(world, AGENCIES, offices(3, 4))
        assert 3000 < await AGENCIES.look(link, turn) <= 3600
        assert "H26.4" not in await our_agencies(world)
        await lists.fail(link, AGENCIES.stream, "no answer")
        assert 0 < await AGENCIES.look(link, turn) <= 60


def test_a_worker_reads_the_lists_of_their_sources_alone(world):
    """Which are those that offer them, and say how often."""

    def wanted(**given):
        deployment = world.link(**given).deployment
        return {one.name for one in CHORES if one.name in {"units", "agencies"} and one.wanted(deployment)}

    assert wanted() == {"units", "agencies"}
    assert wanted(offers=["agencies"]) == {"agencies"}
    assert wanted(pull={}) == set()
