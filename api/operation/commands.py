"""Commands by which an operator sets an installation up: agencies, their clients, the catalogue."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import IntegrityError

from api.operation.entries import AgencyEntry, FileError, ProcedureEntry, read_lines, read_list
from api.operation.house import open_house
from api.operation.imports import keep_agencies, keep_procedures
from auth.agencies import create_client
from storage.agencies.clients import set_enabled
from storage.agencies.codes import InvalidCode
from storage.errors import NotFoundError
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")

agency = typer.Typer(no_args_is_help=True, help="Agencies and the clients that speak for them.")
catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of procedures.")


def _file(words: str) -> typer.models.ArgumentInfo:
    info: typer.models.ArgumentInfo = typer.Argument(
        metavar="FILE", help=words, exists=True, dir_okay=False, readable=True
    )
    return info


@agency.command("import")
def import_agencies(
    file: Annotated[Path, _file('A JSON list of {"code", "name", "parent", "aliases"}, parents first')],
) -> None:
    """Put agencies in, or rename those that are there: all of the file, or nothing.

    Parent and aliases may be left out. Codes may be in the old form or the new one.
    """
    try:
        entries = read_list(file, AgencyEntry)
        _in_one_unit(lambda uow: keep_agencies(uow, entries))
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{len(entries)} agencies")


@agency.command("client")
def add_client(
    code: Annotated[
        str, typer.Argument(metavar="AGENCY", help="Code of the agency: the client speaks for all below it")
    ],
    client_id: Annotated[
        str, typer.Argument(metavar="ID", help="3 to 64 letters, digits, dots, dashes and underscores")
    ],
) -> None:
    """Register a client that may push events, and print its secret, which is shown this once."""
    try:
        secret = _in_one_unit(
            lambda uow: create_client(uow, agency_code=code, client_id=client_id, scopes={"events"})
        )
    except NotFoundError as error:
        raise typer.BadParameter(f"there is no agency {code}") from error
    except IntegrityError as error:
        raise typer.BadParameter(f"the id {client_id} is taken") from error
    except InvalidCode as error:
        raise typer.BadParameter(f"{code} is no code of an agency") from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(secret)


@agency.command("shut-out")
def shut_client_out(client_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the client")]) -> None:
    """Give a client no more tokens, as when its secret got about; those that it has soon end."""
    if not _in_one_unit(lambda uow: set_enabled(uow, client_id, enabled=False)):
        raise typer.BadParameter(f"there is no client {client_id}")
    typer.echo(f"{client_id} is shut out")


@catalogue.command("import")
def import_catalogue(
    file: Annotated[
        Path, _file("One JSON object a line, with code, name, and whatever else is known (field, agency, …)")
    ],
) -> None:
    """Put procedures in, or replace those that are there: all of the file, or nothing."""
    try:
        entries = read_lines(file, ProcedureEntry)
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    count = _in_one_unit(lambda uow: keep_procedures(uow, entries))
    typer.echo(f"{count} procedures")


def _in_one_unit(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_house() as house, house.unit_of_work() as uow:
            result = await work(uow)
            await uow.commit()
            return result

    return asyncio.run(run())
