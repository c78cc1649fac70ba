"""Commands by which an operator enters and sees agencies."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from api.operation.agencies_clients import client
from api.operation.agencies_contacts import contact
from api.operation.agencies_file import AgencyEntry, Placed, keep_agencies
from api.operation.entries import FileError, first_fault, read_either
from api.operation.house import note, open_house
from api.operation.known import known_agency
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of
from storage.agencies import reading as seen
from storage.agencies.reading import AgencyView

agency = typer.Typer(no_args_is_help=True, help="Agencies and the clients that speak for them.")
agency.add_typer(client, name="client")
agency.add_typer(contact, name="contact")

Code = Annotated[str, typer.Argument(metavar="CODE", help="Any of the agency's codes")]


def _day(words: str) -> Any:
    return typer.Option(parser=date.fromisoformat, metavar="YYYY-MM-DD", help=words)


@agency.command("import")
def import_agencies(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, or a JSON list: code, name, parent, aliases, valid_from, valid_to, successor",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Put agencies in, or rename those that are there: all of the file, or nothing.

    Parents come first. All but code and name may be left out. Codes may be in the old form or the new one.
    One of the aliases may be {code, valid_from, valid_to}, where a code was another agency's before.
    Days are the first and the last on which the agency is in force; an entry that names a day or a successor
    sets all three.
    """
    try:
        placed = read_either(file, AgencyEntry)
        asyncio.run(_keep(placed))
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    note("agencies_imported", count=len(placed))
    _say(len(placed), as_json=as_json)


@agency.command("add")
def add_agency(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called")],
    *,
    parent: Annotated[str | None, typer.Option(help="Code of the agency above it")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Another code of it; may be repeated")] = None,
    valid_from: Annotated[Any, _day("First day on which it is in force")] = None,
    valid_to: Annotated[Any, _day("Last day on which it is in force")] = None,
    successor: Annotated[str | None, typer.Option(help="Code of the agency that takes over")] = None,
    as_json: AsJson = False,
) -> None:
    """Put one agency in, or rename it and set its days, as a line of an import does."""
    given = {
        "code": code,
        "name": name,
        "parent": parent,
        "aliases": alias,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "successor": successor,
    }
    try:
        entry = AgencyEntry.model_validate({key: value for key, value in given.items() if value is not None})
        asyncio.run(_keep([(code, entry)]))
    except ValidationError as error:
        raise typer.BadParameter(f"{code}{first_fault(error)}") from error
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    note("agency_added", code=entry.code)
    _say(1, as_json=as_json)


@agency.command("list")
def list_agencies(
    *,
    below: Annotated[str | None, typer.Option(help="Code of an agency: it and those below it alone")] = None,
    as_json: AsJson = False,
) -> None:
    """List agencies with their days, successors and clients."""
    found = asyncio.run(_list(below))
    if as_json:
        typer.echo(json_of(found))
        return
    table = Table("Mã · Code", "Tên · Name", "Hiệu lực · In force", "Kế thừa · Successor", "Client")
    for one in found:
        add_row(
            table, one.code, one.name, _days(one), one.successor or NOTHING, ", ".join(one.clients) or NOTHING
        )
    Console().print(table)


@agency.command("show")
def show_agency(code: Code, *, as_json: AsJson = False) -> None:
    """Show an agency, and who may speak for it today."""
    found, speakers = asyncio.run(_show(code))
    if as_json:
        typer.echo(json_of({"agency": found, "speakers": speakers}))
        return
    table = Table(show_header=False)
    for name, value in (
        ("Mã · Code", found.code),
        ("Tên · Name", found.name),
        ("Mã khác · Other codes", ", ".join(_aliases(found)) or NOTHING),
        ("Cấp trên · Above it", found.parent or NOTHING),
        ("Hiệu lực · In force", _days(found)),
        ("Kế thừa · Successor", found.successor or NOTHING),
        ("Client", ", ".join(found.clients) or NOTHING),
        ("Ai được gửi thay · Who may speak for it", ", ".join(speakers) or NOTHING),
    ):
        add_row(table, name, value)
    Console().print(table)


async def _keep(placed: list[Placed]) -> None:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("agencies", total=len(placed))
        async with open_house() as house, house.unit_of_work() as uow:
            await keep_agencies(uow, placed, lambda more: progress.advance(task, more))
            await uow.commit()


async def _list(below: str | None) -> list[AgencyView]:
    async with open_house() as house, house.reading() as reading:
        top = await known_agency(reading, below) if below else None
        return await seen.agencies(reading, below=top.id if top else None)


async def _show(code: str) -> tuple[AgencyView, list[str]]:
    async with open_house() as house, house.reading() as reading:
        return await seen.agency(reading, (await known_agency(reading, code)).id)


def _days(one: AgencyView) -> str:
    if one.valid_from is None and one.valid_to is None:
        return "luôn · always"
    first, last = (f"{day:%d/%m/%Y}" if day else "…" for day in (one.valid_from, one.valid_to))
    return f"{first} – {last}{'' if one.in_force else ', nay không · not now'}"


def _aliases(one: AgencyView) -> Iterator[str]:
    """Say by which other codes an agency is met, and when, where not at all times."""
    for code in one.aliases:
        days = one.alias_days.get(code)
        yield f"{code} ({days[0] or '…'} – {days[1] or '…'})" if days else code


def _say(count: int, *, as_json: bool) -> None:
    typer.echo(json_of({"agencies": count}) if as_json else f"{count} cơ quan · agencies")
