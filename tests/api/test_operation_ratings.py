"""`tindan ratings`: parties asked, and groups mixed, without waiting for a worker."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.ratings import watching
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import make_agency, make_ended

Tindan = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def tindan(settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return what it says."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())

    async def run(*arguments: str) -> dict[str, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["ratings", *arguments, "--json"])
        assert result.exit_code == 0, result.stderr or result.exception
        told: dict[str, Any] = json.loads(result.stdout)
        return told

    return run


async def test_all_that_are_due_are_asked(
    tindan: Tindan, unit_of_work: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over several slices, and none a second time."""
    monkeypatch.setattr(watching, "SLICE", 2)
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        for n in range(5):
            await make_ended(uow, agency, n, ended_at=datetime.now(UTC))
        await uow.commit()
    assert await tindan("ask") == {"asked": 5}
    assert await tindan("ask") == {"asked": 0}
    async with unit_of_work() as uow:
        cursor = await (await uow.driver()).execute(
            "SELECT count(*), count(DISTINCT dossier_id) FROM notification WHERE category = 'rating_request'"
        )
        assert await cursor.fetchone() == (5, 5)


async def test_what_came_is_mixed(tindan: Tindan, unit_of_work: Callable[[], UnitOfWork]) -> None:
    """Each group in which something came, and then none."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        await make_ended(uow, agency, 1, ended_at=datetime.now(UTC))
        await uow.commit()
    await tindan("ask")
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE rating_invitation SET fresh = true")
        await uow.commit()
    assert await tindan("mix") == {"mixed": 1}
    assert await tindan("mix") == {"mixed": 0}
