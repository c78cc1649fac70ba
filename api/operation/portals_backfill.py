"""The command `tindan portals backfill`: all that changed at a portal in a long time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.connectors.engine import Link, taking_turns
from api.connectors.portals.deployment import Offer
from api.connectors.pulling.backfilling import CHORE, TROUBLE, fill
from api.operation import portals_show as show
from api.operation.house import in_one_unit, note
from api.operation.options import AsJson, Since, Until
from api.operation.portals_house import UNHEARD, Name, named, require, with_portal
from api.operation.words import json_of
from storage.portal_pulls import backfills
from storage.portal_pulls.backfills import BackfillOpenError, BackfillStoppedError, BackfillView
from storage.portal_pulls.kinds import BackfillState
from storage.unit_of_work import UnitOfWork

LOOK_SECONDS = 1.0
"""How often it is looked how far a worker has come."""
Tell = Callable[[BackfillView], None]


def backfill(
    name: Name,
    *,
    since: Since = None,
    until: Until = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the one that is not done")] = False,
    pause: Annotated[
        bool, typer.Option("--pause", help="Let the one that runs rest, wherever it runs")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch all that changed at a portal in a long time, slice by slice, and show how far it has come.

    Where this command ends early, workers go on with it, unless it was paused. Exit code 1 means that it is
    not done.
    """
    require(named(name), Offer.CHANGED)
    if pause:
        _mark(name, BackfillState.PAUSED)
        typer.echo(f"{name}: tạm dừng · paused")
        return
    if resume:
        _mark(name, BackfillState.RUNNING)
    else:
        _ask(name, since, until or datetime.now(UTC))
    with show.progress(f"{name}: đọc lại · backfill", total=1.0) as (bar, task):

        def tell(found: BackfillView) -> None:
            words = f"{name}: {found.records} hồ sơ · dossiers, {found.strays} lạc · strays"
            bar.update(task, completed=found.share, description=words)

        done = with_portal(name, lambda link: _followed(link, tell))
    note("portal_backfill", portal=name, state=done.state, records=done.records, strays=done.strays)
    if as_json:
        typer.echo(json_of(done))
    else:
        show.print_backfills([done])
    if done.state is not BackfillState.DONE:
        raise typer.Exit(UNHEARD)


def _ask(name: str, since: datetime | None, until: datetime) -> None:
    if since is None or since >= until:
        raise typer.BadParameter("cần --since trước --until · --since is needed, before --until")

    async def work(uow: UnitOfWork) -> None:
        await backfills.add(uow, name, since=since, until=until, now=datetime.now(UTC))

    try:
        in_one_unit(work)
    except BackfillOpenError as error:
        raise typer.BadParameter(
            "lần trước chưa xong: --resume để làm tiếp · the last one is not done: --resume goes on with it"
        ) from error


def _mark(name: str, state: BackfillState) -> None:
    if not in_one_unit(lambda uow: backfills.mark(uow, name, state, datetime.now(UTC))):
        raise typer.BadParameter("không có gì đang chạy · there is none that is not done")


async def _followed(link: Link, tell: Tell) -> BackfillView:
    """Do what is asked for, or watch the worker that does it already; return it as it is in the end."""
    found = await _open(link)
    while found.state is BackfillState.RUNNING and not found.error:
        async with taking_turns(link.open_unit, link.name, CHORE) as turn:
            if turn is not None:
                # What went wrong stands in the backfill itself.
                with suppress(*TROUBLE, BackfillStoppedError):
                    await fill(link, turn, found, tell)
        async with link.open_unit() as uow:
            found = await backfills.get(uow, found.id)
        tell(found)
        await asyncio.sleep(0 if found.state is BackfillState.DONE else LOOK_SECONDS)
    return found


async def _open(link: Link) -> BackfillView:
    async with link.open_unit() as uow:
        found = await backfills.open_one(uow, link.name)
    if found is None:
        raise typer.BadParameter("không có gì đang chạy · there is none that is not done")
    return found
