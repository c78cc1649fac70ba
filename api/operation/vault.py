"""Commands on what is kept for owners of documents: whether it is sound, and what belongs to nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from api.operation import vault_import, vault_retention
from api.operation.house import House, note, open_house
from api.operation.options import AsJson
from api.operation.vault_holds import hold
from api.operation.words import NOTHING, add_row, json_of
from storage.vault import checklist
from storage.vault.checking import Checker
from storage.vault.faults import Fault, Found
from storage.vault.pace import Pace
from storage.vault.place import open_blobs
from storage.vault.settings import VaultSettings
from storage.vault.sweeping import Swept, sweep
from storage.vault.watching import AGAIN_AFTER, MEGABYTE

vault = typer.Typer(
    no_args_is_help=True,
    help="Documents that are kept for their owners: imported, checked, swept, held, removed.",
)
vault.add_typer(hold, name="hold")
vault.command("import", help=vault_import.HELP)(vault_import.import_folder)
vault.command("retention", help=vault_retention.HELP)(vault_retention.apply_retention)

_FAULTS: dict[Fault, str] = {
    Fault.ROW: "Dòng dữ liệu bị sửa · the row was changed",
    Fault.KEY: "Khoá không mở được · the key does not open",
    Fault.MISSING: "Mất tệp · the file is missing",
    Fault.UNREADABLE: "Không đọc được tệp · the file can not be read",
    Fault.BYTES: "Tệp bị sửa · the file was changed",
    Fault.CONTENT: "Nội dung khác với dòng dữ liệu · the content is not what the row tells",
}
_NO_ORIGINAL = "Mất bản gốc · there is no original"


@vault.command("check")
def check(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was checked within the last seven days")
    ] = False,
    rate: Annotated[
        float | None, typer.Option(min=0.01, metavar="MB", help="Read so many megabytes a second at most")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare every file with what was kept, of documents and of messages: rows, keys, and each byte.

    Stopped half-way, it goes on where it was. Exit code 1 means that something is not as it was kept; what
    workers have found before counts too.
    """
    found = asyncio.run(_check(everything=everything, rate=rate))
    faults, bare = found["faults"], found["without_original"]
    if as_json:
        typer.echo(json_of(found))
    else:
        console = Console()
        console.print(f"{found['files']} tệp · files, {found['bytes'] / MEGABYTE:.1f} MB", highlight=False)
        if faults or bare:
            table = Table("Tài liệu · Document", "Tệp · File", "Lỗi · Fault")
            for one in faults:
                add_row(table, _whose(one), f"{one.role} {one.file_id}", _FAULTS[one.fault])
            for document_id in bare:
                add_row(table, str(document_id), NOTHING, _NO_ORIGINAL)
            console.print(table)
    if faults or bare:
        raise typer.Exit(1)


def _whose(found: Found) -> str:
    """Name the document that a file is of, or the message that it came with."""
    return str(found.document_id) if found.document_id else f"tin nhắn · message {found.message_id}"


async def _check(*, everything: bool, rate: float | None) -> dict[str, Any]:
    async with open_house() as house:
        now = datetime.now(UTC)
        before = now if everything else now - AGAIN_AFTER
        files, size = await _check_slices(house, before=before, rate=rate)
        async with house.reading() as reading:
            faults = await checklist.faulty(reading)
            bare = await checklist.without_original(reading)
        note("vault_checked", files=files, bytes=size, faults=len(faults), without_original=len(bare))
        return {"files": files, "bytes": size, "faults": faults, "without_original": bare}


async def _check_slices(house: House, *, before: datetime, rate: float | None) -> tuple[int, int]:
    pace = Pace(rate * MEGABYTE if rate else None)
    checker = Checker(house.unit_of_work, open_blobs(house.settings.storage), pace)
    async with house.reading() as reading:
        total = await checklist.outstanding(reading, before=before, now=datetime.now(UTC))
    files = size = 0
    with _progress() as progress:
        task = progress.add_task("Kiểm tra · Checking", total=total[1])
        while (checked := await checker.check_slice(before=before)).files:
            files, size = files + checked.files, size + checked.bytes
            progress.update(task, completed=size)
    return files, size


@vault.command("sweep")
def clean(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing, and say what would go")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also where most blobs belong to no document of this database")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what uploads have left that never came to a document, and the files of removed ones."""
    swept = asyncio.run(_sweep(dry_run=dry_run, force=force))
    if as_json:
        typer.echo(json_of({**_told(swept), "dry_run": dry_run}))
        return
    console = Console()
    size = f"{swept.bytes / MEGABYTE:.1f} MB"
    for count, said in (
        (swept.looked, "tệp đã xem · blobs looked at"),
        (swept.orphans, f"tệp không thuộc tài liệu nào · blobs of no document ({size})"),
        (swept.removed, "tài liệu đã xoá · removed documents"),
        (swept.unfinished, "tệp dở dang · unfinished uploads"),
        (swept.damaged, "tài liệu bị sửa, giữ nguyên · documents tampered with, left as they are"),
    ):
        console.print(f"{count}  {said}", highlight=False)


async def _sweep(*, dry_run: bool, force: bool) -> Swept:
    grace: timedelta = VaultSettings().grace
    async with open_house() as house:
        with _progress() as progress:
            task = progress.add_task("Dọn dẹp · Sweeping", total=None)
            swept = await sweep(
                house.unit_of_work,
                open_blobs(house.settings.storage),
                now=datetime.now(UTC),
                grace=grace,
                dry_run=dry_run,
                force=force,
                progress=lambda done: progress.update(task, completed=done.looked),
            )
    if not dry_run:
        note("vault_swept", **_told(swept))
    return swept


def _told(swept: Swept) -> dict[str, int]:
    names = ("looked", "orphans", "bytes", "removed", "unfinished", "damaged")
    return {name: getattr(swept, name) for name in names}


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
