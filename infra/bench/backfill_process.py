"""A process that backfills as a worker does: `python -m infra.bench.backfill_process`.

On each line that it reads, the first serial and a number of dossiers, it fills those in, and answers with a
line of JSON: seconds, and the most memory that it and its helpers had so far, in MB.
"""

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta

import uvloop

from api.connectors.engine import Link, taking_turns
from api.connectors.portals.calls import Calls
from api.connectors.portals.client import style_of
from api.connectors.portals.gate import Gate, Pace
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.wire import Wire
from api.connectors.pulling.backfilling import CHORE, fill
from api.parent import follow_parent
from api.services import make_cipher, settle
from api.settings import Settings
from infra.bench import logs
from infra.bench.many_dossiers import ManyDossiers
from storage.agencies.authority import AuthorityBook
from storage.engine import Engine
from storage.portal_pulls import backfills
from storage.unit_of_work import UnitOfWork


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
            begun = time.perf_counter()
            await _filled(link)
            print(json.dumps({"seconds": time.perf_counter() - begun, "mb": _most()}), flush=True)
    finally:
        await portal.close()
        await engine.dispose()


async def _filled(link: Link) -> None:
    now = datetime.now(UTC)
    async with link.open_unit() as uow:
        await backfills.add(uow, link.name, since=now - timedelta(hours=1), until=now, now=now)
        await uow.commit()
    async with link.open_unit() as uow:
        asked = await backfills.open_one(uow, link.name)
    async with taking_turns(link.open_unit, link.name, CHORE) as turn:
        if asked is None or turn is None:
            raise RuntimeError("somebody else fills in")
        done = await fill(link, turn, asked)
    if done.strays or done.records != link.portal.count:  # type: ignore[attr-defined] # it is ManyDossiers
        raise RuntimeError(f"{done.records} of all, {done.strays} strays")


def _most() -> float:
    """Return what we had at the most, and what our largest helper that ended had, once for each of them."""
    own, largest = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (own + largest) / 1024


if __name__ == "__main__":
    follow_parent()
    logs.to_stderr()
    uvloop.run(run())
