"""What all commands of an operator have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from api.cli import app
from storage.engine import Engine
from storage.settings import StorageSettings

Said = tuple[int, str]
Tindan = Callable[..., Awaitable[Said]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return its exit code and all that it said, in one line."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, " ".join(result.output.split())

    return run


async def test_files_that_are_none(tindan: Tindan, tmp_path: Path):
    """A file that is not there, or is a folder, is named."""
    for words in (("agency", "import"), ("catalogue", "import"), ("demo", "--events")):
        code, said = await tindan(*words, str(tmp_path / "nothing"))
        assert (code, "does not exist" in said) == (2, True)
        code, said = await tindan(*words, str(tmp_path))
        assert (code, "is a directory" in said) == (2, True)


def test_every_command_says_what_it_does():
    """Each command has a sentence, and each of its arguments and options has words of its own."""
    commands = list(_commands(typer.main.get_command(app)))
    assert {"serve", "worker", "migrate", "run", "demo", "client", "officer"} <= {
        command.name for command in commands
    }
    for command in commands:
        assert (command.help or "").rstrip().endswith("."), command.name
        assert all(getattr(parameter, "help", None) for parameter in command.params), command.name


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _commands(inner)
