"""Lists of agencies that a portal shares, and that lie: nobody may speak for others by them."""

import asyncio
from datetime import date

import pytest

from api.connectors.pulling.agencies import AGENCIES
from storage.agencies import importing
from storage.agencies.authority import AuthorityBook
from storage.agencies.importing import EntryRefusedError
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term, put, resolve, set_terms
from storage.procedures.formats.faults import FileRefusedError
from tests.contracts.portals.pulling import Pulling
from tests.contracts.portals.test_lists import agency, have, offices, our_agencies, refreshed, waiting

ENDED = {"NgayHetHieuLuc": "20250630000000"}


@pytest.fixture
async def world(stage, unit_of_work):
    """A portal that shares a list of agencies, and agencies of ours."""
    one = Pulling(
        stage=stage, open_unit=unit_of_work, told={"offers": ["agencies"], "pull": {"lists_hours": 1}}
    )
    await one.prepare()
    return one


async def keep(world, *records, terms=()):
    """Let an operator keep agencies, and their terms."""
    async with world.open_unit() as uow:
        await put(uow, records)
        await set_terms(uow, terms)
        await uow.commit()


async def speakers(world, code):
    """Return the codes of the agencies that may speak for one."""
    async with world.open_unit() as uow:
        found = await resolve(uow, ["H26", "H26.1", "H26.3", "H30", "H30.1", code])
        by = (await AuthorityBook().speakers(uow, [found[code].id]))[found[code].id]
    return {one.code for one in found.values() if one.id in by}


@pytest.mark.parametrize("code", ["H26", "H26.1"])
async def test_a_portal_hands_nothing_over_to_others(world, code):
    """By a successor of which it does not tell us: who speaks for its dossiers would be another's."""
    with pytest.raises(EntryRefusedError, match="successor"):
        await refreshed(world, AGENCIES, agency(code, MaCoQuanKeThua="H30", **ENDED))
    assert "H30" not in await speakers(world, "H26.1")


async def test_a_successor_that_an_operator_entered_is_no_news(world):
    """Though it is another's: the list says what is so."""
    ended = Term(code="H26.1", valid_to=date(2025, 6, 30), successor="H30")
    await keep(world, terms=[ended])
    done = await refreshed(
        world, AGENCIES, agency("H26.1", "Phường Một", MaKhac="", MaCoQuanKeThua="H30", **ENDED)
    )
    assert done.changed == 0


async def test_a_parent_is_first_of_all_whose_own_code_it_is(world):
    """Though it was given on to one of ours since: a new agency would come below another's."""
    await keep(
        world,
        AgencyRecord(code="H30.1", name="Phường cũ", parent="H30"),
        AgencyRecord(
            code="H26.1", name="Phường Một", aliases=(Alias(code="H30.1", valid_from=date(2025, 7, 1)),)
        ),
        terms=[Term(code="H30.1", valid_to=date(2025, 6, 30))],
    )
    done = await refreshed(world, AGENCIES, *offices(3), agency("H26.5", parent="H30.1"))
    assert done.refused == ["H26.5"]
    assert "H26.5" not in await our_agencies(world)


async def test_what_an_operator_ended_is_not_begun_again(world):
    """By a list that tells the first day alone."""
    ended = Term(code="H26.1", valid_to=date(2025, 6, 30), successor="H26")
    await keep(world, terms=[ended])
    await refreshed(world, AGENCIES, agency("H26.1", NgayHieuLuc="20200101000000", NgayHetHieuLuc=""))
    one = (await our_agencies(world))["H26.1"]
    assert (one.valid_from, one.valid_to, one.successor) == (date(2020, 1, 1), date(2025, 6, 30), "H26")
    with pytest.raises(EntryRefusedError, match="valid_to is before valid_from"):
        await refreshed(world, AGENCIES, agency("H26.1", NgayHieuLuc="20260101000000"))


async def test_days_the_wrong_way_round_refuse_the_whole(world):
    """As in a file."""
    with pytest.raises(FileRefusedError, match="valid_to is before valid_from"):
        await refreshed(world, AGENCIES, agency("H26.1", NgayHieuLuc="20260101000000", **ENDED))


async def test_another_code_may_be_told_twice(world):
    """As a list has the old form of a code beside the new one."""
    done = await refreshed(world, AGENCIES, agency("H26.3", MaKhac=["H26.90", "000.00.90.H26", "h26.90"]))
    assert done.changed == 1
    assert (await our_agencies(world))["H26.3"].aliases == ["H26.90"]


@pytest.mark.parametrize(
    "name", ["x" * 10_000_000, "Sở\x00Ba", {"ten": "Sở"}, 3], ids=lambda one: str(one)[:4]
)
async def test_a_name_that_is_none_refuses_the_whole(world, name):
    """And is no word in what we say of it."""
    before = await our_agencies(world)
    with pytest.raises(FileRefusedError):
        await refreshed(world, AGENCIES, *offices(3), agency("H26.4", name))
    assert await our_agencies(world) == before


async def test_agencies_below_one_another_without_end_are_none(world):
    """Each of them keeps all that are above it."""
    deep = [agency(f"H26.{n}", parent=f"H26.{n - 1}") for n in range(2, 100)]
    with pytest.raises(EntryRefusedError, match="levels"):
        await refreshed(world, AGENCIES, *deep)
    assert set(await our_agencies(world)) == {"H26", "H26.1", "H30"}


async def test_two_bring_no_code_twice(world):
    """Neither sees what the other is about to keep, so the later one waits for the earlier one's end."""
    link = world.link()
    await have(world, AGENCIES, [agency("H26.1", "Phường Một", MaKhac="H26.90")])
    async with world.open_unit() as uow, world.turn(link, AGENCIES.chore) as turn:
        record = AgencyRecord(code="H26.3", name="Sở Ba", parent="H26", aliases=(Alias(code="H26.90"),))
        await importing.keep(uow, [importing.Entry(agency=record)])
        reading = asyncio.create_task(AGENCIES.refresh(link, turn))
        await waiting(world)
        await uow.commit()
        with pytest.raises(EntryRefusedError, match="another agency"):
            await reading


async def test_an_operator_too_gives_a_code_once(world):
    """Two days for one code would be a guess."""
    aliases = (Alias(code="H26.90"), Alias(code="H26.90", valid_from=date(2025, 7, 1)))
    entry = importing.Entry(agency=AgencyRecord(code="H26.3", name="Sở Ba", parent="H26", aliases=aliases))
    async with world.open_unit() as uow:
        with pytest.raises(EntryRefusedError, match="twice"):
            await importing.keep(uow, [entry])
