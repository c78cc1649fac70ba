"""Commands by which an operator brings the catalogue in."""

from pathlib import Path
from typing import Annotated

import typer

from api.operation.entries import FileError, ProcedureEntry, read_lines
from api.operation.house import in_one_unit
from api.operation.imports import keep_procedures

catalogue = typer.Typer(no_args_is_help=True, help="The catalogue of procedures.")


def _file(words: str) -> typer.models.ArgumentInfo:
    info: typer.models.ArgumentInfo = typer.Argument(
        metavar="FILE", help=words, exists=True, dir_okay=False, readable=True
    )
    return info


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
    count = in_one_unit(lambda uow: keep_procedures(uow, entries))
    typer.echo(f"{count} procedures")
