"""Commands by which an operator sets an installation up: agencies, their clients, the catalogue."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import IntegrityError

from api.services import make_cipher
from api.settings import Settings
from auth.agencies import create_client
from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord
from storage.engine import Engine
from storage.errors import NotFoundError
from storage.procedures import repository as procedures
from storage.procedures.codes import split_procedure_code
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
BATCH = 500

agency = typer.Typer(no_args_is_help=True, help="Agencies and the clients that speak for them.")
catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of procedures.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@agency.command("import")
def import_agencies(file: File) -> None:
    """Put agencies in from a JSON list of {"code", "name", "parent", "aliases"}, parents first."""
    try:
        records = [AgencyRecord.read(record) for record in json.loads(file.read_text("utf-8"))]
    except (ValueError, KeyError, TypeError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    _in_one_unit(lambda uow: agencies.put(uow, records))
    typer.echo(f"{len(records)} agencies")


@agency.command("client")
def add_client(
    code: Annotated[str, typer.Argument(help="Code of the agency: the client speaks for all below it")],
    client_id: Annotated[str, typer.Argument(help="3 to 64 letters, digits, dots, dashes")],
) -> None:
    """Register a client and print its secret, which is shown this once."""
    try:
        secret = _in_one_unit(
            lambda uow: create_client(uow, agency_code=code, client_id=client_id, scopes={"events"})
        )
    except NotFoundError as error:
        raise typer.BadParameter(f"there is no agency {code}") from error
    except IntegrityError as error:
        raise typer.BadParameter(f"the id {client_id} is taken") from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(secret)


@catalogue.command("import")
def import_catalogue(file: File) -> None:
    """Put procedures in from JSONL with `code`, `name`, and whatever else is known; all of it or nothing."""
    records: list[dict[str, Any]] = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                record = dict(json.loads(line))
                record["code"] = split_procedure_code(record["code"])[0]
                record["name"] = str(record["name"])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise typer.BadParameter(f"{file}, line {number}: {error}") from error
            records.append(record)
    _in_one_unit(lambda uow: _put_all(uow, records))
    typer.echo(f"{len(records)} procedures")


async def _put_all(uow: UnitOfWork, records: list[dict[str, Any]]) -> None:
    by_code = list({record["code"]: record for record in records}.values())
    for start in range(0, len(by_code), BATCH):
        await procedures.put(uow, by_code[start : start + BATCH])


def _in_one_unit(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = Settings().storage
        engine = Engine(settings)
        try:
            async with UnitOfWork(engine, make_cipher(settings)) as uow:
                result = await work(uow)
                await uow.commit()
                return result
        finally:
            await engine.dispose()

    return asyncio.run(run())
