"""Months reported by workers through the adapter to the stand-in, whatever goes wrong between."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import structlog

from api.connectors.measuring import reporting
from api.connectors.measuring.reporting import Reporter
from api.connectors.measuring.settings import Plan
from storage import chores
from storage.reports import listing
from storage.reports.kinds import EVERYBODY, ReportState
from storage.reports.listing import Listed
from storage.unit_of_work import UnitOfWork
from tests.contracts.measuring.conftest import Open, Reported, Script
from tests.storage.reports.making import MONTH
from tests.storage.reports.world import populate, rate

OpenUnit = Callable[[], UnitOfWork]
TODAY = date(2026, 10, 3)
AT_ONCE = Plan(scope=EVERYBODY, day=3, rest=timedelta(0))


@pytest.fixture
async def agencies(unit_of_work: OpenUnit) -> dict[str, Any]:
    """A month in which dossiers ended, and whose they were."""
    async with unit_of_work() as uow:
        found = await populate(uow, MONTH)
        await uow.commit()
    return dict(found)


@pytest.fixture
def make(unit_of_work: OpenUnit, open_emc: Open) -> Callable[..., Reporter]:
    """Make a worker's reporter."""

    def run(plan: Plan = AT_ONCE, **given: Any) -> Reporter:
        return Reporter(unit_of_work, open_emc(**given), plan)

    return run


@pytest.fixture
def again(unit_of_work: OpenUnit) -> Callable[[], Any]:
    """Let what waits for its next time be due."""

    async def run() -> None:
        async with unit_of_work() as uow:
            await (await uow.driver()).execute("UPDATE report SET next_at = now() WHERE next_at IS NOT NULL")
            await uow.commit()

    return run


async def arrived_within(seconds: float, reported: Reported) -> None:
    """Wait until something has arrived."""
    async with asyncio.timeout(seconds):
        while not await reported():  # noqa: ASYNC110 - another process rings no bell
            await asyncio.sleep(0.01)


async def kept(open_unit: OpenUnit) -> list[Listed]:
    """Return all reports, the last one first."""
    async with open_unit() as uow:
        return await listing.listed(uow)


async def test_a_month_is_reported_and_corrected(
    agencies: dict[str, Any], make: Callable[..., Reporter], reported: Reported, unit_of_work: OpenUnit
) -> None:
    """Once; again only when something has changed, and then naming the first receipt."""
    reporter = make()
    assert await reporter.draw_up(date(2026, 10, 2)) == 0
    assert await reporter.draw_up(TODAY) == 1
    assert await reporter.draw_up(TODAY) == 0
    settled = await reporter.send_once()
    assert settled is not None
    assert settled.state is ReportState.SENT
    assert await reporter.send_once() is None
    assert await reporter.draw_up(TODAY) == 0
    async with unit_of_work() as uow:
        await rate(uow, agencies["H26.1"], MONTH, 6)
        await uow.commit()
    assert await make(Plan(scope=EVERYBODY, day=3, rest=timedelta(days=7))).draw_up(TODAY) == 0
    assert await reporter.draw_up(TODAY) == 1
    await reporter.send_once()
    first, second = [one["report"] for one in await reported()]
    assert (first["LanBaoCao"], first["TinhHinhSuDung"]["SoDanhGia"]) == (1, 0)
    assert (second["LanBaoCao"], second["TinhHinhSuDung"]["SoDanhGia"]) == (2, 6)
    assert second["SoTiepNhanGoc"] == settled.receipt


async def test_an_agency_alone(
    agencies: dict[str, Any], make: Callable[..., Reporter], reported: Reported
) -> None:
    """Reports are on whom the deployment names, and on nobody where there is no such agency."""
    assert await make(Plan(scope="H99", day=3, rest=timedelta(0))).draw_up(TODAY) == 0
    reporter = make(Plan(scope="H26", day=3, rest=timedelta(0)))
    assert await reporter.draw_up(TODAY) == 1
    await reporter.send_once()
    (one,) = await reported()
    assert [agency["MaCoQuan"] for agency in one["report"]["DanhSachCoQuan"]] == ["H26", "H26.1", "H26.2"]


async def test_months_that_were_missed(
    agencies: dict[str, Any], make: Callable[..., Reporter], unit_of_work: OpenUnit
) -> None:
    """A worker that stood still for two months reports what is due since; after more it is an operator's."""
    assert await make().draw_up(date(2027, 1, 3)) == 0
    assert await make().draw_up(date(2026, 12, 3)) == 1
    assert [one.month for one in await kept(unit_of_work)] == [MONTH]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "accept_then_hang", "seconds": 30},
        {"kind": "cut"},
        {"kind": "status", "code": 502},
    ],
)
async def test_one_that_may_have_arrived(
    agencies: dict[str, Any],
    make: Callable[..., Reporter],
    reported: Reported,
    script: Script,
    again: Callable[[], Any],
    *,
    unit_of_work: OpenUnit,
    fault: dict[str, Any],
) -> None:
    """It is asked after before it is sent again: so it arrives once, and gets its receipt."""
    reporter = make(timeout=0.5)
    await reporter.draw_up(TODAY)
    await script(fault, to="report")
    settled = await reporter.send_once()
    assert settled is not None
    assert (settled.state, settled.unsure) == (ReportState.WAITING, True)
    assert await reporter.send_once() is None
    # While the system does not say whether it has it, it is not sent.
    await script({"kind": "status", "code": 500}, to="find")
    await again()
    before = len(await reported())
    settled = await reporter.send_once()
    assert settled is not None
    assert (settled.state, settled.unsure) == (ReportState.WAITING, True)
    assert len(await reported()) == before
    await again()
    settled = await reporter.send_once()
    assert settled is not None
    (arrived,) = await reported()
    assert settled.receipt == arrived["number"]
    (one,) = await kept(unit_of_work)
    assert (one.state, one.attempts, one.receipt) == ("sent", 3, arrived["number"])


async def test_a_worker_that_dies_with_it(
    agencies: dict[str, Any],
    make: Callable[..., Reporter],
    reported: Reported,
    script: Script,
    again: Callable[[], Any],
) -> None:
    """The next one asks first, and finds what arrived."""
    await make().draw_up(TODAY)
    await script({"kind": "accept_then_hang", "seconds": 30}, to="report")
    dying = asyncio.create_task(make().send_once())
    await arrived_within(5, reported)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await make().send_once() is None
    await again()
    settled = await make().send_once()
    assert settled is not None
    (arrived,) = await reported()
    assert settled.receipt == arrived["number"]


async def test_a_refusal_is_kept_and_told(
    agencies: dict[str, Any],
    make: Callable[..., Reporter],
    reported: Reported,
    script: Script,
    unit_of_work: OpenUnit,
) -> None:
    """It is never sent again as it was; an alarm names no more than ids and the system's code."""
    reporter = make()
    await reporter.draw_up(TODAY)
    await script({"kind": "refuse", "code": "42"})
    with structlog.testing.capture_logs() as logs:
        await reporter.send_once()
    (alarm,) = [one for one in logs if one["event"] == "report_refused"]
    assert (alarm["log_level"], alarm["code"], alarm["month"]) == ("error", "42", "2026-09")
    assert await reporter.draw_up(TODAY) == 0
    assert await reporter.send_once() is None
    (one,) = await kept(unit_of_work)
    assert (one.state, (one.answered or {})["code"]) == ("refused", "42")
    async with unit_of_work() as uow:
        assert (await reporting.STANDING.count(uow))["refused"] == 1
    assert await reported() == []


async def test_who_is_not_let_in_waits_for_an_operator(
    agencies: dict[str, Any], make: Callable[..., Reporter], unit_of_work: OpenUnit
) -> None:
    """With a wrong key nothing is tried again by itself."""
    reporter = make(key="wrong")
    await reporter.draw_up(TODAY)
    with structlog.testing.capture_logs() as logs:
        await reporter.send_once()
    assert "report_failed" in {one["event"] for one in logs}
    assert "wrong" not in str(logs)
    (one,) = await kept(unit_of_work)
    assert (one.state, one.unsure, one.next_at) == ("failed", False, None)
    assert await reporter.draw_up(TODAY) == 0


async def test_workers_side_by_side(
    agencies: dict[str, Any], make: Callable[..., Reporter], reported: Reported, unit_of_work: OpenUnit
) -> None:
    """However many draw up and send at once, a month arrives once."""
    reporters = [make() for _ in range(4)]
    await asyncio.gather(*(one.draw_up(TODAY) for one in reporters))
    await asyncio.gather(*(one.send_once() for one in reporters))
    assert len(await reported()) == 1
    (one,) = await kept(unit_of_work)
    assert (one.state, one.attempts) == ("sent", 1)


async def test_it_runs_until_it_is_cancelled(
    agencies: dict[str, Any],
    make: Callable[..., Reporter],
    reported: Reported,
    unit_of_work: OpenUnit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failure does not end it: what is drawn up is sent all the same."""
    monkeypatch.setattr(reporting, "SEND_SECONDS", 0.01)
    monkeypatch.setattr(chores, "TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr(reporting, "DRAW_UP_SECONDS", 0.05)
    reporter = make(Plan(scope=EVERYBODY, day=1, rest=timedelta(0)))
    broken = iter([True])

    async def draw_up(_today: date) -> int:
        if next(broken, False):
            raise RuntimeError("broken")
        return await Reporter.draw_up(reporter, TODAY)

    monkeypatch.setattr(reporter, "draw_up", draw_up)
    task = asyncio.create_task(reporter.run())
    await arrived_within(10, reported)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
