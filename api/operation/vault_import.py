"""Taking in papers that are valid from before: a folder of files with a list of what they are."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.operation.catalogue_show import print_refusal, refusal
from api.operation.house import House, note, open_house
from api.operation.known import known_agency
from api.operation.options import AsJson
from api.operation.vault_import_manifest import manifest_of, read_rows
from api.operation.vault_import_run import Import, Outcome
from api.operation.words import json_of
from api.settings import Settings
from auth.agencies import Scope
from auth.principals import AgencyCaller
from storage.agencies import speaking
from storage.papers.notary import Notary
from storage.papers.workshop import Workshop
from storage.procedures.formats.faults import FileRefusedError
from storage.seals.keys import SealKeys
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs
from storage.vault.place import open_blobs

HELP = (
    "Take in the papers of a folder, each with a seal and a display copy, as if an agency handed them over."
    " What they are is told by manifest.csv or manifest.jsonl: the fields of POST /v1/agency/results, and"
    " `file`, the path within the folder. A row that can not be used is named by line and field, and the"
    " others are taken in; then the exit code is 1. Stopped half-way and run again, it passes over what was"
    " taken in."
)
CLIENT = "tindan-vault-import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What taking papers in needs of this process."""

    house: House
    blobs: Blobs
    workshop: Workshop
    notary: Notary
    seal_keys: SealKeys

    @property
    def settings(self) -> Settings:
        """Where links lead, and who seals."""
        return self.house.settings

    def unit_of_work(self) -> UnitOfWork:
        """A read-write transaction, not yet begun."""
        return self.house.unit_of_work()


def import_folder(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="With manifest.csv or manifest.jsonl, and the files",
            exists=True,
            file_okay=False,
            readable=True,
        ),
    ],
    *,
    agency: Annotated[str, typer.Option(metavar="CODE", help="The agency that hands the papers over")],
    notify: Annotated[bool, typer.Option("--notify", help="Tell the owners")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Examine everything, and keep nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """See `HELP`."""
    try:
        outcome = asyncio.run(_import(folder, agency, notify=notify, dry_run=dry_run))
    except FileRefusedError as error:
        if as_json:
            typer.echo(json_of(refusal(error)))
        else:
            print_refusal(folder.name, error)
        raise typer.Exit(2) from error
    found = FileRefusedError(tuple(outcome.faults), len(outcome.faults))
    if as_json:
        typer.echo(json_of(_told(outcome) | {"dry_run": dry_run, "faults": refusal(found)["faults"]}))
    else:
        _print(outcome, folder, found, dry_run=dry_run)
    if outcome.refused:
        raise typer.Exit(1)


def _print(outcome: Outcome, folder: Path, found: FileRefusedError, *, dry_run: bool) -> None:
    console = Console(highlight=False)
    if dry_run:
        console.print("Chạy thử, không giữ lại gì · a trial, nothing was kept")
    for count, said in (
        (outcome.taken, "giấy tờ đã nhận · papers taken in"),
        (outcome.repeated, "đã có từ trước · taken in before"),
        (outcome.refused, "bị từ chối · refused"),
    ):
        console.print(f"{count}  {said}")
    if found.faults:
        print_refusal(folder.name, found, heading="Có dòng không nhận được · some rows were refused")


async def _import(folder: Path, code: str, *, notify: bool, dry_run: bool) -> Outcome:
    manifest = manifest_of(folder)
    total = sum(1 for _ in read_rows(manifest))
    async with _open_desk() as desk:
        caller, own = await _caller(desk.house, code)
        work = Import(desk, caller, own, folder, notify=notify, dry_run=dry_run)
        try:
            with _progress() as progress:
                task = progress.add_task("Nhận · Taking in", total=total)
                await work.run(
                    read_rows(manifest), lambda outcome: progress.update(task, completed=outcome.rows)
                )
        finally:
            if not dry_run:
                note("vault_imported", agency=own, **_told(work.outcome))
        return work.outcome


@asynccontextmanager
async def _open_desk() -> AsyncIterator[Desk]:
    """Raises OutdatedSchemaError, SettingsError."""
    async with open_house() as house:
        settings = house.settings
        notary, seal_keys = settings.stamp.notary(), settings.seals.open_seal_keys()
        settings.seals.host()
        async with Workshop.open(settings.papers) as workshop:
            yield Desk(
                house=house,
                blobs=open_blobs(settings.storage),
                workshop=workshop,
                notary=notary,
                seal_keys=seal_keys,
            )


async def _caller(house: House, given: str) -> tuple[AgencyCaller, str]:
    """Return the agency as one that calls, and its own code. Raises typer.BadParameter."""
    async with house.reading() as reading:
        known = await known_agency(reading, given)
        if await speaking.itself(reading, known.id) is None:
            raise typer.BadParameter(f"{known.code} is not in force")
    scopes = frozenset({Scope.RESULTS.value})
    return AgencyCaller(client_id=CLIENT, agency_id=known.id, scopes=scopes), known.code


def _told(outcome: Outcome) -> dict[str, int]:
    return {name: getattr(outcome, name) for name in ("rows", "taken", "repeated", "refused")}


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
