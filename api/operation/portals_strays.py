"""Commands on what portals told and could not be kept: `tindan portals strays`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.connectors.pulling.retrying import Retried, retry
from api.operation import portals_show as show
from api.operation.house import in_one_reading, in_one_unit, note
from api.operation.options import AsJson
from api.operation.portals_house import UNHEARD, Name, with_portal
from api.operation.words import json_of
from storage.portal_pulls import strays as kept
from storage.portal_pulls.kinds import StrayOutcome
from storage.unit_of_work import UnitOfWork

strays = typer.Typer(no_args_is_help=True, help="What portals told and could not be kept.")


@strays.command("list")
def list_strays(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of this portal alone")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List records that could not be kept, and why, the oldest first: at most 200."""
    found = in_one_reading(lambda reading: kept.listed(reading, name))
    if as_json:
        typer.echo(json_of([show.stray_as_json(one) for one in found]))
    else:
        show.print_strays(found)


@strays.command("retry")
def retry_strays(name: Name, *, as_json: AsJson = False) -> None:
    """Try all strays of a portal again, once what they lacked was mended: an agency, a procedure, a table.

    Exit code 1 means that some can still not be kept.
    """
    with show.progress(f"{name}: thử lại · retrying", total=None) as (bar, task):

        def tell(_done: Retried) -> None:
            bar.advance(task)

        done = with_portal(name, lambda link: retry(link, tell))
    note("portal_strays_retried", portal=name, kept=done.kept, left=done.left)
    if as_json:
        typer.echo(json_of(done))
    else:
        typer.echo(f"{done.kept} đã nhận · kept, {done.left} vẫn lạc · still strays")
    if done.left:
        raise typer.Exit(UNHEARD)


@strays.command("leave")
def leave_stray(
    name: Name,
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="As `strays list --json` tells it")],
) -> None:
    """Leave a record for good: a person has looked at it, and it shall not be kept."""
    try:
        given = bytes.fromhex(digest)
    except ValueError as error:
        raise typer.BadParameter(f"{digest} is no digest") from error

    async def work(uow: UnitOfWork) -> int:
        return await kept.settle(uow, name, [given], StrayOutcome.LEFT, datetime.now(UTC))

    if not in_one_unit(work):
        raise typer.BadParameter("không có bản ghi này · there is no such stray")
    note("portal_stray_left", portal=name, digest=digest)
    typer.echo("Đã để lại · left")
