"""The command `tindan`."""

import asyncio
import json
import os
import shutil
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from api import logs
from api.conformance.command import conformance
from api.operation.agencies import agency
from api.operation.broadcasts import broadcasts
from api.operation.catalogue import catalogue
from api.operation.channels import channels
from api.operation.evaluate import HELP, evaluate_catalogue
from api.operation.faq import faq
from api.operation.keys import keys
from api.operation.notices import notices
from api.operation.officers import officer
from api.operation.portals import portals
from api.operation.portals_day import show_day
from api.operation.portals_differences import differences, reconcile
from api.operation.ratings import ratings
from api.operation.reports import report
from api.operation.representatives import representatives
from api.operation.routes import routes
from api.operation.scores import scores
from api.operation.seals import seal
from api.operation.surveys import survey
from api.operation.units import units
from api.operation.vault import vault
from api.parent import follow_parent
from api.settings import Settings
from api.stack import StackError
from storage.embedded import EmbeddedPostgresError
from storage.engine import UNAVAILABLE
from storage.errors import StorageError
from storage.schema import OutdatedSchemaError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TinDan: the backend of the mobile channel of Vietnamese online public services.",
)

catalogue.command("evaluate", help=HELP)(evaluate_catalogue)
portals.add_typer(differences, name="differences")
portals.command("day")(show_day)
portals.command("reconcile")(reconcile)
app.add_typer(agency, name="agency")
app.add_typer(catalogue, name="catalogue")
app.add_typer(broadcasts, name="broadcasts")
app.add_typer(channels, name="channels")
app.add_typer(conformance, name="conformance")
app.add_typer(faq, name="faq")
app.add_typer(keys, name="keys")
app.add_typer(notices, name="notices")
app.add_typer(ratings, name="ratings")
app.add_typer(report, name="report")
app.add_typer(representatives, name="representatives")
app.add_typer(officer, name="officer")
app.add_typer(portals, name="portals")
app.add_typer(routes, name="routes")
app.add_typer(scores, name="scores")
app.add_typer(seal, name="seal")
app.add_typer(survey, name="survey")
app.add_typer(units, name="units")
app.add_typer(vault, name="vault")


def fail(message: object) -> NoReturn:
    """Say what is wrong in one line, and end with code 2."""
    typer.secho(f"tindan: {message}", fg=typer.colors.RED, err=True)
    raise typer.Exit(2)


@app.command()
def serve() -> None:
    """Serve the API (TINDAN_HOST, TINDAN_PORT) until told to stop."""
    import uvicorn

    from api import server
    from api.main import create_app

    follow_parent()
    settings = Settings()
    logs.configure(settings.log_level)
    config = server.configure(create_app(settings), settings)
    uvicorn.Server(config).run(sockets=[_listen(settings)])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        place = f"{settings.host}, port {settings.port}"
        fail(f"the API can not listen at {place}: {error.strerror}. TINDAN_HOST and TINDAN_PORT name another")


@app.command()
def worker() -> None:
    """Plan and send notices until told to stop. Run as many as you like."""
    import uvloop

    from api.worker import run_worker

    follow_parent()
    settings = Settings()
    logs.configure(settings.log_level)
    uvloop.run(run_worker(settings))


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from storage import migrations

    settings = Settings()
    url = settings.storage.require_database_url()
    migrations.upgrade(url)
    asyncio.run(_make_partitions(settings))


async def _make_partitions(settings: Settings) -> None:
    from api.services import make_cipher
    from storage import partitions
    from storage.engine import Engine
    from storage.unit_of_work import UnitOfWork

    engine = Engine(settings.storage)
    try:
        async with UnitOfWork(engine, make_cipher(settings.storage)) as uow:
            await partitions.keep(uow, datetime.now(UTC).date())
            await uow.commit()
    finally:
        await engine.dispose()


@app.command()
def run() -> None:
    """Run everything on this machine, with stand-ins for all providers (development)."""
    from api import local

    local.run(_development())


@app.command()
def demo(
    events: Annotated[
        Path | None,
        typer.Option(
            help="Tell these instead: portal-style records (MaHoSo, MaTTHC, TrangThaiHoSo, …), one JSON"
            " object a line",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
) -> None:
    """Tell the story once: a dossier travels from an agency to a citizen's phone.

    It has a database and ports of its own, and leaves only logs behind. Exit code 1 means that something
    was missing.
    """
    from api.demonstration.command import EmptyFileError, tell

    try:
        raise typer.Exit(tell(_development(), events=events, as_json=as_json))
    except EmptyFileError as error:
        fail(error)


@app.command()
def openapi(
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; standard output, if not given")
    ] = None,
) -> None:
    """Print the description of the API (OpenAPI 3.1). Nothing has to be set, or to be running."""
    from api.main import document

    text = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")


client = typer.Typer(no_args_is_help=True, help="Clients of the API for agencies' systems (development).")
app.add_typer(client, name="client")


@client.command("python")
def client_in_python(
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="A folder for the project, which is new or empty")
    ],
) -> None:
    """Generate a Python client: a function for each route of agencies, signing in, patience, and a spool."""
    from api.main import document
    from api.operation.client import write_python

    try:
        write_python(document(), output)
    except OSError as error:
        fail(f"{output} can not be written: {error.strerror}")
    typer.echo(f"{output}: đã tạo · is written")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def bench(context: typer.Context) -> None:
    """Measure (see `tindan bench --help`; development)."""
    _development()
    os.execv(sys.executable, [sys.executable, "-m", "infra.bench", *context.args])  # noqa: S606 - our own module


@app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Delete the embedded database and everything in the data folder (development)."""
    from storage.embedded import EmbeddedPostgres

    data_dir = _development().storage.data_dir
    if not yes:
        typer.confirm(f"Delete {data_dir.resolve()} and the database that belongs to it?", abort=True)
    EmbeddedPostgres(data_dir).destroy()
    shutil.rmtree(data_dir, ignore_errors=True)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(f"tindan {installed('tindan')}")


def _development() -> Settings:
    """Return the settings for a command that exists for development alone, where that is the default."""
    os.environ.setdefault("TINDAN_ENV", "development")
    settings = Settings()
    if not settings.storage.development:
        fail("this command is for development only (TINDAN_ENV=development)")
    return settings


def main() -> None:
    """Run the command; what a person can mend is told without a traceback."""
    try:
        app()
    except ValidationError as error:
        _end(_wrong_settings(error))
    except OutdatedSchemaError as error:
        _end(f"{error}. Run: tindan migrate")
    except (StorageError, StackError, EmbeddedPostgresError) as error:
        _end(str(error))
    except UNAVAILABLE as error:
        # SQLAlchemy's own words around the driver's tell an operator nothing.
        _end(str(getattr(error, "orig", None) or error))


_PREFIXES = {
    "EmcSettings": "TINDAN_EMC_",
    "SandboxSettings": "TINDAN_SANDBOX_",
    "TwilioSettings": "TINDAN_TWILIO_",
    "VaultSettings": "TINDAN_VAULT_",
    "VnformSettings": "TINDAN_VNFORM_",
    "ZaloSettings": "TINDAN_ZALO_",
}


def _wrong_settings(error: ValidationError) -> str:
    """Say which settings are wrong, and why; never what they hold, as it may be secret."""
    prefix = _PREFIXES.get(error.title, "TINDAN_")
    faults = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in fault["loc"])
        faults.append(f"{name if name.isupper() else prefix + name.upper()}: {fault['msg']}")
    return "\n        ".join(faults)


def _end(message: str) -> NoReturn:
    typer.secho(f"tindan: {message}", fg=typer.colors.RED, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
