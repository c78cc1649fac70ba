"""`tindan catalogue` and `tindan units`: put in whole or not at all, in versions, on the database of the run."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

BIRTH = {
    "code": "1.001193.000.00.00.H26",
    "name": "Đăng ký khai sinh",
    "field": "Hộ tịch",
    "agency": "Ủy ban nhân dân cấp xã",
    "steps": "Bước 1: Nộp hồ sơ",
    "methods": [
        {
            "channel_code": "DIRECT",
            "time_qty": 1,
            "time_unit": "WORKING_DAY",
            "time_text": "1 ngày làm việc",
            "fees": [{"amount": 0}, {"amount": 8000, "note": "Quá hạn"}],
        }
    ],
    "documents": [{"name": "Tờ khai", "originals": 1, "copies": 0}, {"name": "Lưu ý", "originals": 0}],
    "result": "Giấy khai sinh",
    "legal_basis": ["Luật Hộ tịch (60/2014/QH13)"],
}
DEATH = {"code": "1.000656", "name": "Đăng ký khai tử", "promulgating_agency": "UBND tỉnh Bắc"}
MANY = "".join(f'{{"code": "1.{number:06d}", "name": "Thủ tục"}}\n' for number in range(10)).encode()
PROVINCES = "provinceCode,province,provinceShort\n01,Thành phố Trung,Trung\n02,Tỉnh Nam,Nam\n"
COMMUNES = (
    "provinceCode,province,provinceShort,wardCode,ward,wardShort,wardType\n"
    "01,Thành phố Trung,Trung,00001,Phường Sông,Sông,Phường\n02,Tỉnh Nam,Nam,00002,Xã Đồi,Đồi,Xã\n"
)
FORMER = (
    "old_province_code,old_province,old_district_code,old_district,old_ward_code,old_ward,"
    "new_province_code,new_province,new_ward_code,new_ward,kind\n"
    "03,Tỉnh Bắc,001,Huyện Núi,00009,Xã Suối,01,Thành phố Trung,00001,Phường Sông,whole\n"
)


class Said:
    """What a command answered: its exit code, what it printed, and what it said beside."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, " ".join(out.split()), " ".join(err.split())
        self.raw = out

    @property
    def json(self) -> Any:
        """Return what it printed, as JSON."""
        return json.loads(self.raw)


Tindan = Callable[..., Awaitable[Said]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str | Path) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, [*map(str, arguments)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a catalogue, one record a line."""

    def write(*records: Any, name: str = "danh-muc.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
        return path

    return write


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A folder with the three files of units."""
    folder = tmp_path / "units"
    folder.mkdir()
    for name, content in (("p.csv", PROVINCES), ("w.csv", COMMUNES), ("m.csv", FORMER)):
        (folder / name).write_text(content)
    return folder


async def test_a_catalogue_comes_in(tindan: Tindan, file, reading: Callable[[], Reading]):
    """It says what changed and how it was read; who brought it is kept; the same again is no version."""
    said = await tindan("catalogue", "import", file(BIRTH, DEATH), "--author", "an")
    assert said.code == 0
    assert "Phiên bản · version 1: 2 thủ tục · procedures (+2, ~0, −0)" in said.out
    assert "a fee of 0 is one not published │ 1" in said.out
    assert '"event":"catalogue_imported"' in said.err.replace(" ", "")
    said = await tindan("catalogue", "import", file(BIRTH, DEATH))
    assert "nothing has changed" in said.out
    listed = (await tindan("catalogue", "versions", "--json")).json
    assert [(one["number"], one["author"], one["source"]) for one in listed] == [(1, "an", "danh-muc.jsonl")]
    async with reading() as read:
        assert await procedures.known_codes(read, ["1.001193", "1.000656"]) == {"1.001193", "1.000656"}


async def test_whole_or_partial(tindan: Tindan, file):
    """A whole file takes away what it has not, unless that is too much; a partial one takes away nothing."""
    many = [{"code": f"1.{number:06d}", "name": "Thủ tục"} for number in range(10)]
    assert (await tindan("catalogue", "import", file(*many), "--json")).json["added"] == 10
    said = await tindan("catalogue", "import", file(*many[:6]))
    assert said.code == 2
    assert "mất 4 trên 10 thủ tục, quá 30%" in said.err
    assert "4 of 10 procedures would be gone, which is more than 30%: --partial leaves them in" in said.err
    assert (await tindan("catalogue", "import", file(*many[:6]), "--partial", "--json")).json["total"] == 10
    trial = (await tindan("catalogue", "import", file(*many[:6]), "--shrink", "--dry-run", "--json")).json
    assert (trial["removed"], trial["total"], trial["dry_run"]) == (4, 6, True)
    done = (await tindan("catalogue", "import", file(*many[:6]), "--shrink", "--json")).json
    assert (done["version"], done["removed"], done["total"]) == (2, 4, 6)


async def test_a_bad_file_changes_nothing(tindan: Tindan, file):
    """All faults are listed by line and field, for a person and for a program, and the old version stays."""
    await tindan("catalogue", "import", file(DEATH))
    bad = file(BIRTH, {"code": "1.1", "name": "X"}, {"code": "1.000894", "name": 5})
    said = await tindan("catalogue", "import", bad)
    assert (said.code, said.out) == (2, "")
    assert (
        "nothing was imported: danh-muc.jsonl dòng 2, code: không phải mã thủ tục · line 2, code" in said.err
    )
    assert "dòng 3, name: không phải văn bản · line 3, name: it is no text" in said.err
    told = await tindan("catalogue", "import", bad, "--json")
    assert told.code == 2
    assert told.json == {
        "refused": True,
        "count": 2,
        "faults": [
            {
                "line": 2,
                "field": "code",
                "reason": "it is no code of a procedure",
                "reason_vi": "không phải mã thủ tục",
            },
            {"line": 3, "field": "name", "reason": "it is no text", "reason_vi": "không phải văn bản"},
        ],
    }
    assert [one["total"] for one in (await tindan("catalogue", "versions", "--json")).json] == [1]


async def test_many_faults_are_counted(tindan: Tindan, file):
    """The first twenty are told, and how many there are beside."""
    said = await tindan("catalogue", "import", file(*({"code": "x", "name": "X"} for _ in range(23))))
    assert said.err.count("· line") == 20
    assert said.err.endswith("… còn 3 lỗi · 3 more")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "tệp rỗng · it is empty"),
        (b"\n\n", "tệp rỗng · it is empty"),
        (MANY[: len(MANY) // 2 + 9], "tệp bị cắt ở đây · line 6: it is no JSON"),
        (gzip.compress(MANY)[: len(gzip.compress(MANY)) // 2], "tệp bị cắt hoặc bị hỏng"),
        (gzip.compress(MANY)[:-1], "tệp bị cắt hoặc bị hỏng"),
        (MANY[: len(MANY) // 2], "mất 5 trên 10 thủ tục, quá 30%"),
    ],
    ids=["empty", "blank", "cut", "packed and cut", "packed without its end", "cut after a line"],
)
async def test_a_file_that_was_cut_changes_nothing(
    tindan: Tindan, tmp_path: Path, content: bytes, fault: str
):
    """Wherever it ends, what is said is that, and the version in force stays."""
    path = tmp_path / "danh-muc.jsonl"
    path.write_bytes(MANY)
    assert (await tindan("catalogue", "import", path)).code == 0
    path.write_bytes(content)
    said = await tindan("catalogue", "import", path)
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert [one["total"] for one in (await tindan("catalogue", "versions", "--json")).json] == [10]


async def test_versions_and_what_differs(tindan: Tindan, file):
    """Versions are listed with who and when; what differs between two is told down to the field."""
    await tindan("catalogue", "import", file(BIRTH, DEATH))
    marriage = {"code": "1.000894", "name": "Đăng ký kết hôn"}
    changed = {**BIRTH, "name": "Khai sinh", "result": "Bản chính"}
    await tindan("catalogue", "import", file(changed, marriage), "--shrink", "--author", "bình")
    said = await tindan("catalogue", "versions")
    assert "│ bình │ danh-muc.jsonl │ +1 ~1 −1 │ 2 │" in said.out
    said = await tindan("catalogue", "diff", "1", "2")
    lines = "− 1.000656 Đăng ký khai tử + 1.000894 Đăng ký kết hôn ~ 1.001193 Khai sinh (name, results)"
    assert said.out == lines
    back = (await tindan("catalogue", "diff", "2", "0", "--json")).json
    assert [(one["code"], one["change"]) for one in back] == [
        ("1.000894", "removed"),
        ("1.001193", "removed"),
    ]
    assert (await tindan("catalogue", "diff", "2", "2")).out == "Không khác nhau · no difference"
    assert "there is no version 3" in (await tindan("catalogue", "diff", "1", "3")).err


async def test_a_procedure_is_shown(tindan: Tindan, file):
    """By its short or its long code, as it is or was, with all its parts and its history."""
    await tindan("catalogue", "import", file(BIRTH, DEATH))
    await tindan("catalogue", "import", file({**BIRTH, "name": "Khai sinh"}), "--shrink")
    said = await tindan("catalogue", "show", "1.001193.H26", "--version", "1")
    assert said.out.startswith("1.001193 · Đăng ký khai sinh")
    for part in ("1 ngày làm việc · 8,000 đ Quá hạn", "1+0 Tờ khai", "(Lưu ý)", "60/2014/QH13: Luật Hộ tịch"):
        assert part in said.out
    now = (await tindan("catalogue", "show", "1.001193", "--json")).json
    assert (now["version"], now["procedure"]["name"]) == (2, "Khai sinh")
    assert now["history"] == [{"version": 2, "removed": False}, {"version": 1, "removed": False}]
    assert "removed in version 2" in (await tindan("catalogue", "show", "1.000656")).out
    assert "there is no procedure 1.999999" in (await tindan("catalogue", "show", "1.999999")).err
    assert "x is no code of a procedure" in (await tindan("catalogue", "show", "x")).err


async def test_units_come_in_and_are_found(tindan: Tindan, units: Path):
    """A folder is a version; a part replaces its part; old names lead to the units of today."""
    said = await tindan("units", "import", units, "--author", "an")
    assert "version 1: 2 tỉnh · provinces, 2 xã · communes, 1 dòng của bảng chuyển đổi" in said.out
    assert "version 1:" in (await tindan("units", "import", units / "p.csv", units / "w.csv")).out
    (units / "p.csv").write_text(PROVINCES.replace("Tỉnh Nam", "Thành phố Nam"))
    trial = (await tindan("units", "import", units / "p.csv", "--dry-run", "--json")).json
    assert (trial["version"], trial["provinces"]) == (2, 2)
    assert (await tindan("units", "import", units / "p.csv", "--json")).json["version"] == 2
    listed = (await tindan("units", "versions", "--json")).json
    assert [(one["number"], one["source"]) for one in listed] == [(2, "p.csv"), (1, "units")]
    assert "│ 1 │" in (await tindan("units", "versions")).out
    (found,) = (await tindan("units", "find", "tinh bac", "--json")).json
    assert (found["unit"]["code"], found["former"]["name"], found["share"]) == ("01", "Tỉnh Bắc", "whole")
    assert (
        "│ 00001 │ Phường Sông │ Xã Suối, Huyện Núi, Tỉnh Bắc │"
        in (await tindan("units", "find", "x. suoi")).out
    )
    assert (await tindan("units", "find", "không có")).code == 1


async def test_bad_units_change_nothing(tindan: Tindan, units: Path):
    """What is wrong is told with file, line and column."""
    (units / "w.csv").write_text(COMMUNES.replace("00002", "2"))
    said = await tindan("units", "import", units)
    assert said.code == 2
    assert "dòng 3, wardCode: không theo mẫu ^[0-9]{5}$ (w.csv) · line 3, wardCode: it is not" in said.err
    assert (await tindan("units", "import", units, "--json")).json["faults"][0]["line"] == 3
    assert (await tindan("units", "versions", "--json")).json == []


async def test_units_that_were_cut_are_refused(tindan: Tindan, units: Path):
    """A file of which more than 30% is gone changes nothing, unless it is said that this is meant."""
    path, kept = units / "w.csv", COMMUNES + "01,Thành phố Trung,Trung,00003,Xã Bãi,Bãi,Xã\n"
    path.write_text(kept)
    assert (await tindan("units", "import", units)).code == 0
    path.write_text("".join(line for line in kept.splitlines(keepends=True) if "00002" not in line))
    for options in ((), ("--dry-run",)):
        said = await tindan("units", "import", path, *options)
        assert said.code == 2
        assert "mất 1 trên 3 xã, quá 30%" in said.err
        assert "1 of 3 communes would be gone, more than 30%" in said.err
    assert [one["communes"] for one in (await tindan("units", "versions", "--json")).json] == [3]
    done = (await tindan("units", "import", path, "--shrink", "--json")).json
    assert (done["version"], done["communes"]) == (2, 2)


async def test_a_provinces_own_procedures_know_it(tindan: Tindan, file, units: Path):
    """Who promulgates it tells the province that it is for, by the units of today."""
    await tindan("units", "import", units)
    await tindan("catalogue", "import", file(BIRTH, DEATH))
    assert (await tindan("catalogue", "show", "1.000656", "--json")).json["procedure"]["province"] == "01"
    assert "province" not in (await tindan("catalogue", "show", "1.001193", "--json")).json["procedure"]
