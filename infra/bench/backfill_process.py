"""A process that backfills as a worker does: `python -m infra.bench.backfill_process`.

On each line that it reads, the first serial and a number of dossiers, it fills those in, and answers with a
line of JSON: how many a second, and the most memory that it and its helpers had, in MB. It counts from the
first page on, as the seconds in which a helper starts are nothing beside the minutes of a million dossiers.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psutil  # type: ignore[import-untyped] # it brings no types
import uvloop

from api.connectors.engine import Link, taking_turns
from api.connectors.portals.calls import Calls
from api.connectors.portals.client import style_of
from api.connectors.portals.gate import Gate, Pace
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.wire import Wire
from api.connectors.pulling.backfilling import CHORE, fill
from api.parent import follow_parent
from api.services import make_cipher
from api.settings import Settings
from infra.bench import logs
from infra.bench.many_dossiers import ManyDossiers
from storage.agencies.authority import AuthorityBook
from storage.engine import Engine
from storage.portal_pulls import backfills
from storage.settling import settle
from storage.unit_of_work import UnitOfWork

LOOK_SECONDS = 0.5


async def run() -> None:
    """Fill in on demand until nobody asks any more."""
    storage = Settings().storage
    engine, cipher = Engine(storage), make_cipher(storage)
    (deployment,) = PortalSettings().deployments(development=True)
    wire = Wire(timeout=1)
    gate = Gate(deployment.name, wire, Pace(deployment.rate))
    portal = ManyDossiers(deployment, Calls(deployment, style_of(deployment), gate))
    link = Link(
        deployment=deployment,
        portal=portal,
        open_unit=lambda: UnitOfWork(engine, cipher),
        authority=AuthorityBook(),
        stale_after=timedelta(days=30),
    )
    settle()
    try:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            portal.first, portal.count = map(int, line.split())
            filling = asyncio.create_task(_filled(link))
            most = 0.0
            while not filling.done():
                most = max(most, _together())
                await asyncio.wait([filling], timeout=LOOK_SECONDS)
            print(json.dumps({"rate": await filling, "mb": most}), flush=True)
    finally:
        await portal.close()
        await engine.dispose()


async def _filled(link: Link) -> float:
    """Fill in; return how many dossiers a second that were."""
    kept: list[tuple[float, int]] = []
    now = datetime.now(UTC)
    async with link.open_unit() as uow:
        await backfills.add(uow, link.name, since=now - timedelta(hours=1), until=now, now=now)
        await uow.commit()
    async with link.open_unit() as uow:
        asked = await backfills.open_one(uow, link.name)
    async with taking_turns(link.open_unit, link.name, CHORE) as turn:
        if asked is None or turn is None:
            raise RuntimeError("somebody else fills in")
        done = await fill(link, turn, asked, lambda one: kept.append((time.perf_counter(), one.records)))
    if done.strays or done.records != link.portal.count:  # type: ignore[attr-defined] # it is ManyDossiers
        raise RuntimeError(f"{done.records} of all, {done.strays} strays")
    (begun, before), (ended, after) = kept[0], kept[-1]
    return (after - before) / (ended - begun)


def _together() -> float:
    """Return what we and our helpers have in memory, each by itself (resident set size)."""
    own = psutil.Process()
    return sum(map(_resident, (own, *own.children()))) / 2**20


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


if __name__ == "__main__":
    follow_parent()
    logs.to_stderr()
    uvloop.run(run())
