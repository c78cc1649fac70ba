"""A comparison with a portal beside 1,000,000 agreeing dossiers, against 10,000: some changed on either side.

Two databases on one server, and a portal in this process that answers at once: what a comparison costs must
depend on what changed, and not on how much agrees.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from api.connectors.engine import Link, taking_turns
from api.connectors.portals.calls import Calls
from api.connectors.portals.client import HttpPortal, style_of
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.gate import Gate, Pace
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.port import Page, Record
from api.connectors.portals.wire import Wire
from api.connectors.reconciling.chore import NAME
from api.connectors.reconciling.running import Running, start
from infra.bench.figures import Figure, alternate
from infra.bench.place import Bench, Place
from storage.agencies.authority import AuthorityBook
from storage.engine import Engine
from storage.reconciliation.kinds import Extent
from storage.unit_of_work import UnitOfWork

SIZE = "TINDAN_BENCH_AGREEING"
"""Sets how many dossiers agree: 1,000,000 is the figure that was promised."""
FEW, CHANGED = 10_000, 400
TARGET = 1.2
ACCEPTED = "2026-06-01T09:00:00+07:00"
_DESCRIBED = {
    "quoc-gia": {
        "style": "session",
        "url": "http://127.0.0.1:9/",
        "sign_in_url": "http://127.0.0.1:9/",
        "unit": "000.00.00.H26",
        "agencies": ["H26"],
        "username_env": "USER_OF_NOBODY",
        "password_env": "USER_OF_NOBODY",
        "answers": {"success": ["00"]},
        "offers": ["dossier", "changed"],
        "reconcile": {"settle_seconds": 0},
    }
}
_PARTY = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
VALUES (gen_random_uuid(), 'person', 'bench', 'bench', 'vi') ON CONFLICT DO NOTHING
"""
# Changed in the past, as all that agrees.
_DOSSIERS = """
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at, waits,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), 'H26-260601-' || lpad(g::text, 7, '0'), p.id, a.id, '1.001193', 2,
  '{at}', '{at}', '[]', 0, now() - interval '30 days' + g * interval '1 ms', now()
FROM generate_series(1, {count}) g, agency a, (SELECT id FROM party WHERE number_index = 'bench') p
WHERE a.code = 'H26'
"""
_STANDINGS = """
INSERT INTO portal_standing (deployment, code, their_digest, ours_at, seen_at, agrees)
SELECT 'quoc-gia', code, 'as it was', updated_at, now(), true FROM dossier
"""
_COMPARED = """
INSERT INTO portal_comparison (id, deployment, extent, since, until, ours_at, ours_id, stage, counts,
  started_at, moved_at, finished_at)
SELECT gen_random_uuid(), 'quoc-gia', 'all', now(), now(), now(),
  '00000000-0000-0000-0000-000000000000', 'done', '{}', now(), now(), now()
"""
_CHANGE = "UPDATE dossier SET updated_at = now() WHERE code = ANY(%s)"


class NearPortal(HttpPortal):
    """A portal that has every dossier as we do, tells of some that changed, and answers without a network."""

    def __init__(self, deployment: AnyDeployment) -> None:
        gate = Gate(deployment.name, Wire(timeout=1), Pace(deployment.rate))
        super().__init__(deployment, Calls(deployment, style_of(deployment), gate))
        self.changes: Sequence[str] = ()

    async def dossier(self, code: str) -> Record | None:
        """Return a dossier."""
        return {"MaHoSo": code, "MaTTHC": "1.001193", "TrangThaiHoSo": "2", "NgayTiepNhan": "20260601090000"}

    async def changed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Return those that changed, whenever that was, on one page."""
        del since, until, cursor
        records = [record for code in self.changes if (record := await self.dossier(code))]
        return Page(records=records, cursor=None)


@dataclass(kw_only=True)
class Cost:
    """What a comparison costs beside so many agreeing dossiers, in ms; each call measures it once."""

    bench: Bench
    place: Place
    engine: Engine
    portal: NearPortal
    size: int
    turn: int = 0

    def __call__(self) -> float:
        first = (2 * CHANGED * self.turn) % (self.size - 2 * CHANGED)
        self.turn += 1
        codes = [f"H26-260601-{first + at:07}" for at in range(1, 2 * CHANGED + 1)]
        with self.place.connect() as connection:
            connection.execute(_CHANGE, (codes[:CHANGED],))
        self.portal.changes = codes[CHANGED:]
        return self.bench.runner.run(self._compared()) * 1000

    async def _compared(self) -> float:
        link = Link(
            deployment=deployment(),
            portal=self.portal,
            open_unit=lambda: UnitOfWork(self.engine, self.place.cipher),
            authority=AuthorityBook(),
            stale_after=timedelta(days=30),
        )
        async with taking_turns(link.open_unit, link.name, NAME) as turn:
            if turn is None:
                raise AssertionError("nobody else compares here")
            started = perf_counter()
            run = await start(link, Extent.CHANGED, datetime.now(UTC))
            done = await Running(link, turn).finish(run)
            took = perf_counter() - started
        if done.counts.get("compared") != 2 * CHANGED or done.counts.get("differing"):
            raise AssertionError(f"{done.counts} where {2 * CHANGED} agree")
        return took


def deployment() -> AnyDeployment:
    """Return the portal as an operator describes it."""
    settings = PortalSettings(portals=json.dumps(_DESCRIBED), portals_file=None)
    (found,) = settings.deployments(development=True, environment={"USER_OF_NOBODY": "nobody"})
    return found


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both in turns."""
    many = int(os.environ.get(SIZE, bench.pick(100_000, 1_000_000)))
    with ExitStack() as opened:
        costs = {
            name: opened.enter_context(_agreeing(bench, size))
            for name, size in (("ours", many), ("limit", FEW))
        }
        found = alternate(costs, rounds=bench.pick(5, 9))
    yield Figure(
        name="reconciliation",
        unit="ms/comparison",
        ours=found.median("ours"),
        limit=found.median("limit"),
        ratio=found.ratio("ours", "limit"),
        target=TARGET,
        lower_is_better=True,
        note=f"{2 * CHANGED} changed dossiers beside {many:,} agreeing ones, against {FEW:,}",
    )


@contextmanager
def _agreeing(bench: Bench, size: int) -> Iterator[Cost]:
    with bench.place() as place:
        bench.tell(f"reconciliation: {size:,} agreeing dossiers made up")
        made = _DOSSIERS.format(at=ACCEPTED, count=size)
        place.execute(_PARTY, made, _STANDINGS, _COMPARED, "VACUUM ANALYZE dossier, portal_standing")
        engine, portal = Engine(place.settings), NearPortal(deployment())
        try:
            yield Cost(bench=bench, place=place, engine=engine, portal=portal, size=size)
        finally:
            bench.runner.run(portal.close())
            bench.runner.run(engine.dispose())
