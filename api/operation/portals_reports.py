"""Commands on what portals are told: `tindan portals reports`."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from api.operation import portals_reports_show as show
from api.operation.house import in_one_reading, in_one_unit, note
from api.operation.options import AsJson
from api.operation.portals_house import Name, named
from api.operation.words import json_of
from storage import clock
from storage.agencies.codes import InvalidCode
from storage.dossiers.codes import normalise_dossier_code
from storage.portal_reports import asking, listing
from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork

reports = typer.Typer(no_args_is_help=True, help="What portals are told.")


def _dossier(text: str) -> str:
    try:
        return normalise_dossier_code(text)
    except InvalidCode as error:
        raise typer.BadParameter(f"không phải mã hồ sơ · is no dossier's code: {text}") from error


@reports.command("list")
def list_reports(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of this portal alone")] = None,
    *,
    state: Annotated[ReportState | None, typer.Option(help="In this state alone")] = None,
    as_json: AsJson = False,
) -> None:
    """List what portals do not have yet: due, waiting, in doubt or refused, the oldest first: at most 200."""
    found = in_one_reading(lambda reading: listing.listed(reading, name, state))
    if as_json:
        typer.echo(json_of([asdict(one) for one in found]))
    else:
        show.print_reports(found)


@reports.command("retry")
def retry_reports(
    name: Name,
    *,
    code: Annotated[
        str | None, typer.Option("--dossier", parser=_dossier, metavar="CODE", help="This dossier alone")
    ] = None,
    resend: Annotated[
        bool,
        typer.Option("--resend", help="Somebody looked: steps that are in doubt have not arrived"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try again at once what a portal refused, what waits, and what is in doubt: that is asked for first.

    A worker does it. With --resend, steps that are in doubt are sent without being asked for, which is for
    portals that do not show them.
    """
    named(name)

    now = in_one_reading(clock.now)
    dossiers = _in_slices(partial(asking.retry, deployment=name, now=now, code=code, resend=resend))
    opinions = _in_slices(partial(asking.retry_opinions, deployment=name, now=now)) if code is None else 0
    note("portal_reports_retried", portal=name, dossiers=dossiers, opinions=opinions, resend=resend)
    if as_json:
        typer.echo(json_of({"dossiers": dossiers, "opinions": opinions}))
    else:
        typer.echo(f"{dossiers} hồ sơ · dossiers, {opinions} ý kiến · opinions")


@reports.command("leave")
def leave_report(
    name: Name,
    code: Annotated[str, typer.Argument(parser=_dossier, metavar="CODE", help="The dossier")],
    *,
    as_json: AsJson = False,
) -> None:
    """Give up a dossier that can not be told, so that it raises no alarm; it goes again when it changes.

    It is listed as refused from then on, and `retry` tries it. Exit code 1 means that nothing of it was open.
    """
    named(name)
    left = in_one_unit(partial(asking.leave, deployment=name, code=code))
    if left:
        note("portal_report_left", portal=name, code=code)
    if as_json:
        typer.echo(json_of({"left": left}))
    else:
        typer.echo("Đã để lại · left" if left else "Không có gì chờ báo · nothing of it waits to be told")
    if not left:
        raise typer.Exit(1)


def _in_slices(retry: Callable[[UnitOfWork], Awaitable[int]]) -> int:
    """Retry some in each transaction, until all are; return how many."""
    total = 0
    while (some := in_one_unit(retry)) == asking.AT_ONCE:
        total += some
    return total + some
