"""`tindan scores`: a month shown as it is published, and measured anew; and a worker that keeps it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.settings import Settings
from api.worker import Worker
from storage.agencies.repository import AgencyRecord, put, resolve
from storage.cipher import Cipher
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.scores.telling import draw, tell
from tests.storage.vault.keeping import make_party

Tindan = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return its exit code and all that it said."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["scores", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout or result.stderr

    return run


@pytest.fixture
def worker(
    engine: Engine,
    cipher: Cipher,
    tmp_path: Path,
    settings: StorageSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Worker:
    """A worker that sends on no channel."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    return Worker(Settings(), {}, engine, cipher)


@pytest.fixture
async def told(unit_of_work: Callable[[], UnitOfWork]) -> None:
    """A ward of a city in which 40 dossiers ended in three months, and another ward in which one did."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        records = [AgencyRecord(code="H26", name="Thành phố [Hà Nội]")]
        records += [AgencyRecord(code=f"H26.{ward}", name="Phường", parent="H26") for ward in (1, 2)]
        await put(uow, records)
        found = await resolve(uow, ["H26.1", "H26.2"])
        random = Random(1)
        dossiers = [draw(random, found["H26.1"].id, (2, 9)) for _ in range(40)]
        others = (draw(random, found["H26.2"].id, (2, 9)) for _ in range(99))
        dossiers.append(next(one for one in others if one.to_tell[-1].occurred_at.month == 9))
        await tell(uow, key.party_id, dossiers, lambda: 9)
        await uow.commit()


async def test_measured_anew_and_shown(told: None, tindan: Tindan) -> None:
    """The first time all is new, then nothing; a month shows the ward in its city, and few dossiers nowhere."""
    code, said = await tindan("recompute", "--json")
    assert (code, json.loads(said)) == (0, {"measured": 41, "changed": 41})
    code, said = await tindan("recompute")
    assert code == 0
    assert "41" in said
    assert "changed: 0" in said
    month = json.loads((await tindan("recompute", "--month", "2026-09", "--json"))[1])
    assert 0 < month["measured"] < 41
    code, said = await tindan("show", "2026-09", "--json")
    lines: list[dict[str, Any]] = json.loads(said)
    assert [line["agency"] for line in lines] == [None, "H26", "H26.1", "H26.2"]
    assert lines[0]["dossiers"] == lines[1]["dossiers"] == month["measured"]
    # The other ward's few are hidden, and so is the only one that would tell of them.
    assert [line["dossiers"] for line in lines[2:]] == [None, None]
    assert lines[1]["criteria"]["online"]["counted"] >= 5
    code, said = await tindan("show", "2026-09", "--agency", "000.00.00.H26")
    assert code == 0
    assert "H26 Thành phố [Hà Nội]" in said
    assert "Cả nước" not in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "2026-13"), "give a month"),
        (("show", "1999-01"), "nothing is counted in 1999-01"),
        (("show", "2026-09", "--agency", "H99"), "there is no agency H99"),
        (("show", "2026-09", "--agency", "?"), "is no code of an agency"),
        (("recompute", "--month", "2026"), "give a month"),
    ],
)
async def test_what_is_no_month_and_no_agency(
    told: None, tindan: Tindan, arguments: tuple[str, ...], why: str
) -> None:
    """It is said in a line, with exit code 2."""
    code, said = await tindan(*arguments)
    assert code == 2
    assert why in said


async def test_a_worker_keeps_scores(
    told: None, unit_of_work: Callable[[], UnitOfWork], worker: Worker
) -> None:
    """By itself, what has settled; and it stops when it is told to."""
    async with unit_of_work() as uow:
        # As if it had been told long ago.
        old = datetime(2026, 10, 1, tzinfo=UTC)
        await (await uow.driver()).execute("UPDATE dossier SET updated_at = %s", (old,))
        await uow.commit()

    async def measured() -> int:
        async with unit_of_work() as uow:
            rows = await (await uow.driver()).execute("SELECT FROM dossier_measure")
            return len(await rows.fetchall())

    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(20):
            while await measured() < 41:  # noqa: ASYNC110 - nothing tells of a row
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await working
    assert await measured() == 41
