"""`tindan survey`: published from a file, opened and closed, shown, exported."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from api import demonstration
from api.cli import app
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, put
from storage.settings import StorageSettings
from storage.surveys import answering, reading
from storage.surveys.answering import NewAnswer
from storage.surveys.forms import QuestionKind
from storage.surveys.kinds import FEWEST, Source
from storage.unit_of_work import UnitOfWork
from tests.api.surveys.asking import FORM

Open = Callable[[], UnitOfWork]
Said = tuple[int, str, str]
Tindan = Callable[..., Awaitable[Said]]
CODE = "mot-cua-2026"
EXAMPLE = Path(demonstration.__file__).with_name("survey_example.json")
SURVEY: dict[str, Any] = {"code": CODE, "agency_code": "G09", "form": FORM, "audience": {"kind": "everybody"}}


@pytest.fixture
async def agencies(unit_of_work: Open) -> None:
    """A city, which has an older code."""
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26", name="Thành phố", aliases=(Alias(code="G09"),))])
        await uow.commit()


@pytest.fixture
def tindan(agencies: None, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command on surveys; return its exit code, what it printed, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("survey", *arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip(), " ".join(result.stderr.split())

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """Write a file; return its path."""

    def write(content: Any) -> str:
        path = tmp_path / "survey.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(path)

    return write


async def test_a_survey_is_published_opened_and_closed(tindan: Tindan, written: Callable[[Any], str]) -> None:
    """Again the same is no new version; each step is shown."""
    code, out, _ = await tindan("publish", written(SURVEY), "--json")
    assert (code, json.loads(out)) == (0, {"code": CODE, "version": 1, "made": True})
    code, out, _ = await tindan("publish", written(SURVEY))
    assert (code, "như cũ" in out) == (0, True)
    assert (await tindan("open", CODE, "--until", "2099-01-01"))[0] == 0
    found = json.loads((await tindan("list", "--json"))[1])
    assert [(one["code"], one["agency"], one["state"]) for one in found] == [(CODE, "H26", "open")]
    assert (await tindan("close", CODE))[0] == 0
    shown = json.loads((await tindan("show", CODE, "--json"))[1])
    assert (shown["state"], shown["version"], shown["answers"], shown["form"]["title"]) == (
        "closed",
        1,
        0,
        FORM["title"],
    )
    assert shown["page"].endswith(f"/khao-sat/{CODE}")
    for arguments in (["list"], ["show", CODE]):
        code, out, _ = await tindan(*arguments)
        assert (code, FORM["title"] in out) == (0, True)


async def test_the_example_is_published(tindan: Tindan, unit_of_work: Open) -> None:
    """It has a question of each kind, by an agency of the demonstration."""
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26.1", parent="H26", name="Phường")])
        await uow.commit()
    assert (await tindan("publish", str(EXAMPLE)))[0] == 0
    async with unit_of_work() as uow:
        found = await reading.find(uow, CODE)
    assert {question.kind for question in found.form.questions} == set(QuestionKind)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "JSON"),
        ({**SURVEY, "agency_code": "H99"}, "/agency_code"),
        ({**SURVEY, "form": {**FORM, "required": ["x"]}}, "/form"),
        ({name: SURVEY[name] for name in SURVEY if name != "agency_code"}, "/agency_code"),
        ({**SURVEY, "code": "Một cửa"}, "/code"),
    ],
)
async def test_what_is_no_survey_is_told(
    tindan: Tindan, written: Callable[[Any], str], content: Any, said: str
) -> None:
    """By the place in the file, and nothing is made."""
    code, _, err = await tindan("publish", written(content))
    assert (code, said in err) == (2, True)
    code, out, _ = await tindan("publish", written(content), "--json")
    assert (code, said in out) == (2, True)
    assert json.loads((await tindan("list", "--json"))[1]) == []


async def test_what_is_not_there_is_told(tindan: Tindan, tmp_path: Path) -> None:
    """By each command."""
    for arguments in (
        ["open", "khong-co"],
        ["close", "khong-co"],
        ["show", "khong-co"],
        ["export", "khong-co", "--output", str(tmp_path / "x.csv")],
    ):
        code, _, err = await tindan(*arguments)
        assert (code, "khong-co" in err) == (2, True)
    assert not (tmp_path / "x.csv").exists()


async def test_answers_are_exported(
    tindan: Tindan, written: Callable[[Any], str], unit_of_work: Open, tmp_path: Path
) -> None:
    """To a file of the given kind; of fewer than five none, and what was there stays."""
    await tindan("publish", written(SURVEY))
    await tindan("open", CODE)
    path = tmp_path / "answers.csv"
    path.write_text("old")
    for count in range(FEWEST):
        code, _, err = await tindan("export", CODE, "--output", str(path))
        assert (code, "Chưa đủ câu trả lời" in err, path.read_text()) == (2, True, "old"), count
        async with unit_of_work() as uow:
            new = NewAnswer(id=uuid4(), version=1, given={"ease": 3}, source=Source.PAGE)
            await answering.answer(uow, await reading.find(uow, CODE), new, None, now=datetime.now(UTC))
            await uow.commit()
    assert (await tindan("export", CODE, "--output", str(path)))[0] == 0
    with path.open(newline="") as file:
        assert [row["answer_ease"] for row in csv.DictReader(file)] == ["3"] * FEWEST
    lines = tmp_path / "answers.jsonl"
    code, out, _ = await tindan("export", CODE, "--format", "jsonl", "--output", str(lines), "--json")
    assert (code, json.loads(out)["answers"]) == (0, FEWEST)
    assert [json.loads(line)["answers"] for line in lines.read_text().splitlines()] == [{"ease": 3}] * FEWEST
