"""`tindan vault`: checked, swept, held and removed by an operator."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api.cli import app
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs, new_path
from storage.vault.kinds import DocumentKind
from tests.storage.vault.keeping import BIRTH, make_party
from tests.storage.vault.messages import keep_message
from tests.storage.vault.store import blob_files, keep_stored, whole
from tests.storage.vault.test_retention import COMPONENT, LONG_AGO, make_dossier

Tindan = Callable[..., Awaitable[tuple[int, Any, str]]]
Open = Callable[[], UnitOfWork]


@pytest.fixture
def tindan(settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command with `--json`; return its exit code, what it answered, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    for name in ("master_key", "index_key"):
        monkeypatch.setenv(f"TINDAN_{name.upper()}", settings.development_secret(name))
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str, plain: bool = False) -> tuple[int, Any, str]:
        given = ["vault", *arguments, *([] if plain else ["--json"])]
        result = await asyncio.to_thread(CliRunner().invoke, app, given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        told = result.stdout if plain or not result.stdout else json.loads(result.stdout)
        return result.exit_code, told, result.stderr

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs.in_folder(folder)


async def keep(unit_of_work: Open, blobs: Blobs, kind: DocumentKind = DocumentKind.COMPONENT) -> UUID:
    """Keep a document of a dossier that ended long ago."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        dossier_id = await make_dossier(uow, key.party_id, LONG_AGO)
        told = COMPONENT if kind is DocumentKind.COMPONENT else BIRTH
        document_id = await keep_stored(
            uow, blobs, key, kind.value, particulars=told, dossier_id=dossier_id, now=LONG_AGO
        )
        await uow.commit()
    return document_id


async def test_what_is_sound_is_said_to_be(unit_of_work: Open, blobs: Blobs, tindan: Tindan) -> None:
    """And what was checked of late is not checked again, unless all is asked for."""
    await keep(unit_of_work, blobs)
    code, told, beside = await tindan("check")
    assert (code, told) == (0, {"files": 2, "bytes": 29, "faults": [], "without_original": []})
    assert "vault_checked" in beside
    assert (await tindan("check"))[1]["files"] == 0
    assert (await tindan("check", "--all", "--rate", "100"))[1]["files"] == 2


async def test_a_changed_byte_ends_in_exit_code_1(
    unit_of_work: Open, blobs: Blobs, folder: Path, tindan: Tindan
) -> None:
    """Told by document, file and kind of fault; again by the next run, until it is mended."""
    document_id = await keep(unit_of_work, blobs)
    file = min(blob_files(folder))
    sound = file.read_bytes()
    file.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    for _ in range(2):
        code, told, _ = await tindan("check")
        assert code == 1
        assert [(one["document_id"], one["fault"]) for one in told["faults"]] == [(str(document_id), "bytes")]
    code, said, _ = await tindan("check", plain=True)
    assert code == 1
    assert str(document_id) in said
    assert "the file was changed" in said
    file.write_bytes(sound)
    assert (await tindan("check", "--all"))[0] == 0


async def test_a_lost_file_of_a_message_ends_in_exit_code_1(
    unit_of_work: Open, blobs: Blobs, folder: Path, tindan: Tindan
) -> None:
    """Told by the message that it came with."""
    async with unit_of_work() as uow:
        message_id = await keep_message(uow, blobs, await make_party(uow))
        await uow.commit()
    assert (await tindan("check"))[:2] == (
        0,
        {"files": 1, "bytes": 13, "faults": [], "without_original": []},
    )
    blob_files(folder).pop().unlink()
    code, told, _ = await tindan("check", "--all")
    assert code == 1
    assert [(one["message_id"], one["document_id"], one["fault"]) for one in told["faults"]] == [
        (str(message_id), None, "missing")
    ]
    code, said, _ = await tindan("check", plain=True)
    assert code == 1
    assert f"message {message_id}" in said


async def test_a_lost_original_ends_in_exit_code_1(unit_of_work: Open, blobs: Blobs, tindan: Tindan) -> None:
    """Where its row was deleted, there is no file left to be checked."""
    document_id = await keep(unit_of_work, blobs)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("DELETE FROM document_file WHERE role = 'original'")
        await uow.commit()
    code, told, _ = await tindan("check")
    assert (code, told["without_original"]) == (1, [str(document_id)])


async def test_orphans_are_swept(unit_of_work: Open, blobs: Blobs, folder: Path, tindan: Tindan) -> None:
    """After a look at what would go; documents stay."""
    await keep(unit_of_work, blobs)
    kept = blob_files(folder)
    path = new_path(datetime.now(UTC))
    await blobs.put(path, whole(b"lost"))
    at = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for file in blob_files(folder):
        os.utime(file, (at, at))
    told = {"looked": 3, "orphans": 1, "bytes": 4, "removed": 0, "unfinished": 0, "damaged": 0}
    assert (await tindan("sweep", "--dry-run"))[:2] == (0, {**told, "dry_run": True})
    assert len(blob_files(folder)) == 3
    assert (await tindan("sweep"))[:2] == (0, {**told, "dry_run": False})
    assert blob_files(folder) == kept
    code, said, _ = await tindan("sweep", plain=True)
    assert code == 0
    assert "0  tệp không thuộc tài liệu nào · blobs of no document (0.0 MB)" in said


async def test_a_hold_is_laid_listed_and_released(
    unit_of_work: Open, blobs: Blobs, folder: Path, tindan: Tindan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it counts, a document whose period is over stays; then it goes, files and all, and once."""
    monkeypatch.setenv("TINDAN_VAULT_KEEP_YEARS", '{"component": 5}')
    document_id = str(await keep(unit_of_work, blobs))
    await keep(unit_of_work, blobs, DocumentKind.RESULT)
    [due] = (await tindan("retention", "--dry-run"))[1]
    assert (due["document_id"], due["bytes"]) == (document_id, 29)
    code, laid, beside = await tindan("hold", "add", document_id, "--reason", " 12/QĐ-TA ")
    assert code == 0
    assert "12/QĐ" not in beside
    [listed] = (await tindan("hold", "list"))[1]
    assert (listed["id"], listed["document_id"], listed["reason"]) == (laid["hold"], document_id, "12/QĐ-TA")
    assert laid["hold"] in (await tindan("hold", "list", document_id, plain=True))[1]
    assert (await tindan("retention", "--dry-run"))[1] == []
    assert (await tindan("retention"))[1]["removed"] == []
    assert (await tindan("hold", "release", laid["hold"], plain=True))[0] == 0
    assert (await tindan("hold", "release", laid["hold"], plain=True))[0] == 2
    assert document_id in (await tindan("retention", "--dry-run", plain=True))[1]
    assert len(blob_files(folder)) == 4
    code, told, _ = await tindan("retention")
    assert (code, told) == (0, {"removed": [document_id], "bytes": 29, "damaged": []})
    assert len(blob_files(folder)) == 2
    assert (await tindan("retention"))[1]["removed"] == []
    assert (await tindan("check", "--all"))[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold", "add", "01990000-0000-7000-8000-000000000000", "--reason", "x"),
        ("hold", "add", "01990000-0000-7000-8000-000000000000", "--reason", "  "),
        ("hold", "add", "01990000-0000-7000-8000-000000000000", "--reason", "x", "--until", "2020-01-01"),
        ("hold", "add", "nonsense", "--reason", "x"),
        ("check", "--rate", "0"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    engine: object, tindan: Tindan, arguments: tuple[str, ...]
) -> None:
    """In a line, with exit code 2."""
    code, told, beside = await tindan(*arguments)
    assert (code, told) == (2, "")
    assert "Error" in beside
