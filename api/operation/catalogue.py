"""Commands on the catalogue of procedures: put in, its versions, what differs between them, one procedure."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from api.operation import catalogue_show as show
from api.operation.house import in_one_reading, note, open_house, operator
from api.operation.options import AsJson
from api.operation.words import json_of
from storage.agencies.codes import InvalidCode
from storage.procedures import repository as procedures
from storage.procedures.codes import split_procedure_code
from storage.procedures.comparing import CatalogueShrunk
from storage.procedures.formats.faults import FileRefusedError
from storage.procedures.formats.files import CatalogueFile, Format, read_file
from storage.procedures.repository import ImportOutcome
from storage.procedures.versions import difference, history, records, versions
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer
from storage.units.provincial import with_province

catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of procedures, and its versions.")
VersionNumber = Annotated[int, typer.Argument(min=0, help="Number of a version; 0 is the empty catalogue")]


@catalogue.command("import")
def import_catalogue(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The national catalogue (.jsonl, .jsonl.gz), a portal's LayThuTuc answer (JSON),"
            " or a table (CSV)",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    author: Annotated[str | None, typer.Option(help="Who imports; your login name unless given")] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole/--partial", help="Remove what is not in the file, or leave it as it is"),
    ] = True,
    shrink: Annotated[bool, typer.Option("--shrink", help="Remove even more than 30%")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and keep nothing")
    ] = False,
    given: Annotated[
        Format | None, typer.Option("--format", help="The form of the file, where it is not recognised")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a catalogue in: all of the file, or nothing; what changes makes a new version.

    Until it is in, and if it is refused, the version before goes on being served. Each line that can not be
    used is named with its field, up to 20 of them.
    """
    try:
        found, outcome = asyncio.run(
            _put(
                file,
                given,
                author=author or operator(),
                whole=whole,
                shrink=shrink,
                dry_run=dry_run,
            )
        )
    except FileRefusedError as error:
        if as_json:
            typer.echo(json_of(show.refusal(error)))
        else:
            show.print_refusal(file.name, error)
        raise typer.Exit(2) from error
    except CatalogueShrunk as error:
        raise typer.BadParameter(
            f"mất {error.gone} trên {error.total} thủ tục, quá 30%: --partial để giữ lại, --shrink để bỏ · "
            f"{error}, which is more than 30%: --partial leaves them in, --shrink removes them"
        ) from error
    if as_json:
        typer.echo(json_of(show.outcome(outcome, found, dry_run=dry_run)))
    else:
        show.print_outcome(outcome, found, dry_run=dry_run)


@catalogue.command("versions")
def list_versions(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the versions: who imported what, when, and how much it changed."""
    found = in_one_reading(lambda reading: versions(reading, limit=limit))
    if as_json:
        typer.echo(json_of([show.version(one) for one in found]))
    else:
        show.print_versions(found)


@catalogue.command("diff")
def compare(before: VersionNumber, after: VersionNumber, *, as_json: AsJson = False) -> None:
    """Show what is other in a version than in another: codes, and in which of their fields."""

    async def work(reading: Reading) -> list[show.Differing]:
        if max(before, after) > await procedures.version(reading):
            raise typer.BadParameter(f"there is no version {max(before, after)}")
        found = await difference(reading, before, after)
        codes = [*found.added, *found.changed, *found.removed]
        old, new = await records(reading, codes, before), await records(reading, codes, after)
        return show.differing(found, old, new)

    found = in_one_reading(work)
    if as_json:
        typer.echo(json_of(found))
    else:
        show.print_differing(found)


@catalogue.command("show")
def show_procedure(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code of a procedure, short or long")],
    *,
    version: Annotated[int | None, typer.Option(min=0, help="As it was in this version")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a procedure with all its parts, as it is or as it was in a version, and its history."""
    try:
        short = split_procedure_code(code).short
    except InvalidCode as error:
        raise typer.BadParameter(f"{code} is no code of a procedure") from error

    async def work(reading: Reading) -> show.Shown:
        kept = await procedures.get(reading, short, version)
        if kept is None:
            raise typer.BadParameter(f"there is no procedure {short}")
        return show.Shown(kept=kept, history=await history(reading, short))

    found = in_one_reading(work)
    if as_json:
        typer.echo(json_of(show.as_json(found)))
    else:
        show.print_procedure(found)


def _read(file: Path, given: Format | None, gazetteer: Gazetteer) -> CatalogueFile:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Đọc · Reading", total=file.stat().st_size)
        return read_file(
            file,
            given,
            lambda read: progress.update(task, completed=read),
            lambda procedure: with_province(procedure, gazetteer),
        )


async def _put(
    file: Path, given: Format | None, *, author: str, whole: bool, shrink: bool, dry_run: bool
) -> tuple[CatalogueFile, ImportOutcome]:
    async with open_house() as house:
        # Which procedures are a province's own shows by its name, and names by the units of today.
        async with house.reading() as reading:
            gazetteer = Gazetteer(await units.load(reading))
        # Before the unit of work is open, which would wait for as long as a person's file takes.
        found = _read(file, given, gazetteer)
        async with house.unit_of_work() as uow:
            outcome = await procedures.put(
                uow, found.procedures, author=author, source=file.name, whole=whole, shrink=shrink
            )
            if not dry_run:
                await uow.commit()
                note("catalogue_imported", version=outcome.version, total=outcome.total)
        return found, outcome
