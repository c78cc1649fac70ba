"""The engine beside a worker tells portals whatever is due, without being asked."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from api.connectors.chores import CHORES
from api.connectors.engine import PortalEngine
from api.connectors.pushing import dossiers, opinions
from storage.agencies.authority import AuthorityBook
from storage.portal_reports import noticing
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage
from tests.contracts.portals.test_opinions import QUESTION, do
from tests.contracts.portals.world import build

PATIENCE = 20.0


async def test_what_is_due_goes_by_itself(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> None:
    """A dossier that was put down, and a question that was drawn up."""
    stage.told["offers"] = ["dossier", "progress", "report_dossier", "report_progress", "report_opinions"]
    stage.told["records"] = {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}}
    stage.told["push"] = {"every_seconds": 1}
    world = await build(stage, unit_of_work)
    await world.tell(1, 0)
    await do(world, QUESTION, [world.agencies["H26"]])
    async with unit_of_work() as uow:
        await noticing.put_down(uow, "quoc-gia", [await world.dossier_id(uow)], now=datetime.now(UTC))
        await uow.commit()
    link = world.link()
    async with world.turn(link) as turn:
        await opinions.draw_up(link, turn)
    assert set(dossiers.CHORES) | set(opinions.CHORES) <= set(CHORES)
    engine = PortalEngine(
        unit_of_work,
        [stage.deployment()],
        AuthorityBook(),
        stale_after=timedelta(days=1),
        chores=[*dossiers.CHORES, *opinions.CHORES],
    )
    running = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(PATIENCE):
            while {one["kind"] for one in await stage.reported()} != {"dossier", "progress", "question"}:
                await asyncio.sleep(0.05)
                assert not running.done()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
