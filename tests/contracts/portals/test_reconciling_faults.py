"""A hostile portal that is compared with us: it gets nothing of others, and no comparison without an end."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.connectors.portals.outward import dossier_record
from api.connectors.portals.port import Page, UnavailableError
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.keeping import Keeping
from api.connectors.reconciling import running
from api.connectors.reconciling.chore import LOOK_SECONDS, NAME, TROUBLE_SECONDS, take_on, work
from api.connectors.reconciling.running import start
from storage.agencies.repository import AgencyRecord, put
from storage.reconciliation.kinds import Extent
from tests.contracts.portals.conftest import RULES
from tests.contracts.portals.pulling import dossier
from tests.contracts.portals.test_reconciling import Reconciling, event

OTHERS = "H30-261121-0001"
REPORTS = "SELECT d.code FROM portal_report r JOIN dossier d ON d.id = r.dossier_id"
DAY = "interval '1 day'"
LATE = f"started_at > now() - {DAY}"
DIFFERENCES = """
SELECT f.code, f.kind, f.state, f.ours, a.code FROM portal_difference f JOIN agency a ON a.id = f.agency_id
"""


@pytest.fixture
async def world(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Reconciling(stage=stage, open_unit=unit_of_work)
    await one.prepare()
    return one


@pytest.mark.parametrize("theirs", [{"status": 1, "occurred_at": "2026-11-21T08:00:00+07:00"}, {"status": 9}])
async def test_a_portal_that_names_others_dossiers_is_told_nothing_of_them(world, theirs):
    """Neither their data, by a report, nor to their officers: it is a stray, and the deployment's affair."""
    link, other = world.connect(), world.connect(agencies=["H30"])
    told = event(1, dossier_code=OTHERS, agency_code="H30")
    record = dossier_record([told], link.deployment.dialect.dialect, RULES).record
    assert (await Keeping(other).keep([record])).strays == []
    await world.have([dossier(**(told | theirs))])
    for _ in range(2):
        await world.compare(link)
    assert await world.rows(REPORTS) == []
    assert await world.rows(DIFFERENCES) == [(OTHERS, "missing_here", "left", None, "H26")]
    assert await world.rows("SELECT code FROM portal_stray") == [(OTHERS,)]
    assert [(status, client) for _, status, _, _, client, _ in await world.rows()] == [(2, "portal:quoc-gia")]


class Endless:
    """A portal whose list of what changed never ends."""

    def __init__(self, portal) -> None:
        self._portal, self.pages = portal, 0

    def __getattr__(self, name) -> Any:
        return getattr(self._portal, name)

    async def changed(self, _since, _until, _cursor=None):
        """Say that there is more, always."""
        self.pages += 1
        return Page(records=[], cursor=f"{self.pages}.9.")


async def test_pages_without_an_end_are_no_comparison(world, monkeypatch):
    """It stands still with the reason, and the next try begins the window anew."""
    monkeypatch.setattr(running, "MOST_PAGES", 20)
    link = world.connect()
    endless = replace(link, portal=Endless(link.portal))
    async with world.turn(link, NAME) as turn:
        run = await start(link, Extent.CHANGED, datetime.now(UTC))
        with pytest.raises(UnavailableError, match="without an end"):
            await take_on(endless, turn, run)
    assert endless.portal.pages == 20
    assert await world.rows("SELECT error IS NOT NULL, finished_at IS NULL FROM portal_comparison") == [
        (True, True)
    ]


async def test_a_comparison_that_was_begun_by_a_clock_far_ahead_is_not_the_last(world):
    """The next one does not wait for that day, and is the last from then on."""
    link = world.connect()
    for days in (-2, 300):
        await world.compare(link)
        await world.change(f"UPDATE portal_comparison SET started_at = now() + {days} * {DAY} WHERE {LATE}")
    async with world.turn(link, NAME) as turn:
        for _ in range(2):
            await work(link, turn)
    assert await world.rows("SELECT count(*) FROM portal_comparison") == [(3,)]


@pytest.mark.parametrize("agencies", [["H99"], ["H98", "H99"]])
async def test_a_deployment_of_agencies_that_we_do_not_know_is_not_compared(world, agencies):
    """It stands still and says so, in the chore as by hand, and is compared as soon as an agency is known."""
    link = world.connect(agencies=agencies)
    await world.have([dossier()])
    async with world.turn(link, NAME) as turn:
        run = await start(link, Extent.CHANGED, datetime.now(UTC))
        with pytest.raises(NobodySpeaksError):
            await take_on(link, turn, run)
        assert await work(link, turn) == TROUBLE_SECONDS
        stands = await world.rows("SELECT error, finished_at IS NULL FROM portal_comparison")
        assert stands == [(f"NobodySpeaksError: {', '.join(agencies)}", True)]
        async with world.open_unit() as uow:
            await put(uow, [AgencyRecord(code="H99", name="Tỉnh Mới")])
            await uow.commit()
        assert await work(link, turn) == LOOK_SECONDS
    ((owner, _),) = await world.rows(
        "SELECT a.code, f.code FROM portal_difference f JOIN agency a ON a.id = f.agency_id"
    )
    assert owner == "H99"
