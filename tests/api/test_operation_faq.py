"""`tindan faq`: what is asked often comes in whole or not at all, scrubbed, and resting on what is in force."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api import demonstration
from api.cli import app
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, put
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.questions import publishing
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork

EXAMPLE = Path(demonstration.__file__).with_name("faq_example.json")
BIRTH = Procedure(code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch")
DEATH = Procedure(code="1.000656", name="Đăng ký khai tử", field="Hộ tịch")
LAND = Procedure(code="1.004227", name="Đăng ký biến động", field="Đất đai")

Said = tuple[int, str, str]
Tindan = Callable[..., Awaitable[Said]]
Written = Callable[[str], str]
Import = Callable[..., Awaitable[None]]


@pytest.fixture
def catalogue(unit_of_work: Callable[[], UnitOfWork]) -> Import:
    """Make these procedures the whole catalogue."""

    async def run(*given: Procedure) -> None:
        async with unit_of_work() as uow:
            await procedures.put(uow, given, author="test", source="test", whole=True, shrink=True)
            await uow.commit()

    return run


@pytest.fixture
async def agencies(unit_of_work: Callable[[], UnitOfWork], catalogue: Import) -> None:
    """A city, which has an older code, a ward, and a catalogue from which a procedure was removed."""
    async with unit_of_work() as uow:
        await put(
            uow,
            [
                AgencyRecord(code="H26", name="Thành phố", aliases=(Alias(code="G09"),)),
                AgencyRecord(code="H26.1", name="Phường", parent="H26"),
            ],
        )
        await uow.commit()
    await catalogue(BIRTH, LAND, DEATH)
    await catalogue(BIRTH, LAND)


@pytest.fixture
def tindan(agencies: None, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command on FAQs; return its exit code, what it printed, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("faq", *arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip(), " ".join(result.stderr.split())

    return run


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a file; return its path."""

    def write(content: str) -> str:
        path = tmp_path / "faq.jsonl"
        path.write_text(content, "utf-8")
        return str(path)

    return write


@pytest.fixture
def authors(reading: Callable[[], Reading]) -> Callable[[], Awaitable[list[str]]]:
    """Ask who published what there is."""

    async def run() -> list[str]:
        async with reading() as read:
            cursor = await (await read.driver()).execute(
                "SELECT published_by FROM published_answer WHERE question_id IS NULL ORDER BY question"
            )
            return [str(by) for (by,) in await cursor.fetchall()]

    return run


def entry(number: int, agency: str = "H26", **fields: Any) -> dict[str, Any]:
    text = {"question": f"{number}: Đăng ký khai sinh ở đâu?", "answer": "Tại Ủy ban nhân dân cấp xã."}
    return {"id": f"hoi-{number}", "agency": agency, **text, **fields}


def lines(*entries: dict[str, Any]) -> str:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in entries)


async def listed(tindan: Tindan, *filters: str) -> list[Any]:
    code, out, _ = await tindan("list", "--json", *filters)
    assert code == 0
    found: list[Any] = json.loads(out)
    return found


async def test_they_come_in_and_are_listed(tindan: Tindan, written: Written, authors):
    """By procedure, by field, or by neither; listed by each, and by agency with those below it."""
    file = written(
        lines(
            entry(1, procedure="1.001193.000.00.00.H26"),
            entry(2, "H26.1", field="đất ĐAI"),
            entry(3, "G09"),
        )
    )
    code, out, err = await tindan("import", file, "--author", "lan")
    assert (code, out) == (0, "3 câu hỏi · questions: 3 thay đổi · changed, 0 như cũ · as before")
    assert "faq_imported" in err
    assert await authors() == ["lan"] * 3
    found = await listed(tindan)
    assert [(one["agency"], one["procedure_code"], one["field"], one["stale"]) for one in found] == [
        ("H26", "1.001193", "Hộ tịch", False),
        ("H26", None, None, False),
        ("H26.1", None, "Đất đai", False),
    ]
    assert found[0]["procedure_version"] == 1
    for filters, numbers in (
        (("--procedure", "1.001193"), "1"),
        (("--field", "Hộ tịch"), "1"),
        (("--field", "Đất đai"), "2"),
        (("--agency", "H26"), "132"),
        (("--agency", "H26.1"), "2"),
        (("--procedure", "1.001193", "--agency", "H26.1"), ""),
    ):
        assert "".join(one["question"][0] for one in await listed(tindan, *filters)) == numbers
    code, out, _ = await tindan("list")
    assert (code, "1: Đăng ký khai sinh ở đâu?" in out) == (0, True)


async def test_importing_again_changes_and_adds_nothing(tindan: Tindan, written: Written, authors):
    """The same agency and id are the same entry, by whichever code; another agency's are others."""
    first = [entry(1), entry(2)]
    assert (await tindan("import", written(lines(*first)), "--author", "lan"))[0] == 0
    before = {one["id"] for one in await listed(tindan)}
    again = [entry(1, "000.00.00.H26"), entry(2, "G09", answer="Tại trung tâm."), entry(2, "H26.1")]
    _, out, _ = await tindan("import", written(lines(*again)), "--json", "--author", "minh")
    told = {"read": 3, "changed": 2, "unchanged": 1, "left": 0, "dry_run": False, "scrubbed": []}
    assert json.loads(out) == told
    found = await listed(tindan, "--agency", "H26")
    assert {one["id"] for one in found if one["agency"] == "H26"} == before
    assert [one["answer"] for one in found] == [first[0]["answer"], "Tại trung tâm.", first[1]["answer"]]
    assert await authors() == ["lan", "minh", "minh"]


async def test_it_turns_stale_and_is_made_good(tindan: Tindan, written: Written, catalogue: Import):
    """It rests on the version in force when it came in; the same file again on that of now, once confirmed."""
    file = written(lines(entry(1, procedure="1.001193")))
    await tindan("import", file)
    await catalogue(BIRTH.model_copy(update={"conditions": "Mới"}), LAND)
    (stale,) = await listed(tindan)
    assert (stale["stale"], stale["procedure_version"]) == (True, 1)
    _, out, _ = await tindan("import", file)
    assert "1 đã cũ hoặc đã gỡ, giữ nguyên" in out
    assert (await listed(tindan))[0]["stale"]
    _, out, _ = await tindan("import", file, "--confirm", "--json")
    assert [json.loads(out)[name] for name in ("changed", "left")] == [1, 0]
    (fresh,) = await listed(tindan)
    assert (fresh["stale"], fresh["procedure_version"], fresh["id"]) == (False, 3, stale["id"])


async def test_what_was_taken_down_stays_down(
    tindan: Tindan, written: Written, unit_of_work: Callable[[], UnitOfWork]
):
    """The file of every night brings nothing back; other words do, and so does somebody who confirms."""
    file = written(lines(entry(1)))

    async def take_down() -> None:
        (found,) = await listed(tindan)
        async with unit_of_work() as uow:
            await publishing.take_down_entry(uow, UUID(found["id"]), now=datetime.now(UTC))
            await uow.commit()

    await tindan("import", file)
    await take_down()
    await tindan("import", file)
    assert await listed(tindan) == []
    await tindan("import", file, "--confirm")
    await take_down()
    await tindan("import", written(lines(entry(1, answer="Nơi cư trú."))))
    assert [one["answer"] for one in await listed(tindan)] == ["Nơi cư trú."]


async def test_what_is_personal_is_taken_out_and_told(tindan: Tindan, written: Written):
    """The operator reads of each line and field what was taken out; nobody else reads it at all."""
    file = written(
        lines(
            entry(1),
            entry(
                2, question="Số 001190000001 là gì?", answer="Gọi 0912 345 678 hoặc viết cho an@example.vn."
            ),
        )
    )
    code, out, _ = await tindan("import", file, "--dry-run", "--json")
    told = json.loads(out)
    assert (code, told["dry_run"], told["changed"]) == (0, True, 2)
    assert told["scrubbed"] == [
        {"line": 2, "field": "question", "removed": ["citizen_number"]},
        {"line": 2, "field": "answer", "removed": ["phone", "email"]},
    ]
    assert await listed(tindan) == []
    _, out, _ = await tindan("import", file)
    assert "dòng · line 2, answer: đã bỏ · taken out [số điện thoại] [thư điện tử]" in out
    kept = (await listed(tindan))[1]
    assert (kept["question"], kept["answer"]) == (
        "Số [số định danh] là gì?",
        "Gọi [số điện thoại] hoặc viết cho [thư điện tử].",
    )


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (entry(2, "H99"), "line 2, agency: There is no agency 'H99'."),
        (entry(2, procedure="1.999999"), "line 2, procedure: Procedure '1.999999' is not in the catalogue."),
        (
            entry(2, procedure="1.000656"),
            "line 2, procedure: Procedure 1.000656 is in the catalogue no more.",
        ),
        (entry(2, procedure="khai sinh"), "line 2, procedure: The code has not the right form."),
        (entry(2, field="Hộ"), "line 2, field: There is no field 'Hộ'."),
        (entry(2, field="Hộ tịch", procedure="1.001193"), "line 2: Choose a procedure or a field, not both."),
        (entry(1), "line 2, id: It stands in line or item 1 already."),
        (entry(1, "G09"), "line 2, id: It stands in line or item 1 already."),
        (entry(2, answer=" "), "line 2, answer: "),
        (entry(2, question="a" * 4001), "line 2, question: "),
        (entry(2, answer="a\u0000b"), "line 2, answer: "),
        ({"id": "x"}, "line 2, agency: Is required."),
        (entry(2, anwser="x"), "line 2, anwser: There is no such field."),
    ],
)
async def test_a_bad_file_publishes_nothing(
    tindan: Tindan, written: Written, bad: dict[str, Any], fault: str
):
    """Line and field are told in both languages, and not even the good entries are published."""
    code, _, err = await tindan("import", written(lines(entry(1), bad)))
    assert (code, fault in err, "dòng 2" in err) == (2, True, True), err
    assert await listed(tindan) == []


async def test_the_example_is_taken_as_it_stands(tindan: Tindan):
    """Nothing of it is looked upon as personal, and both kinds of entries are in it."""
    code, out, err = await tindan("import", str(EXAMPLE), "--json")
    assert code == 0, err
    told = json.loads(out[out.index("{\n") :])
    assert (told["changed"], told["scrubbed"]) == (told["read"], [])
    about = {one["procedure_code"] or one["field"] for one in await listed(tindan)}
    assert about == {BIRTH.code, BIRTH.field}


async def test_all_faults_are_told(tindan: Tindan, written: Written):
    """What is wrong with several lines is told at once, for a program as well."""
    file = written(lines(entry(1, "H99", procedure="1.999999"), entry(2, field="Không có")))
    code, out, _ = await tindan("import", file, "--json")
    told = json.loads(out)
    assert (code, told["count"]) == (2, 3)
    places = [(one["line"], one["field"]) for one in told["faults"]]
    assert places == [(1, "agency"), (1, "procedure"), (2, "field")]


async def test_a_list_that_can_not_be_asked_for(tindan: Tindan):
    """Codes that are none are told."""
    code, _, err = await tindan("list", "--procedure", "x")
    assert (code, "x is no code of a procedure" in err) == (2, True)
    code, _, err = await tindan("list", "--agency", "H99")
    assert (code, "there is no agency H99" in err) == (2, True)
