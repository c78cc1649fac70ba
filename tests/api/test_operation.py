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
from auth.agencies import authenticate
from auth.errors import OAuthError
from storage.engine import Engine, libpq_url
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

WARD = {"code": "H26.1", "parent": "H26", "name": "Phường Thử Nghiệm", "aliases": ["000.00.01.H26"]}
CITY = {"code": "000.00.00.H26", "name": "Thành phố Minh Họa"}
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


async def test_agencies_come_in_and_are_renamed(tindan: Tindan, query: Query, written):
    """A file is taken with old and new codes, and again with another name, which replaces the first."""
    file = written("\ufeff" + json.dumps([CITY, WARD]))
    assert await tindan("agency", "import", file) == (0, "2 agencies")
    before = query("SELECT code, name, id, lineage FROM agency ORDER BY code")
    assert [row[:2] for row in before] == [("H26", CITY["name"]), ("H26.1", WARD["name"])]
    assert before[1][3] == [before[0][2], before[1][2]]
    assert query("SELECT code FROM agency_alias") == [("H26.01",)]

    file = written(json.dumps([{"code": "H26.1", "name": "Phường Mới"}]))
    assert await tindan("agency", "import", file) == (0, "1 agencies")
    after = query("SELECT code, name, id, lineage FROM agency ORDER BY code")
    assert after == [before[0], ("H26.1", "Phường Mới", *before[1][2:])]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "given.json: it is no JSON"),
        ('{"code": "H26"}', "given.json is no JSON list"),
        (b"[\n\xff]", "given.json, line 2: it is not UTF-8"),
        ("[5]", "given.json, item 1: Input should be a valid dictionary"),
        ('[{"name": "X"}]', "item 1, code: Field required"),
        ('[{"code": "H26", "name": " "}]', "item 1, name: String should have at least 1 character"),
        ('[{"code": "H26", "name": null}]', "item 1, name: Input should be a valid string"),
        ('[{"code": "H 26", "name": "X"}]', "item 1, code: it is no code of an agency"),
        ('[{"code": "H26", "name": "X", "aliases": "H27"}]', "item 1, aliases: Input should be a valid list"),
        ('[{"code": "H26", "name": "X", "aliases": ["H27", "-"]}]', "item 1, aliases, 1: it is no code"),
        ('[{"code": "H26", "name": "X", "paretn": "H27"}]', "item 1, paretn: Extra inputs are not permitted"),
        ('[{"code": "H26", "name": "a\\u0000"}]', "item 1, name: Text must hold no control characters"),
        (json.dumps([CITY, CITY]), "item 2, code: H26 stands in the file twice"),
        (json.dumps([CITY, {**WARD, "parent": "H27"}]), "item 2, parent: there is no agency H27"),
        (json.dumps([WARD, CITY]), "item 1, parent: there is no agency H26"),
    ],
)
async def test_a_bad_file_of_agencies_changes_nothing(
    tindan: Tindan, query: Query, written, content: str | bytes, fault: str
):
    """Place and field are named, and not even the good entries are kept."""
    code, said = await tindan("agency", "import", written(content))
    assert code == 2
    assert fault in said
    assert query("SELECT count(*) FROM agency") == [(0,)]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"code": "H26.01", "name": "X"}, "code: H26.01 is another code of H26.1"),
        (
            {"code": "H26.2", "name": "X", "aliases": ["H26.01"]},
            "aliases: H26.01 is a code of another agency",
        ),
        ({"code": "H26.2", "name": "X", "aliases": ["H26.1"]}, "aliases: H26.1 is a code of another agency"),
        ({**WARD, "parent": "G09"}, "parent: H26.1 is there already, and not below G09"),
    ],
)
async def test_what_an_import_does_not_do_is_said(
    tindan: Tindan, query: Query, written, entry: dict[str, Any], fault: str
):
    """A code that is another agency's, and a move to another parent, are refused with the whole file."""
    file = written(json.dumps([CITY, WARD, {"code": "G09", "name": "Bộ Trình diễn"}]))
    assert (await tindan("agency", "import", file))[0] == 0
    renamed = {"code": "H26", "name": "Tên khác"}
    code, said = await tindan("agency", "import", written(json.dumps([renamed, entry])))
    assert code == 2
    assert f"item 2, {fault}" in said
    assert query("SELECT name FROM agency WHERE code = 'H26'") == [(CITY["name"],)]
    assert query("SELECT count(*) FROM agency") == [(3,)]


async def test_a_client_is_registered_once(
    tindan: Tindan, written, reading: Callable[[], Reading], query: Query
):
    """The secret that is printed opens the door, by any code of the agency; the id is then taken."""
    await tindan("agency", "import", written(json.dumps([CITY, WARD])))
    code, secret = await tindan("agency", "client", "000.00.01.H26", "portal-1")
    assert code == 0
    async with reading() as read:
        caller = await authenticate(read, client_id="portal-1", secret=secret)
    assert query("SELECT id FROM agency WHERE code = 'H26.1'") == [(caller.agency_id,)]

    code, said = await tindan("agency", "client", "H26", "portal-1")
    assert (code, secret in said) == (2, False)
    assert "the id portal-1 is taken" in said
    async with reading() as read:
        assert (await authenticate(read, client_id="portal-1", secret=secret)).agency_id == caller.agency_id


async def test_a_client_that_is_shut_out_gets_no_token(
    tindan: Tindan, written, reading: Callable[[], Reading]
):
    """Its secret opens nothing more, for good; who is not there is named."""
    await tindan("agency", "import", written(json.dumps([CITY, WARD])))
    _, secret = await tindan("agency", "client", "H26", "portal-1")
    for _ in range(2):
        code, said = await tindan("agency", "shut-out", "portal-1")
        assert (code, said) == (0, "portal-1 is shut out")
    async with reading() as read:
        with pytest.raises(OAuthError):
            await authenticate(read, client_id="portal-1", secret=secret)
    code, said = await tindan("agency", "shut-out", "portal-2")
    assert code == 2
    assert "there is no client portal-2" in said


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("H99", "portal-1"), "there is no agency H99"),
        (("H 26", "portal-1"), "H 26 is no code of an agency"),
        (("H26", "a b"), "a client id has 3 to 64 letters"),
    ],
)
async def test_a_client_that_can_not_be(tindan: Tindan, query: Query, arguments: tuple[str, ...], fault: str):
    """What is wrong is said, and no client is made."""
    code, said = await tindan("agency", "client", *arguments)
    assert code == 2
    assert fault in said
    assert query("SELECT count(*) FROM agency_client") == [(0,)]


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
    assert {"serve", "worker", "migrate", "run", "demo", "client"} <= {command.name for command in commands}
    for command in commands:
        assert (command.help or "").rstrip().endswith("."), command.name
        assert all(getattr(parameter, "help", None) for parameter in command.params), command.name


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _commands(inner)
