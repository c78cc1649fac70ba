"""Commands on portals: how far each was read, and reading one now: `tindan portals`."""

from datetime import UTC, datetime

import typer

from api.connectors.engine import Link
from api.connectors.portals.deployment import Offer
from api.connectors.pulling.following import CHORE, Tell, pull
from api.connectors.pulling.keeping import Kept
from api.connectors.pulling.windows import Window, read_through
from api.operation import portals_show as show
from api.operation.house import in_one_reading, note
from api.operation.options import AsJson, Since, Until
from api.operation.portals_backfill import backfill
from api.operation.portals_house import Name, described, named, our_turn, require, with_portal
from api.operation.portals_refresh import refresh
from api.operation.portals_reports import reports
from api.operation.portals_reports_show import print_backlog
from api.operation.portals_strays import strays
from api.operation.words import json_of
from storage.portal_pulls import backfills, streams
from storage.portal_pulls import strays as kept_strays
from storage.portal_pulls.backfills import BackfillView
from storage.portal_pulls.streams import StreamView
from storage.portal_reports.listing import Backlog, backlog
from storage.unit_of_work import Reading, UnitOfWork

portals = typer.Typer(no_args_is_help=True, help="Portals that we are in step with.")
portals.add_typer(strays, name="strays")
portals.add_typer(reports, name="reports")
portals.command("backfill")(backfill)
portals.command("refresh")(refresh)


@portals.command("list")
def list_portals(*, as_json: AsJson = False) -> None:
    """List the portals that are described, and how far each was read."""
    found, known = list(described().values()), in_one_reading(streams.all_streams)
    by_name = {one.name: [stream for stream in known if stream.deployment == one.name] for one in found}
    if as_json:
        told = [
            show.deployment_as_json(one) | {"streams": [show.stream_as_json(s) for s in by_name[one.name]]}
            for one in found
        ]
        typer.echo(json_of(told))
        return
    show.print_deployments(found, by_name)


@portals.command("show")
def show_portal(name: Name, *, as_json: AsJson = False) -> None:
    """Show how far a portal was read, since when it fails and why, its backfills, and its strays."""
    deployment = named(name)

    async def work(reading: Reading) -> tuple[list[StreamView], list[BackfillView], int, Backlog]:
        known = [one for one in await streams.all_streams(reading) if one.deployment == name]
        waiting = (await kept_strays.standing(reading)).get(name, 0)
        return known, await backfills.listed(reading, name), waiting, await backlog(reading, name)

    known, filled, waiting, untold = in_one_reading(work)
    if as_json:
        told = show.deployment_as_json(deployment) | {
            "streams": known,
            "backfills": filled,
            "strays": waiting,
            "untold": untold,
        }
        typer.echo(json_of(told))
        return
    show.print_deployments([deployment], {name: known})
    show.print_streams(known)
    if filled:
        show.print_backfills(filled)
    typer.echo(f"Bản ghi lạc · Strays: {waiting}")
    print_backlog(untold)


@portals.command("pull")
def pull_now(
    name: Name,
    *,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Read what changed at a portal until now, or in a time, and keep it. What is known stays as it is.

    Exit code 1 means that the portal did not tell all of it: what it told is kept.
    """
    deployment = named(name)
    require(deployment, Offer.CHANGED)
    if until and not since:
        raise typer.BadParameter("--until cần --since · --until needs --since")
    end = until or datetime.now(UTC)
    if since and since >= end:
        raise typer.BadParameter("--since must be before --until")
    window = Window(since=since, until=end) if since else None
    with show.progress(f"{name}: đọc · reading", total=None) as (bar, task):

        def tell(kept: Kept) -> None:
            bar.advance(task, kept.records)

        kept = with_portal(name, lambda link: _pulled(link, window, tell))
    note("portal_pulled", portal=name, records=kept.records, events=kept.events, strays=len(kept.strays))
    if as_json:
        typer.echo(json_of(show.kept_as_json(kept)))
    else:
        show.print_kept(kept)


async def _pulled(link: Link, window: Window | None, tell: Tell) -> Kept:
    """Read on from where the portal was read until; with a window, that alone, which moves nothing."""
    if window is None:
        async with our_turn(link, CHORE) as turn:
            return await pull(link, turn, tell)

    async def moved(_uow: UnitOfWork, _cursor: str | None, kept: Kept) -> None:
        tell(kept)

    return await read_through(link, window, moved)
