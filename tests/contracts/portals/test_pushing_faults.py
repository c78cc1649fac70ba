"""One dossier that can not be read, or over which the program fails, holds up no other."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from api.connectors.engine import TurnLostError
from api.connectors.portals.port import Record, Reported
from api.connectors.pushing import dossiers
from storage.ids import new_id
from storage.portal_reports import sending
from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage
from tests.contracts.portals.world import NO_REST, OURS, World, build

BAD = "H26.1-261121-0000"


@pytest.fixture
async def world(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> World:
    """Two dossiers, of which the first is the bad one."""
    stage.told["records"] = {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}}
    world = await build(stage, unit_of_work)
    await world.tell(1, 0, dossier_code=BAD, summary="Đăng ký khai sinh")
    await world.tell(1, 0)
    return world


class Faulty:
    """A portal whose adapter fails over one dossier."""

    def __init__(self, portal: Any) -> None:
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._portal, name)

    async def report_dossier(self, record: Record, *, updating: bool) -> Reported:
        """Fail as a program does."""
        if record["MaHoSo"] == BAD:
            raise KeyError("a fault of ours")
        told: Reported = await self._portal.report_dossier(record, updating=updating)
        return told


async def test_one_that_can_not_be_read_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, for longer each time; the others go in the same turn."""
    # By chance it may wait for next to nothing, and go again in this turn.
    monkeypatch.setattr(dossiers, "_CHANCE", Random(1))
    async with world.open_unit() as uow:
        await (await uow.driver()).execute(
            "UPDATE dossier SET summary_sealed = '\\x00'::bytea WHERE code = %s", (BAD,)
        )
        await uow.commit()
    made = {one.taken.dossier_id: one.settled.state for one in await world.told()}
    assert sorted(made.values()) == [ReportState.DONE, ReportState.WAITING]
    assert [one["record"]["MaHoSo"] for one in await world.records()] == [OURS]
    bad = await world.report(BAD)
    assert bad.next_at is not None
    assert (bad.state, bad.attempts, bad.next_at > datetime.now(UTC)) == (ReportState.WAITING, 1, True)


async def test_a_fault_of_the_program_holds_up_no_other(world: World) -> None:
    """How far the bad one came is not known, so it is in doubt; the lanes beside it go on."""
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=NO_REST)
        link = replace(link, portal=Faulty(link.portal))
        await dossiers.tell_due(link, turn)
    assert [one["record"]["MaHoSo"] for one in await world.records()] == [OURS]
    assert (await world.report()).state == ReportState.DONE
    assert (await world.report(BAD)).state == ReportState.DOUBTED


async def test_who_lost_the_turn_tells_nothing(world: World) -> None:
    """Another worker tells it: two would send one dossier side by side."""
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=NO_REST)
        async with world.open_unit() as uow:
            await (await uow.driver()).execute("UPDATE portal_lease SET holder = %s", (new_id(),))
            await uow.commit()
        with pytest.raises(TurnLostError):
            await dossiers.tell_one(link, turn)
        with pytest.raises(TurnLostError):
            await dossiers.notice_once(link, turn, settled=NO_REST)
    assert await world.stage.reported() == []
    assert (await world.report()).attempts == 0


class Deadly:
    """A portal amid whose answer the worker dies."""

    dialect: Any = None

    async def report_dossier(self, _record: Record, **_how: bool) -> Reported:
        """End the worker."""
        raise asyncio.CancelledError


@pytest.mark.parametrize("wrong_by", [timedelta(hours=1), timedelta(hours=-1)], ids=["ahead", "behind"])
async def test_a_clock_that_is_wrong_keeps_a_dossier_no_longer(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta
) -> None:
    """What a worker died over is the next one's after the lease, whatever the time was where it ran."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            """Tell a time that is wrong."""
            return datetime.now(tz) + wrong_by

    monkeypatch.setattr(dossiers, "datetime", Wrong, raising=False)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=NO_REST)
        with pytest.raises(asyncio.CancelledError):
            await dossiers.tell_one(replace(link, portal=Deadly()), turn)  # type: ignore[arg-type] # less of one
    found = [await world.report(code) for code in (OURS, BAD)]
    taken = max(one.next_at for one in found if one.next_at and one.state == ReportState.DOUBTED)
    lease = taken - datetime.now(UTC)
    assert timedelta(minutes=4) < lease <= sending.LEASE
