"""Commands by which an operator sees how notices travel, changes it, and tries it on paper first."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.operation import routes_try
from api.operation.house import note, open_house, operator
from api.operation.options import AsJson, moment, party_identity
from api.operation.words import add_row, json_of, when
from notify.categories import Category
from notify.routebook import read_routing
from notify.routes import DEFAULTS, Routing
from storage.routing import repository
from storage.routing.repository import KeptRouting
from storage.unit_of_work import ContentionError

routes = typer.Typer(no_args_is_help=True, help="How notices travel: by which channels, when, at what cost.")

LONGEST_HISTORY = 100
Note = Annotated[str, typer.Option("--note", help="Why, for those who come after")]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="JSON as `routes show` prints it", exists=True, dir_okay=False, readable=True
    ),
]


@routes.command("show")
def show(
    version: Annotated[int | None, typer.Option(help="Another version than the one in force", min=1)] = None,
) -> None:
    """Print the routing in force as JSON, fit to be changed and given to `routes set`."""
    kept = asyncio.run(_kept(version))
    if version is not None and kept is None:
        raise typer.BadParameter(f"there is no version {version}")
    routing = read_routing(kept.body) if kept else DEFAULTS
    where = f"version {kept.version}, set {when(kept.created_at)} by {kept.author}" if kept else "as shipped"
    typer.echo(f"# {where}", err=True)
    typer.echo(routing.model_dump_json(indent=2))


@routes.command("set")
def set_routes(file: File, why: Note, *, as_json: AsJson = False) -> None:
    """Put a file in force, from now on and everywhere within seconds; the version before is kept.

    A category that the file leaves out travels as this release ships it.
    """
    routing = _read(file)
    version = asyncio.run(_put_in_force(routing.model_dump(mode="json"), why))
    _tell_version(version, as_json=as_json)


@routes.command("revert")
def revert(
    version: Annotated[int, typer.Argument(metavar="VERSION", min=0, help="0 is as shipped")],
    why: Note = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again, as a new one."""
    kept = asyncio.run(_kept(version)) if version else None
    if version and kept is None:
        raise typer.BadParameter(f"there is no version {version}")
    body = kept.body if kept else DEFAULTS.model_dump(mode="json")
    put = asyncio.run(_put_in_force(body, why or f"back to version {version}"))
    _tell_version(put, as_json=as_json)


@routes.command("history")
def history(*, as_json: AsJson = False) -> None:
    """List the versions, the one in force first."""
    versions = asyncio.run(_history())
    if as_json:
        typer.echo(json_of(versions))
        return
    table = Table("Phiên bản · Version", "Lúc · When", "Ai · Who", "Vì sao · Why")
    for kept in versions:
        add_row(table, str(kept.version), when(kept.created_at), kept.author, kept.note)
    Console().print(table if versions else "Như khi phát hành · As shipped: nobody has set any")


@routes.command("try")
def try_routes(
    party: Annotated[str, typer.Option(help="Number of the party; - asks for it, or reads it")],
    category: Annotated[Category, typer.Option(help="What the notice would be about")],
    dossier: Annotated[str | None, typer.Option(help="Code of a dossier of the party")] = None,
    at: Annotated[
        Any, typer.Option(parser=moment, metavar="TIME", help="When it would be born; now, if not said")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Try this file, not what is in force")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a party would get, when, at what cost, and why, without sending anything.

    As if every provider took it and nobody ever confirmed it.
    """
    routing = _read(file) if file else None
    asked = routes_try.Asked(
        identity=party_identity(party), category=category, dossier_code=dossier, at=at, routing=routing
    )
    try:
        trial = asyncio.run(routes_try.trial(asked))
    except routes_try.UnknownError as error:
        raise typer.BadParameter(str(error)) from error
    note("routes_tried", party_id=str(trial.party_id), category=category.value)
    if as_json:
        typer.echo(json_of(trial.as_dict()))
    else:
        routes_try.show(trial, Console())


def _read(file: Path) -> Routing:
    """Read a file of routes. Raises typer.BadParameter that names the field."""
    try:
        body = json.loads(file.read_text("utf-8"))
        if not isinstance(body, dict):
            raise typer.BadParameter(f"{file}: a JSON object is expected")
        return read_routing(body)
    except ValidationError as error:
        faults = "\n".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'routes'}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        )
        raise typer.BadParameter(f"{file}:\n{faults}") from None
    except ValueError as error:
        raise typer.BadParameter(f"{file} is no JSON: {error}") from None


async def _kept(version: int | None) -> KeptRouting | None:
    async with open_house() as house, house.reading() as reading:
        if version is None:
            return await repository.latest(reading)
        return await repository.version(reading, version)


async def _history() -> list[KeptRouting]:
    async with open_house() as house, house.reading() as reading:
        return await repository.history(reading, LONGEST_HISTORY)


async def _put_in_force(body: Mapping[str, Any], why: str) -> int:
    async with open_house() as house, house.unit_of_work() as uow:
        kept = await repository.latest(uow)
        try:
            version = await repository.add(
                uow, body, author=operator(), note=why, after=kept.version if kept else 0
            )
        except ContentionError as error:
            raise typer.BadParameter("somebody set the routes at this very moment: look again") from error
        await uow.commit()
    note("routes_set", version=version)
    return version


def _tell_version(version: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_of({"version": version}))
    else:
        typer.echo(f"Phiên bản {version} có hiệu lực · Version {version} is in force")
