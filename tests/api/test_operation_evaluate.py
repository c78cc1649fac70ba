"""`tindan catalogue evaluate`: what it says of a catalogue, and of files that it can not use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.unit_of_work import UnitOfWork
from tests.api.test_operation import Tindan, tindan  # noqa: F401 - a fixture

CATALOGUE = [
    {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"},
    {"code": "1.000656", "name": "Thủ tục đăng ký khai tử"},
    {"code": "1.014064", "name": "Cấp lại thẻ căn cước"},
]
QUESTIONS = [
    {"query": "làm giấy khai sinh", "codes": ["1.001193.000.00.00.H26"], "style": "plain"},
    {"query": "đăng ký khai tử", "expected_codes": ["1.014064"], "style": "odd"},
    {"query": "bao lâu", "codes": ["1.014064"], "turns": ["mất căn cước", "bao lâu"]},
]


def written(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


def cut(path: str) -> str:
    """Take the end off a file."""
    Path(path).write_bytes(Path(path).read_bytes()[:-20])
    return path


@pytest.fixture
async def questions(tmp_path: Path) -> str:
    """One that is answered, one that is not, and one that follows upon another."""
    return written(tmp_path / "questions.jsonl", QUESTIONS)


async def test_the_catalogue_in_force_is_asked(
    tindan: Tindan,  # noqa: F811
    questions: str,
    unit_of_work: Callable[[], UnitOfWork],
):
    """Shares, styles, follow-ups apart, and what was got where it failed."""
    async with unit_of_work() as uow:
        given = [Procedure(**entry) for entry in CATALOGUE]
        await procedures.put(uow, given, author="an", source="test", whole=True)
        await uow.commit()
    code, said = await tindan("catalogue", "evaluate", questions, "--json")
    found = json.loads(said)
    assert code == 0
    assert (found["count"], found["recall_at_1"], found["recall_at_1_strict"]) == (2, 0.5, 0.5)
    assert found["mrr"] == pytest.approx(0.5)
    assert {style: score["recall_at_10"] for style, score in found["by_style"].items()} == {
        "plain": 1.0,
        "odd": 0.0,
    }
    assert (found["followups"]["count"], found["followups"]["recall_at_1"]) == (1, 1.0)
    (failure,) = found["failures"]
    assert failure["query"] == "đăng ký khai tử"
    assert failure["expected"] == ["1.014064"]
    assert failure["got"][0] == {"code": "1.000656", "name": "Thủ tục đăng ký khai tử"}
    assert failure["rank"] is None


async def test_a_file_is_asked_without_a_database(
    tindan: Tindan,  # noqa: F811
    questions: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """Any that could be imported."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    catalogue = written(tmp_path / "catalogue.jsonl", CATALOGUE)
    code, said = await tindan("catalogue", "evaluate", questions, "--catalogue", catalogue)
    assert code == 0
    assert "0.500" in said
    assert "expected 1.014064" in said


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line 2: it is no JSON"),
        ("[]", "line 2"),
        ('{"query": "a"}', "line 2, codes"),
        ('{"query": " ", "codes": ["1.001193"]}', "line 2, query"),
        ('{"query": "a", "codes": []}', "line 2, codes"),
        ('{"query": "a", "codes": ["x"]}', "line 2, codes, 0: it is no code of a procedure"),
    ],
)
async def test_a_bad_line_is_named(tindan: Tindan, tmp_path: Path, line: str, fault: str):  # noqa: F811
    """With the field at fault, before anything is asked."""
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(QUESTIONS[0]) + "\n" + line + "\n", "utf-8")
    code, said = await tindan("catalogue", "evaluate", str(path))
    assert code == 2
    assert fault in said


async def test_a_file_without_questions_is_refused(tindan: Tindan, tmp_path: Path):  # noqa: F811
    """No share could be told."""
    code, said = await tindan("catalogue", "evaluate", written(tmp_path / "none.jsonl", []))
    assert (code, "holds no question" in said) == (2, True)


async def test_a_catalogue_that_was_cut_is_not_asked(tindan: Tindan, questions: str, tmp_path: Path):  # noqa: F811
    """It is refused as an import of it would be: shares of half a catalogue would say nothing."""
    path = cut(written(tmp_path / "catalogue.jsonl", CATALOGUE))
    code, said = await tindan("catalogue", "evaluate", questions, "--catalogue", path, "--json")
    assert code == 2
    assert "recall" not in said
    assert "có thể tệp bị cắt ở đây · line 3: it is no JSON" in " ".join(said.split())


async def test_hostile_questions_are_judged_like_any_other(tindan: Tindan, tmp_path: Path):  # noqa: F811
    """Signs, emoji, SQL, the syntax of the index, other forms of Unicode and long texts only count as failures."""
    texts = ("?!…", "\U0001f600", "'; DROP TABLE procedure; --", '+name:[* TO *] AND "x"~2', "a" * 10_000)
    rows = [{"query": text, "codes": ["1.001193"]} for text in texts]
    rows += [
        {"query": normalize(form, "đăng ký khai sinh"), "codes": ["1.001193"]} for form in ("NFC", "NFD")
    ]
    catalogue = written(tmp_path / "catalogue.jsonl", CATALOGUE)
    path = written(tmp_path / "hostile.jsonl", rows)
    code, said = await tindan("catalogue", "evaluate", path, "--catalogue", catalogue, "--json")
    found = json.loads(said)
    assert (code, found["count"]) == (0, len(rows))
    assert {failure["query"] for failure in found["failures"]} <= set(texts)
