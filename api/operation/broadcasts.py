"""Commands by which an operator tells many at once, sees how far it came, and takes it back."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from api.operation import broadcasts_show
from api.operation.broadcasts_draft import Draft, Prospect, UnknownAgencyError, prospect, read_draft
from api.operation.entries import FileError
from api.operation.house import note, open_house, operator
from api.operation.options import AsJson, moment
from api.operation.words import json_of
from notify.routebook import RouteBook
from storage.broadcasts import audience as audiences
from storage.broadcasts import repository
from storage.broadcasts.repository import BroadcastRecord, Reach
from storage.deliveries.history import DeliveryHistory
from storage.parties.kinds import PartyKind

broadcasts = typer.Typer(no_args_is_help=True, help="What is told to many at once.")

Id = Annotated[UUID, typer.Argument(metavar="ID", help="Id of a broadcast")]
_TIME = "a date, a time of Vietnam, or one with an offset"


@broadcasts.command("add")
def add_broadcast(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help='A JSON object: "agency", "words" {"vi": {"title", "body"}, "en": …}, "link", "audience"'
            ' {"agency", "kind"}, "publish_at", "expires_at". Options stand in place of its fields',
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    *,
    agency: Annotated[str | None, typer.Option(metavar="CODE", help="Who speaks")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="In Vietnamese, 65 characters")] = None,
    body: Annotated[str | None, typer.Option(metavar="TEXT", help="In Vietnamese, 300 characters")] = None,
    title_en: Annotated[str | None, typer.Option(metavar="TEXT", help="In English, if it is told so")] = None,
    body_en: Annotated[str | None, typer.Option(metavar="TEXT", help="In English, if it is told so")] = None,
    link: Annotated[str | None, typer.Option(metavar="URL", help="What it leads to, by https")] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            metavar="all|CODE", help="Everybody, or those with a dossier at this agency or below it"
        ),
    ] = None,
    kind: Annotated[PartyKind | None, typer.Option(help="Persons or organisations alone")] = None,
    publish_at: Annotated[
        datetime | None, typer.Option(parser=moment, metavar="TIME", help=f"{_TIME}; now, if not said")
    ] = None,
    expires_at: Annotated[
        datetime | None, typer.Option(parser=moment, metavar="TIME", help=f"{_TIME}; 30 days, if not said")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell an audience something, now or later: in the app, and by one push for each language.

    At night the push waits for the morning. What goes to everybody is asked about first.
    """
    given = {
        "agency": agency,
        "words": {"vi": {"title": title, "body": body}, "en": {"title": title_en, "body": body_en}},
        "link": link,
        "audience": {"agency": audience, "kind": kind},
        "publish_at": publish_at,
        "expires_at": expires_at,
    }
    try:
        seen = asyncio.run(_prospect(read_draft(file, given)))
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    except UnknownAgencyError as error:
        raise typer.BadParameter(f"there is no agency {error}") from error
    console = Console(stderr=as_json)
    if not as_json or not (dry_run or yes):
        broadcasts_show.show_prospect(seen, console)
    if seen.new.audience.agency_id is None and not (dry_run or yes):
        typer.confirm("Gửi đến tất cả? · Tell all of them?", abort=True, err=True)
    broadcast_id = None if dry_run else asyncio.run(_add(seen))
    if as_json:
        typer.echo(json_of({"dry_run": dry_run, "id": broadcast_id, **seen.as_dict()}))
    elif broadcast_id:
        typer.echo(f"Đã nhận · Taken in: {broadcast_id}")


async def _prospect(draft: Draft) -> Prospect:
    async with open_house() as house, house.reading() as reading:
        return await prospect(reading, draft, RouteBook())


async def _add(seen: Prospect) -> UUID:
    async with open_house() as house, house.unit_of_work() as uow:
        broadcast_id = await repository.add(uow, seen.new)
        await uow.commit()
    note("broadcast_added", broadcast_id=str(broadcast_id))
    return broadcast_id


@broadcasts.command("list")
def list_broadcasts(
    *,
    before: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Those before this one: next page")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most")] = 20,
    as_json: AsJson = False,
) -> None:
    """List broadcasts, the last made first, whatever their state."""
    found = asyncio.run(_list(before, limit))
    following = found[-1].id if len(found) == limit else None
    if as_json:
        items = [broadcasts_show.as_dict(one) for one in found]
        typer.echo(json_of({"broadcasts": items, "before": following}))
        return
    console = Console()
    console.print(broadcasts_show.table_of(found))
    if following:
        console.print(f"Trang sau · Next page: --before {following}", highlight=False)


async def _list(before: UUID | None, limit: int) -> list[BroadcastRecord]:
    async with open_house() as house, house.reading() as reading:
        return await repository.newest(reading, before=before, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    broadcast: BroadcastRecord
    parties: int
    reach: list[Reach]
    sends: list[DeliveryHistory]

    def as_dict(self) -> dict[str, Any]:
        return {
            **broadcasts_show.as_dict(self.broadcast),
            "parties": self.parties,
            "reach": self.reach,
            "deliveries": self.sends,
        }


@broadcasts.command("show")
def show_broadcast(broadcast_id: Id, *, as_json: AsJson = False) -> None:
    """Show a broadcast: how many phones have confirmed it and how many have read it, and its sends.

    A push service does not say whom a topic reached: what is counted is what apps have told.
    """
    found = asyncio.run(_show(broadcast_id))
    if as_json:
        typer.echo(json_of(found.as_dict()))
    else:
        broadcasts_show.show(found.broadcast, found.parties, found.reach, found.sends, Console())


async def _show(broadcast_id: UUID) -> _Outcome:
    async with open_house() as house, house.reading() as reading:
        broadcast = await repository.find(reading, broadcast_id)
        if broadcast is None:
            raise typer.BadParameter(f"there is no broadcast {broadcast_id}")
        return _Outcome(
            broadcast=broadcast,
            parties=await audiences.size(reading, broadcast.audience),
            reach=await repository.reach(reading, broadcast_id),
            sends=await repository.sends(reading, broadcast),
        )


@broadcasts.command("withdraw")
def withdraw_broadcast(
    broadcast_id: Id,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the other operators")],
    as_json: AsJson = False,
) -> None:
    """Take a broadcast back: it goes from every app at its next sync, and what still waits is not pushed."""
    reason = reason.strip()
    if not reason:
        raise typer.BadParameter("say why it is withdrawn")
    changed = asyncio.run(_withdraw(broadcast_id, reason))
    note("broadcast_withdrawn", broadcast_id=str(broadcast_id), changed=changed)
    if as_json:
        typer.echo(json_of({"id": broadcast_id, "withdrawn": True, "changed": changed}))
    else:
        typer.echo("Đã thu hồi · is withdrawn" if changed else "Đã thu hồi từ trước · was withdrawn before")


async def _withdraw(broadcast_id: UUID, reason: str) -> bool:
    async with open_house() as house, house.unit_of_work() as uow:
        changed = await repository.withdraw(uow, broadcast_id, author=operator(), reason=reason)
        if not changed and await repository.find(uow, broadcast_id) is None:
            raise typer.BadParameter(f"there is no broadcast {broadcast_id}")
        await uow.commit()
        return changed
