"""`tindan agency contact`: entered one by one or in a file, whole or not at all, on the database of the run."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import demonstration
from api.cli import app
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, put
from storage.contact_points.record import ContactRecord
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.contact_points.examples import HOTLINE, OFFICE, RECORD

EXAMPLE = Path(demonstration.__file__).with_name("contacts_example.json")

Said = tuple[int, str, str]
Tindan = Callable[..., Awaitable[Said]]
Written = Callable[[str], str]


@pytest.fixture
def tindan(agencies: None, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command on contacts; return its exit code, what it printed, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("agency", "contact", *arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip(), " ".join(result.stderr.split())

    return run


@pytest.fixture
async def agencies(unit_of_work: Callable[[], UnitOfWork]) -> None:
    """A city, which has an older code, and two wards."""
    async with unit_of_work() as uow:
        await put(
            uow,
            [
                AgencyRecord(code="H26", name="Thành phố [Hà Nội]", aliases=(Alias(code="G09"),)),
                AgencyRecord(code="H26.1", name="Phường Một", parent="H26"),
                AgencyRecord(code="H26.2", name="Phường Hai", parent="H26"),
            ],
        )
        await uow.commit()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a file; return its path."""

    def write(content: str) -> str:
        path = tmp_path / "given.json"
        path.write_text(content, "utf-8")
        return str(path)

    return write


def entry(agency: str, **fields: Any) -> dict[str, Any]:
    return {"agency": agency, "hotlines": [HOTLINE], **fields}


def lines(*entries: dict[str, Any]) -> str:
    """Write entries one a line, with a blank one between."""
    return "\n\n".join(json.dumps(one, ensure_ascii=False) for one in entries)


async def shown(tindan: Tindan, code: str) -> Any:
    return json.loads((await tindan("show", code, "--json"))[1])


async def test_set_show_remove(tindan: Tindan, written: Written):
    """What was set is shown, also of those below, with who said it; once removed, it is known of nobody."""
    file = written(json.dumps(RECORD, indent=2))
    assert (await tindan("set", "000.00.00.H26", file, "--author", "lan"))[:2] == (0, "H26: đã lưu · is kept")
    assert (await tindan("set", "G09", file))[1] == "H26: không có gì thay đổi · nothing has changed"
    found = await shown(tindan, "H26.1")
    assert (found["agency"]["code"], found["inherited_from"]["code"], found["author"]) == (
        "H26.1",
        "H26",
        "lan",
    )
    code, out, _ = await tindan("set", "H26.1", written(json.dumps(found["record"])), "--json")
    assert (code, json.loads(out)) == (0, {"agency": "H26.1", "changed": True})
    code, out, _ = await tindan("show", "H26")
    assert code == 0
    for part in ("Thành phố [Hà Nội]", "Tổng đài: 1022", "T2 T3 T4 T5 T6 07:30-11:30", "07/12/2026 nghỉ"):
        assert part in out
    assert (await tindan("remove", "H26"))[:2] == (0, "H26: đã xoá · is removed")
    code, out, _ = await tindan("show", "H26.2", "--json")
    assert (code, json.loads(out)["record"]) == (1, None)
    code, _, err = await tindan("remove", "H26")
    assert (code, "nothing is said of H26 itself" in err) == (2, True)


@pytest.mark.parametrize("command", ["set", "show", "remove"])
async def test_an_agency_that_is_not_known(tindan: Tindan, written: Written, command: str):
    """No command makes one."""
    file = [written(json.dumps(RECORD))] if command == "set" else []
    code, _, err = await tindan(command, "H99", *file)
    assert (code, "there is no agency H99" in err) == (2, True)


async def test_import(tindan: Tindan, written: Written):
    """Many come in at once, a list or lines; what is the same again changes nothing; a trial keeps nothing."""
    both = [entry("G09"), entry("000.00.1.H26", hours=OFFICE)]
    code, out, _ = await tindan("import", written(json.dumps(both)), "--dry-run")
    assert (code, out.splitlines()) == (
        0,
        [
            "Chạy thử, không giữ lại gì · a trial, nothing was kept",
            "2 cơ quan · agencies: 2 thay đổi · changed, 0 như cũ · as before",
        ],
    )
    assert (await tindan("show", "H26"))[0] == 1
    code, out, err = await tindan("import", written("\ufeff" + lines(*both)), "--json", "--author", "lan")
    assert (code, json.loads(out)) == (0, {"read": 2, "changed": 2, "unchanged": 0, "dry_run": False})
    assert "contacts_imported" in err
    assert (await shown(tindan, "H26"))["author"] == "lan"
    both[1]["emails"] = ["mot@example.vn"]
    _, out, _ = await tindan("import", written(lines(*both)), "--json", "--author", "minh")
    assert json.loads(out) == {"read": 2, "changed": 1, "unchanged": 1, "dry_run": False}
    assert [(await shown(tindan, one))["author"] for one in ("H26", "H26.1")] == ["lan", "minh"]


async def test_all_that_is_wrong_is_named_by_line_and_field(tindan: Tindan, written: Written):
    """In both languages, with all faults of a line; and nothing of the file is kept."""
    file = written(
        lines(
            entry("H26"),
            entry("H26.1", hotlines=[{"label": "Sai", "number": "12"}], hours=[OFFICE[0], OFFICE[0]]),
            entry("H26.2", websites=["http://example.vn"], hot="line"),
        )
    )
    code, out, _ = await tindan("import", file, "--json")
    told = json.loads(out)
    assert (code, told["refused"], told["count"]) == (2, True, 4)
    assert [(one["line"], one["field"], one["reason"]) for one in told["faults"]] == [
        (3, "hotlines/0/number", "The phone number is not valid."),
        (3, "hours", "07:30-11:30 and 07:30-11:30 of one day overlap or touch."),
        (5, "websites/0", "Must be an https address."),
        (5, "hot", "There is no such field."),
    ]
    _, _, err = await tindan("import", file)
    assert "dòng 5, websites/0: Phải là địa chỉ https. · line 5, websites/0: Must be an https address." in err
    assert (await tindan("show", "H26"))[0] == 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (lines(entry("H26"), entry("H99")), "line 3, agency: There is no agency 'H99'."),
        (lines(entry("H26"), entry("G09")), "line 3, agency: It stands in line or item 1 already."),
        (json.dumps([entry("H26"), entry("-")]), "item 2, agency: The code has not the right form."),
        (json.dumps([{"hotlines": [HOTLINE]}]), "item 1, agency: Is required."),
        (json.dumps([{"agency": "H26"}]), "item 1: Nothing is said in it."),
        (json.dumps([entry("H26"), 5]), "item 2: it is no JSON object"),
        ("[]", "it is empty"),
        (" \n", "it is empty"),
        ("{", "line 1: it is no JSON"),
        (f'{{"agency"\n{lines(entry("H26"))}', "line 1: it is no JSON"),
        (f"{lines(entry('H26'))}\n[", "line 2: it is no JSON"),
        ('[{"agency": "H26"', "line 1: it is no JSON"),
    ],
)
async def test_a_bad_file_changes_nothing(tindan: Tindan, written: Written, content: str, fault: str):
    """Place and reason are told, and not even the good entries are kept."""
    code, _, err = await tindan("import", written(content))
    assert (code, fault in err) == (2, True), err
    assert (await tindan("show", "H26"))[0] == 1


async def test_the_example_is_taken_as_it_stands(tindan: Tindan):
    """It has something to say in every field."""
    code, _, err = await tindan("import", str(EXAMPLE))
    assert code == 0, err
    said: set[str] = set()
    for agency in ("H26", "H26.1"):
        code, out, _ = await tindan("show", agency, "--json")
        assert code == 0
        said |= json.loads(out)["record"].keys()
    assert said == set(ContactRecord.model_fields)


async def test_a_single_record_is_wanted(tindan: Tindan, written: Written):
    """`set` takes one object, which names no agency."""
    _, _, err = await tindan("set", "H26", written(json.dumps([RECORD, RECORD])))
    assert "the file must hold one object, and holds 2" in err
    _, _, err = await tindan("set", "H26", written(json.dumps(entry("H26"))))
    assert "agency: There is no such field." in err
