"""`tindan report`: a month shown, sent by hand, refused and tried again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.settings import Settings
from api.worker import Worker
from infra.sandbox import launch
from storage.cipher import Cipher
from storage.engine import Engine
from storage.reports.drafting import draft
from storage.reports.gathering import gather
from storage.reports.kinds import EVERYBODY
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.reports.making import MONTH
from tests.storage.reports.world import populate, rate

Tindan = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture(scope="module")
def process() -> Iterator[launch.Running]:
    """Stands in for the measuring system."""
    with launch.running() as running:
        yield running


@pytest.fixture
def emc(process: launch.Running) -> Iterator[httpx.Client]:
    """The stand-in's own interface; nothing was reported to it, and it has no faults."""
    with httpx.Client(base_url=process.http, timeout=10) as client:
        client.delete("/sandbox/emc")
        client.delete("/sandbox/faults/emc")
        yield client


@pytest.fixture
def tindan(
    engine: Engine, settings: StorageSettings, emc: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> Tindan:
    """Run a command; return its exit code and all that it said."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")
    for name, value in emc.get("/sandbox/accounts.json").json()["emc"].items():
        monkeypatch.setenv(f"TINDAN_EMC_{name.upper()}", value)

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["report", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout or result.stderr

    return run


@pytest.fixture
def worker(tindan: Tindan, engine: Engine, cipher: Cipher) -> Worker:
    """A worker that sends on no channel, in the same environment as the command."""
    return Worker(Settings(), {}, engine, cipher)


@pytest.fixture
async def agencies(unit_of_work: Callable[[], UnitOfWork]) -> dict[str, Any]:
    """A month in which dossiers ended, and whose they were."""
    async with unit_of_work() as uow:
        found = await populate(uow, MONTH)
        await uow.commit()
    return dict(found)


def reported(emc: httpx.Client) -> list[dict[str, Any]]:
    """Return what the stand-in has."""
    items: list[dict[str, Any]] = emc.get("/sandbox/emc").json()["items"]
    return items


def refuse(emc: httpx.Client, code: str) -> None:
    """Let the stand-in refuse the next report."""
    emc.put("/sandbox/faults/emc", json={"script": [{"kind": "refuse", "code": code}]})


async def test_a_month_by_hand(agencies: dict[str, Any], tindan: Tindan, emc: httpx.Client) -> None:
    """Looked at first, sent once, and shown with its receipt; what has not changed is not sent again."""
    code, said = await tindan("send", "2026-09", "--dry-run", "--json")
    assert code == 0
    dry = json.loads(said)
    assert dry["would_send"] is True
    assert dry["content"]["usage"]["dossiers"] == 28
    assert reported(emc) == []
    code, said = await tindan("send", "2026-09", "--json")
    assert code == 0
    (sent,) = json.loads(said)
    (arrived,) = reported(emc)
    assert (sent["state"], sent["receipt"]) == ("sent", arrived["number"])
    code, said = await tindan("send", "2026-09")
    assert code == 0
    assert arrived["number"] in said
    assert len(reported(emc)) == 1
    code, said = await tindan("send", "2026-09", "--dry-run")
    assert "nothing new to send" in said
    code, said = await tindan("show", "2026-09", "--json")
    assert json.loads(said)["content"] == dry["content"]
    code, said = await tindan("show", "2026-09")
    assert code == 0
    assert "H26.1 Phường" in said
    assert "Cả nước · The country" in said


async def test_a_correction_by_hand(
    agencies: dict[str, Any],
    tindan: Tindan,
    emc: httpx.Client,
    unit_of_work: Callable[[], UnitOfWork],
) -> None:
    """A change is sent at once, however young the first report; both are listed, and either is shown."""
    await tindan("send", "2026-09")
    async with unit_of_work() as uow:
        await rate(uow, agencies["H27"], MONTH, 7)
        await uow.commit()
    code, said = await tindan("send", "2026-09", "--json")
    assert code == 0
    (sent,) = json.loads(said)
    assert (sent["number"], sent["corrects"]) == (2, reported(emc)[0]["number"])
    listed = json.loads((await tindan("list", "--json"))[1])
    assert [(one["number"], one["state"]) for one in listed] == [(2, "sent"), (1, "sent")]
    assert json.loads((await tindan("list", "--month", "2026-08", "--json"))[1]) == []
    first = json.loads((await tindan("show", "2026-09", "--number", "1", "--json"))[1])
    assert first["content"]["usage"]["ratings"] == 0


async def test_what_was_given_up_is_tried_again(
    agencies: dict[str, Any], tindan: Tindan, emc: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the wrong key it is not taken in, and code 1 says so; with the right one it is the same report."""
    with monkeypatch.context() as patch:
        patch.setenv("TINDAN_EMC_KEY", "wrong")
        code, said = await tindan("send", "2026-09", "--json")
    assert code == 1
    assert json.loads(said)[0]["state"] == "failed"
    assert json.loads((await tindan("send", "2026-09", "--dry-run", "--json"))[1])["would_send"] is True
    code, said = await tindan("send", "2026-09", "--json")
    assert code == 0
    (sent,) = json.loads(said)
    assert (sent["number"], sent["attempts"], sent["state"]) == (1, 2, "sent")


async def test_what_was_refused_is_not_sent_again(
    agencies: dict[str, Any], tindan: Tindan, emc: httpx.Client
) -> None:
    """It says each time what the system said."""
    refuse(emc, "42")
    for _ in range(2):
        code, said = await tindan("send", "2026-09")
        assert code == 1
        assert "42 Scripted by the sandbox." in said
    assert reported(emc) == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("send", "2026-13"), "give a month"),
        (("send", "1999-01"), "nothing is counted in 1999-01"),
        (("send", "2099-01"), "2099-01 is not over"),
        (("show", "2026-08"), "there is no such report"),
        (("show", "2026-09", "--number", "7"), "there is no such report"),
    ],
)
async def test_what_is_no_report(
    agencies: dict[str, Any], tindan: Tindan, arguments: tuple[str, ...], why: str
) -> None:
    """It is said in a line, with exit code 2."""
    code, said = await tindan(*arguments)
    assert code == 2
    assert why in said


@pytest.mark.parametrize(("name", "value"), [("URL", ""), ("AGENCY", "H99"), ("UNIT", "")])
async def test_no_system_and_no_agency(
    agencies: dict[str, Any], tindan: Tindan, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """What is to be set is named, and nothing is kept."""
    monkeypatch.setenv(f"TINDAN_EMC_{name}", value)
    with pytest.raises(Exception, match=f"TINDAN_EMC_{name}"):
        await tindan("send", "2026-09")
    assert json.loads((await tindan("list", "--json"))[1]) == []


async def test_a_worker_reports(
    agencies: dict[str, Any],
    emc: httpx.Client,
    worker: Worker,
    unit_of_work: Callable[[], UnitOfWork],
) -> None:
    """It sends what is drawn up, where a system is set up, and comes to its end when it is told to."""
    async with unit_of_work() as uow:
        gathered = await gather(uow, MONTH, EVERYBODY)
        assert gathered is not None
        assert await draft(uow, "emc", gathered, now=datetime.now(UTC))
        await uow.commit()
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(20):
            while not reported(emc):  # noqa: ASYNC110 - another process rings no bell
                await asyncio.sleep(0.05)
    finally:
        stop.set()
        await working
    assert [one["report"]["KyBaoCao"] for one in reported(emc)] == ["202609"]
