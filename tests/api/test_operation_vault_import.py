"""`tindan vault import`: papers that are valid from before, with a list of what they are."""

import asyncio
import csv
import errno
import hashlib
import json
import os
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app as command
from api.operation import vault_import_files
from api.services import Services
from storage.agencies.models import Agency as AgencyRow
from storage.settings import StorageSettings
from tests.api.callers import Agency, Citizen, MakeAgency
from tests.api.results.handing import letter, said
from tests.faults.polling import until
from tests.faults.processes import Process

Tindan = Callable[..., Awaitable[tuple[int, Any, str]]]
pytestmark = pytest.mark.usefixtures("agency")
DOCUMENTS = "SELECT source_id, kind, state FROM document ORDER BY source_id"


@pytest.fixture
def settled(settings: StorageSettings) -> dict[str, str]:
    """The environment of a command beside the application of the run."""
    return {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_PAPER_WORKERS": "1",
        "TINDAN_PAPER_MAX_MIB": "1",
        "COLUMNS": "400",
    }


@pytest.fixture
def tindan(settled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run an import; return its exit code, what it answered, and what it said beside."""
    for name, value in settled.items():
        monkeypatch.setenv(name, value)

    async def run(
        folder: Path, *arguments: str, agency: str = "H26.1", plain: bool = False
    ) -> tuple[int, Any, str]:
        given = [
            "vault",
            "import",
            str(folder),
            "--agency",
            agency,
            *arguments,
            *([] if plain else ["--json"]),
        ]
        result = await asyncio.to_thread(CliRunner().invoke, command, given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        told = result.stdout if plain or not result.stdout else json.loads(result.stdout)
        return result.exit_code, told, result.stderr

    return run


@pytest.fixture
async def agency(make_agency: MakeAgency) -> Agency:
    return await make_agency("H26.1", scopes=frozenset({"results"}))


def lay(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a list, and a letter of its own for each row that names no file."""
    folder.mkdir(exist_ok=True)
    written = []
    for number, row in enumerate(rows):
        if "file" not in row:
            (folder / f"{number}.pdf").write_bytes(letter(3 + number))
        written.append({"file": f"{number}.pdf"} | row)
    lines = (json.dumps(row, ensure_ascii=False) for row in written)
    (folder / "manifest.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


async def kept(services: Services) -> list[tuple[Any, ...]]:
    async with services.reading() as reading:
        return await (await (await reading.driver()).execute(DOCUMENTS)).fetchall()


def counts(told: Mapping[str, Any]) -> tuple[int, int, int]:
    return told["taken"], told["repeated"], told["refused"]


def faults(told: Mapping[str, Any]) -> list[tuple[int, str | None]]:
    return [(one["line"], one["field"]) for one in told["faults"]]


@pytest.fixture
def owner(citizen: Citizen) -> dict[str, str]:
    return {"number": citizen.number, "name": citizen.name}


async def test_papers_come_into_their_owners_store(
    owner: dict[str, str],
    tindan: Tindan,
    client: httpx.AsyncClient,
    citizen: Citizen,
    tmp_path: Path,
) -> None:
    """As the bytes that they were, sealed, and without a word to their owner; done again, nothing happens."""
    folder = lay(tmp_path / "old", [said("KQ-1", owner=owner), said("GT-1", owner=owner, kind="component")])
    code, told, beside = await tindan(folder)
    assert (code, counts(told), told["faults"]) == (0, (2, 0, 0), [])
    assert "vault_imported" in beside
    assert owner["number"] not in beside
    items = (await client.get("/v1/vault/documents", headers=citizen.headers)).json()["items"]
    assert {item["kind"] for item in items} == {"result", "component"}
    (result,) = (item for item in items if item["kind"] == "result")
    path = f"/v1/vault/documents/{result['id']}"
    files = {
        name: await client.get(f"{path}/{name}", headers=citizen.headers) for name in ("original", "copy")
    }
    assert files["original"].content == letter(3)
    assert files["copy"].content.startswith(b"%PDF")
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert inbox == []
    assert counts((await tindan(folder))[1]) == (0, 2, 0)


async def test_a_table_says_the_same(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """As a spreadsheet writes it: with a mark of byte order, semicolons, and columns for parts."""
    rows = [
        said("KQ-1", file="cũ/một.pdf", **{"owner.number": owner["number"]}),
        said("KQ-2", file="cũ\\hai.pdf", **{"owner.number": owner["number"]})
        | {"supersedes.source_id": "KQ-1", "supersedes.reason": "Cải chính; họ tên"},
    ]
    # As a Mac writes names: letters and their marks apart.
    old = tmp_path / unicodedata.normalize("NFD", "cũ")
    old.mkdir()
    (old / unicodedata.normalize("NFD", "một.pdf")).write_bytes(letter(4))
    (old / "hai.pdf").write_bytes(letter(5))
    with (tmp_path / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[1]), delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)
    code, told, _ = await tindan(tmp_path)
    assert (code, counts(told), told["faults"]) == (0, (2, 0, 0), [])
    assert await kept(services) == [("KQ-1", "result", "superseded"), ("KQ-2", "result", "valid")]


async def test_owners_are_told_where_it_is_asked_for(
    owner: dict[str, str],
    tindan: Tindan,
    client: httpx.AsyncClient,
    citizen: Citizen,
    tmp_path: Path,
) -> None:
    """Of the rows that do not say otherwise."""
    folder = lay(tmp_path, [said("KQ-1", owner=owner), said("KQ-2", owner=owner, notify=False)])
    assert (await tindan(folder, "--notify"))[0] == 0
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert len(inbox) == 1


async def test_a_trial_keeps_nothing(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """And finds what would be refused, but for what a row before would have brought."""
    stranger = {"number": "001085012345"}
    change = {"source_id": "KQ-1", "reason": "Cải chính"}
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 cut")
    folder = lay(
        tmp_path,
        [
            said("KQ-1", owner=stranger),
            said("KQ-2", owner=stranger, supersedes=change),
            said("KQ-3", owner=owner, file="bad.pdf"),
            said("KQ-4", owner=owner, issued_on="2020-01-01", expires_on="2021-01-01"),
            said("KQ-5", owner=owner, supersedes={"source_id": "KQ-0", "reason": "?"}),
        ],
    )
    code, told, _ = await tindan(folder, "--dry-run")
    assert (code, counts(told), told["dry_run"]) == (1, (2, 0, 3), True)
    assert faults(told) == [(3, "file"), (4, "expires_on"), (5, "supersedes/source_id")]
    assert await kept(services) == []
    async with services.reading() as reading:
        row = await (await (await reading.driver()).execute("SELECT count(*) FROM party")).fetchone()
    assert row == (1,)


async def test_a_bad_row_stops_no_other(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """Each is told by its line, its field and why, in both languages, and the exit code is 1."""
    folder = lay(
        tmp_path,
        [
            said("KQ-1", owner=owner, issued_on="20/11/2026"),
            said("KQ-2"),
            said("KQ-3", owner=owner | {"number": "123"}, type_name=""),
            said("KQ-4", owner=owner),
            said("KQ-4", owner=owner, number="13/2026/KS"),
            said("KQ-6", owner=owner, procedure_code="9.999999"),
            said("KQ-7", owner=owner, colour="red"),
        ],
    )
    with (folder / "manifest.jsonl").open("a") as manifest:
        manifest.write('\n{"source_id": \n[]\n')
    code, told, _ = await tindan(folder)
    assert (code, counts(told)) == (1, (1, 0, 8))
    assert faults(told) == [
        (1, "issued_on"),
        (2, None),
        (3, "type_name"),
        (3, "owner/number"),
        (5, "source_id"),
        (6, "procedure_code"),
        (7, "colour"),
        (8, None),
        (9, None),
    ]
    assert all(
        one["reason"] and one["reason_vi"] and one["reason"] != one["reason_vi"] for one in told["faults"]
    )
    assert [row[0] for row in await kept(services)] == ["KQ-4"]
    code, said_plainly, beside = await tindan(folder, plain=True)
    assert code == 1
    assert "1  đã có từ trước · taken in before" in said_plainly
    assert "dòng 3, owner/number: Số định danh" in beside
    assert "line 3, owner/number: The citizen number" in beside


async def test_files_out_of_the_folder_are_not_read(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """Whatever way leads there; nor what is no file, is missing, empty, huge, or is not to be read."""
    outside, folder = tmp_path / "secret.pdf", tmp_path / "in"
    outside.write_bytes(letter())
    folder.mkdir()
    (folder / "link.pdf").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "circle.pdf").symlink_to("circle.pdf")
    (folder / "fine.pdf").symlink_to("real.pdf")
    (folder / "real.pdf").write_bytes(letter())
    (folder / "empty.pdf").touch()
    (folder / "huge.pdf").write_bytes(b"%PDF-1.7" + bytes(1 << 20))
    os.mkfifo(folder / "pipe.pdf")
    (folder / "folder.pdf").mkdir()
    names = [
        "../secret.pdf", str(outside), "..\\secret.pdf", "link.pdf", "up/secret.pdf", "in/../../secret.pdf",
        "circle.pdf", "missing.pdf", "empty.pdf", "huge.pdf", "pipe.pdf", "folder.pdf", "real.pdf/a", "a\0.pdf",
        "x" * 500, "manifest.jsonl", "fine.pdf",
    ]  # fmt: skip
    lay(folder, [said(f"KQ-{number}", owner=owner, file=name) for number, name in enumerate(names)])
    code, told, _ = await tindan(folder)
    assert (code, counts(told)) == (1, (1, 0, 16))
    assert {one["field"] for one in told["faults"]} == {"file"}
    reasons = [one["reason"] for one in told["faults"]]
    assert reasons[:6] == ["it leads out of the folder"] * 6
    assert reasons[7:9] == ["there is no such file", "it is empty"]
    assert reasons[9] == "the file has more than 1,048,576 bytes"
    assert reasons[10:12] == ["it is no file"] * 2
    assert [row[0] for row in await kept(services)] == ["KQ-16"]


def test_a_file_that_can_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the system, for whatever reason."""

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    fetched = vault_import_files.fetch(tmp_path, "a.pdf", most=4, into=tmp_path)
    assert (fetched.size, fetched.sha256) == (4, hashlib.sha256(b"%PDF").digest())
    fetched.content.close()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(vault_import_files.UnfetchedError, match="Permission denied"):
        vault_import_files.fetch(tmp_path, "a.pdf", most=4, into=tmp_path)


async def test_papers_that_supersede_each_other_wait_for_nobody(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """Of a chain each waits for the one before it; in a circle nobody does, and the last closes none."""
    circle = [
        said(f"KQ-{one}", owner=owner, supersedes={"source_id": f"KQ-{other}", "reason": "?"})
        for one, other in ((1, 2), (2, 1), (3, 3))
    ]
    async with asyncio.timeout(60):
        assert counts((await tindan(lay(tmp_path / "circle", circle)))[1]) == (0, 0, 3)
    chain = [said("KQ-0", owner=owner)] + [
        said(f"KQ-{one}", owner=owner, supersedes={"source_id": f"KQ-{one - 1}", "reason": "?"})
        for one in range(1, 5)
    ]
    code, told, _ = await tindan(lay(tmp_path / "chain", chain))
    assert (code, counts(told), told["faults"]) == (0, (5, 0, 0), [])
    assert [row[2] for row in await kept(services)] == ["superseded"] * 4 + ["valid"]


async def test_a_list_that_can_not_be_read_is_refused_as_a_whole(
    owner: dict[str, str], tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """With exit code 2, before anything is taken in."""
    assert (await tindan(tmp_path))[0] == 2
    (tmp_path / "manifest.csv").write_text("source_id,type_code,type_name,issued_on,file,file\n")
    code, told, _ = await tindan(tmp_path)
    assert (code, told["faults"][0]["reason"]) == (2, "there must be just one column file")
    (tmp_path / "manifest.csv").write_text("source_id,type_code,type_name,issued_on,file,owner\n")
    code, told, _ = await tindan(tmp_path)
    assert (code, told["faults"][0]["reason"][:25]) == (2, "there is no column owner,")
    folder = lay(tmp_path, [said("KQ-1", owner=owner)])
    assert (await tindan(folder))[0] == 2
    (tmp_path / "manifest.csv").unlink()
    with (folder / "manifest.jsonl").open("ab") as manifest:
        manifest.write(b"\n\xff\n")
    code, told, _ = await tindan(folder)
    assert (code, told["faults"][0]["line"]) == (2, 2)
    assert await kept(services) == []


async def test_the_agency_must_be_one_that_is_in_force(
    agency: Agency, services: Services, tindan: Tindan, owner: dict[str, str], tmp_path: Path
) -> None:
    """An unknown code, no code, and an agency that ended are told; its own papers and no dossier of others."""
    folder = lay(tmp_path, [said("KQ-1", owner=owner)])
    for code in ("H99", "?!"):
        assert (await tindan(folder, agency=code, plain=True))[0] == 2
    async with services.unit_of_work() as uow:
        row = await uow.session.get_one(AgencyRow, agency.id)
        row.valid_to = row.valid_from = date(2020, 1, 1)
        await uow.commit()
    code, _, beside = await tindan(folder, plain=True)
    assert code == 2
    assert "not in force" in beside


async def test_a_foreign_dossier_is_not_spoken_for(
    make_agency: MakeAgency, tindan: Tindan, services: Services, tmp_path: Path
) -> None:
    """By whoever imports: what an agency may not hand over itself is not taken from a folder either."""
    await make_agency("H70")
    folder = lay(tmp_path, [said("KQ-1", dossier_code="H70-261121-0001"), said("KQ-2", agency_code="H70")])
    code, told, _ = await tindan(folder)
    assert (code, faults(told)[0]) == (1, (1, "dossier_code"))
    assert await kept(services) == []


@pytest.mark.verify
async def test_killed_in_the_midst_it_ends_with_each_paper_once(
    owner: dict[str, str],
    tindan: Tindan,
    services: Services,
    settled: dict[str, str],
    tmp_path: Path,
) -> None:
    """What was taken in stays; a second run takes in the rest, with one seal and two files for each."""
    folder = lay(tmp_path / "many", [said(f"KQ-{number:02}", owner=owner) for number in range(24)])
    arguments = [
        "-c",
        "from api.cli import main; main()",
        "vault",
        "import",
        str(folder),
        "--agency",
        "H26.1",
    ]
    with Process(arguments, tmp_path / "import.log", settled) as process:

        async def some() -> bool:
            return len(await kept(services)) >= 5

        await until(some, seconds=60)
        process.kill()
    before = len(await kept(services))
    assert 5 <= before < 24, (tmp_path / "import.log").read_text()
    code, told, _ = await tindan(folder)
    assert (code, counts(told)) == (0, (24 - before, before, 0))
    assert [row[0] for row in await kept(services)] == [f"KQ-{number:02}" for number in range(24)]
    async with services.reading() as reading:
        driver = await reading.driver()
        made = await (
            await driver.execute("SELECT (SELECT count(*) FROM seal), (SELECT count(*) FROM document_file)")
        ).fetchone()
    assert made == (24, 48)
