"""Portals that stall, lie and forget, at random over a whole run: in the end they have everything, once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from api.connectors.engine import TurnLostError
from api.connectors.pushing import dossiers
from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage
from tests.contracts.portals.world import World, build, stamp

CODES = [f"H26-261121-000{number}" for number in range(1, 5)]
COURSE = (1, 2, 4, 9, 10)
FAULTS = [
    {"kind": "cut"},
    {"kind": "status", "code": 500},
    {"kind": "status", "code": 503, "retry_after": 1},
    {"kind": "status", "code": 429},
    {"kind": "accept_then_hang", "seconds": 3600},
    {"kind": "misreport", "code": "77"},
    {"kind": "misreport", "text": "Lỗi: không thành công"},
    {"kind": "truncate"},
    {"kind": "expire"},
    {"kind": "refuse", "code": "01"},
]
ROUNDS = 12
CLEAR = 6


@pytest.fixture
async def world(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> World:
    """A database with agencies, and a portal of either style with nothing in it."""
    stage.told["records"] = {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}}
    return await build(stage, unit_of_work)


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_the_portal_has_everything_once(world: World, seed: int) -> None:
    """Facts come in any order and at any time, while every call may go wrong; each dossier is there once, as it
    stands, with each step once.
    """
    random = Random(seed)
    waiting = [(code, status, hours) for code in CODES for hours, status in enumerate(COURSE)]
    random.shuffle(waiting)
    for turn in range(ROUNDS):
        for code, status, hours in [waiting.pop() for _ in range(min(len(waiting), 2))]:
            await world.tell(status, hours, dossier_code=code)
        if turn % 2 == 0:
            await world.stage.script(*random.choices(FAULTS, k=3))
        await world.told(timeout_seconds=0.5, tries=1)
        await world.hurry()
    await world.stage.http.delete("/sandbox/faults/portal")
    for _ in range(CLEAR):
        await world.told()
        await world.hurry()
    told = await world.stage.reported()
    steps = Counter(
        (one["record"]["MaHoSo"], one["record"]["TrangThai"], one["record"]["ThoiDiemXuLy"])
        for one in told
        if one["kind"] == "progress"
    )
    assert steps == Counter(
        (code, str(status), stamp(hours)) for code in CODES for hours, status in enumerate(COURSE)
    )
    new = Counter(one["record"]["MaHoSo"] for one in told if one["kind"] == "dossier" and not one["updating"])
    assert new == Counter(CODES)
    portal = world.stage.open()
    for code in CODES:
        found = await portal.dossier(code)
        assert found is not None
        assert found["TrangThaiHoSo"] == "10"
        assert (await world.report(code)).state == ReportState.DONE


async def test_many_are_told_at_once_each_in_its_order(world: World) -> None:
    """By several lanes, and by two workers at once: no dossier is in two hands."""
    for hours, status in enumerate(COURSE):
        for code in CODES:
            await world.tell(status, hours, dossier_code=code)
    link = world.link()
    async with world.turn(link) as turn:
        noticed = await dossiers.notice_once(link, turn, settled=timedelta(0))
        assert (noticed.due, noticed.more) == (len(CODES), False)
        assert await dossiers.tell_due(link, turn) == link.deployment.push.every_seconds
    told = [one["record"] for one in await world.stage.reported() if one["kind"] == "progress"]
    for code in CODES:
        assert [one["TrangThai"] for one in told if one["MaHoSo"] == code] == [str(one) for one in COURSE]


async def test_a_portal_that_is_away_is_left_alone(world: World) -> None:
    """One failed report ends a lane's turn, for as long as is asked for; the others are not tried in vain."""
    for code in CODES:
        await world.tell(1, 0, dossier_code=code)
    busy = {"kind": "status", "code": 503, "retry_after": 120, "times": -1}
    await world.stage.script(busy, to=world.stage.report)
    link = world.link(push={"lanes": 1})
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        assert await dossiers.tell_due(link, turn) == 120
    states = [(await world.report(code)).state for code in CODES]
    assert Counter(states) == {ReportState.WAITING: 1, ReportState.DUE: len(CODES) - 1}


async def test_whoever_loses_the_turn_stops(world: World) -> None:
    """All lanes do, and leave what is due to whoever has it now."""
    await world.tell(1, 0)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
    before = asyncio.all_tasks()
    with pytest.raises(TurnLostError):
        await dossiers.tell_due(link, turn)
    assert asyncio.all_tasks() <= before
    assert await world.stage.reported() == []
    await world.told()
    assert len(await world.records()) == 1
