"""Which database an operator's command opens."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from storage import migrations
from storage.embedded import EmbeddedPostgres
from storage.errors import SettingsError


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of `make run`, and an environment that names no database."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


async def test_a_command_joins_the_installation_that_runs(development: Path) -> None:
    """In development it needs no address: the folder leads to the database, which goes on without it."""

    async def listed() -> str:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["agency", "list"])
        assert (result.exception, result.exit_code) == (None, 0)
        return result.output

    server = EmbeddedPostgres(development)
    try:
        migrations.upgrade(await asyncio.to_thread(server.start))
        arguments = ["agency", "add", "H99", "Sở Thử Nghiệm"]
        assert (await asyncio.to_thread(CliRunner().invoke, app, arguments)).exit_code == 0
        assert "H99" in await listed()
        assert "H99" in await listed()
    finally:
        await asyncio.to_thread(server.destroy)


def test_a_command_starts_nothing(development: Path) -> None:
    """Where none runs it says how to start one, and leaves the folder as it was."""
    result = CliRunner().invoke(app, ["agency", "list"])
    assert isinstance(result.exception, SettingsError)
    assert str(development) in str(result.exception)
    assert "make run" in str(result.exception)
    assert list(development.iterdir()) == []
