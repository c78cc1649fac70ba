"""The commands by which an operator sets an installation up, on the database of the run."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from api.cli import app
from storage.engine import Engine, libpq_url
from storage.settings import StorageSettings

BIRTH = {"code": "1.001193.000.00.00.H26", "name": "Đăng ký khai sinh", "steps": ["Nộp", "Nhận"]}

Said = tuple[int, str]
Tindan = Callable[..., Awaitable[Said]]
Query = Callable[[str], list[tuple[Any, ...]]]


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


@pytest.fixture
def query(settings: StorageSettings) -> Iterator[Query]:
    """Ask the database for rows."""
    with psycopg.connect(libpq_url(settings.require_database_url()), autocommit=True) as connection:
        yield lambda text: connection.execute(text.encode()).fetchall()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Write a file; return its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "given.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def lines(*records: dict[str, Any]) -> str:
    """Write records one a line, with a blank one between."""
    return "\n\n".join(json.dumps(record, ensure_ascii=False) for record in records)


async def test_procedures_come_in_and_are_replaced(tindan: Tindan, query: Query, written):
    """The short code counts, the rest is kept as published, the last of a code stays, blank lines are none."""
    death = {"code": "1.000656", "name": "Đăng ký khai tử", "field": None}
    file = written(lines(BIRTH, death, {**BIRTH, "name": "Thủ tục khai sinh", "agency": "Cấp xã"}) + "\n")
    assert await tindan("catalogue", "import", file) == (0, "2 procedures")
    kept = "SELECT code, name, field, executing_agency, details->'extra'->'steps' FROM procedure ORDER BY code DESC"
    assert query(kept) == [
        ("1.001193", "Thủ tục khai sinh", None, "Cấp xã", ["Nộp", "Nhận"]),
        ("1.000656", "Đăng ký khai tử", None, None, None),
    ]
    assert await tindan("catalogue", "import", written(lines(BIRTH))) == (0, "1 procedures")
    assert query(kept)[0] == ("1.001193", "Đăng ký khai sinh", None, None, ["Nộp", "Nhận"])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "given.json, line 3: it is no JSON"),
        ("[]", "line 3: Input should be a valid dictionary"),
        ('{"name": "X"}', "line 3, code: Field required"),
        ('{"code": 1.001193, "name": "X"}', "line 3, code: Input should be a valid string"),
        ('{"code": "1.1", "name": "X"}', "line 3, code: it is no code of a procedure"),
        ('{"code": "1.001194"}', "line 3, name: Field required"),
        ('{"code": "1.001194", "name": "X", "field": {}}', "line 3, field: Input should be a valid string"),
        (
            '{"code": "1.001194", "name": "X", "fee": [{"note": "\\u0000"}]}',
            "line 3, fee: it holds a character",
        ),
        ('{"code": "1.001194", "name": "X", "fee": {"\\ud800": 1}}', "line 3, fee: it holds a character"),
        (b"\xff", "line 3: it is not UTF-8"),
    ],
)
async def test_a_bad_line_of_the_catalogue_changes_nothing(
    tindan: Tindan, query: Query, written, line: str | bytes, fault: str
):
    """Line and field are named, and the good lines before it are not kept either."""
    good = lines(BIRTH).encode() + b"\n\n"
    code, said = await tindan(
        "catalogue", "import", written(good + (line if isinstance(line, bytes) else line.encode()))
    )
    assert code == 2
    assert fault in said
    assert query("SELECT count(*) FROM procedure") == [(0,)]


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
