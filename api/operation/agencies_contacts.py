"""Commands on how agencies are reached: `tindan agency contact`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.operation.agencies_contacts_file import ContactEntry, Outcome, keep
from api.operation.agencies_contacts_show import as_json_of, contact_table
from api.operation.house import in_one_reading, in_one_unit, note, open_house, operator
from api.operation.known import known_agency
from api.operation.options import AsJson
from api.operation.placed import Placed, read_placed, refusals_told
from api.operation.words import json_of
from storage.contact_points import repository
from storage.contact_points.record import ContactRecord
from storage.contact_points.repository import Reached
from storage.procedures.formats.faults import refused
from storage.procedures.formats.reasons import Reason
from storage.unit_of_work import Reading, UnitOfWork

contact = typer.Typer(
    no_args_is_help=True, help="Hotlines, addresses and opening hours of agencies and of those below them."
)
ONE_RECORD = Reason(
    vi="tệp phải có đúng một đối tượng, nhưng có {count}",
    en="the file must hold one object, and holds {count}",
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="Any of the agency's codes")]
Author = Annotated[str | None, typer.Option(help="Who says so; your login name unless given")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and keep nothing")]


def _file(words: str) -> typer.models.ArgumentInfo:
    found: typer.models.ArgumentInfo = typer.Argument(
        metavar="FILE", help=words, exists=True, dir_okay=False, readable=True
    )
    return found


@contact.command("set")
def set_contact(
    code: Code,
    file: Annotated[Path, _file("One JSON object: hotlines, emails, websites, addresses, hours, exceptions")],
    *,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Say how an agency is reached, in place of what was said of it before.

    It holds for those below it as well that have nothing of their own.
    """
    with refusals_told(file, as_json=as_json):
        placed = read_placed(file, ContactRecord)
        if len(placed) != 1:
            raise refused(ONE_RECORD.of(count=len(placed)))
        record = placed[0].entry

    async def work(uow: UnitOfWork) -> tuple[str, bool]:
        known = await known_agency(uow, code)
        changed = await repository.put(uow, [(known.id, record)], author=author or operator())
        return known.code, changed > 0

    own, changed = in_one_unit(work)
    note("contact_set", agency=own, changed=changed)
    if as_json:
        typer.echo(json_of({"agency": own, "changed": changed}))
    else:
        typer.echo(
            f"{own}: {'đã lưu · is kept' if changed else 'không có gì thay đổi · nothing has changed'}"
        )


@contact.command("show")
def show_contact(code: Code, *, as_json: AsJson = False) -> None:
    """Show how an agency is reached, and whose word that is; ends with 1 where nothing is known."""

    async def work(reading: Reading) -> Reached:
        return await repository.of(reading, (await known_agency(reading, code)).id)

    found = in_one_reading(work)
    if as_json:
        typer.echo(json_of(as_json_of(found)))
    else:
        Console(highlight=False).print(contact_table(found))
    if found.kept is None:
        raise typer.Exit(1)


@contact.command("remove")
def remove_contact(code: Code, *, as_json: AsJson = False) -> None:
    """Forget what was said of an agency; what is said of those above it holds again."""

    async def work(uow: UnitOfWork) -> str:
        known = await known_agency(uow, code)
        if not await repository.remove(uow, known.id):
            raise typer.BadParameter(f"nothing is said of {known.code} itself")
        return known.code

    own = in_one_unit(work)
    note("contact_removed", agency=own)
    typer.echo(json_of({"agency": own, "removed": True}) if as_json else f"{own}: đã xoá · is removed")


@contact.command("import")
def import_contacts(
    file: Annotated[
        Path, _file("JSON Lines, or a JSON list: as for `set`, with the code of the agency in `agency`")
    ],
    *,
    author: Author = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Say how many agencies are reached: all of the file, or nothing; what is not in it stays as it is.

    What can not be used is named with its line and field, up to 20 of them.
    """
    with refusals_told(file, as_json=as_json):
        placed = read_placed(file, ContactEntry)
        outcome = asyncio.run(_import(placed, author=author or operator(), dry_run=dry_run))
    if as_json:
        counts = {name: getattr(outcome, name) for name in ("read", "changed", "unchanged")}
        typer.echo(json_of(counts | {"dry_run": dry_run}))
        return
    if dry_run:
        typer.echo("Chạy thử, không giữ lại gì · a trial, nothing was kept")
    typer.echo(
        f"{outcome.read} cơ quan · agencies: {outcome.changed} thay đổi · changed, "
        f"{outcome.unchanged} như cũ · as before"
    )


async def _import(placed: Sequence[Placed[ContactEntry]], *, author: str, dry_run: bool) -> Outcome:
    async with open_house() as house, house.unit_of_work() as uow:
        outcome = await keep(uow, placed, author=author)
        if not dry_run:
            await uow.commit()
            note("contacts_imported", read=outcome.read, changed=outcome.changed)
        return outcome
