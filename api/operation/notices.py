"""Commands by which an operator answers what became of a notice, and sends again what failed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from api.operation import notices_dead, notices_show
from api.operation.house import note, open_house
from api.operation.options import (
    AsJson,
    CategoryName,
    ChannelName,
    Code,
    Outcome,
    Since,
    Until,
    dead_filter,
    party_identity,
)
from api.operation.words import json_of
from storage.deliveries import dead_letters, history
from storage.deliveries.dead_letters import QUEUED, DeadCount, DeadFilter, DeadKey, DeadLetter
from storage.deliveries.history import NoticeHistory
from storage.parties.repository import PartyIdentity

notices = typer.Typer(no_args_is_help=True, help="What became of notices, and sending again what failed.")


@notices.command("show")
def show_history(
    notice_id: Annotated[
        UUID | None, typer.Argument(metavar="ID", help="Id of a notice, or of one of its deliveries")
    ] = None,
    *,
    party: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER",
            help="All notices of this citizen number or tax code; '-' asks for it, or reads it from standard"
            " input, so that it stays out of the shell's history",
        ),
    ] = None,
    since: Since = None,
    before: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Those before this notice of the party: the next page")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many notices at most")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the whole history of a notice, or of all notices of a party. That it was read is logged."""
    if (notice_id is None) == (party is None):
        raise typer.BadParameter("give the id of a notice or delivery, or --party, and not both")
    if notice_id is not None:
        found = asyncio.run(_of_id(notice_id))
    else:
        found = asyncio.run(_of_party(party_identity(party or "-"), since, before, limit))
    following = found[-1].id if notice_id is None and len(found) == limit else None
    if as_json:
        typer.echo(json_of({"notices": found, "before": following}))
        return
    console = Console()
    notices_show.show(found, console)
    if following:
        console.print(f"Trang sau · Next page: --before {following}", highlight=False)


async def _of_id(given: UUID) -> list[NoticeHistory]:
    async with open_house() as house, house.reading() as reading:
        found = await history.of_id(reading, given)
    if not found:
        raise typer.BadParameter(f"there is no notice and no delivery {given}")
    _note_reading(found[0].party_id, found)
    return found


async def _of_party(
    identity: PartyIdentity, since: datetime | None, before: UUID | None, limit: int
) -> list[NoticeHistory]:
    async with open_house() as house, house.reading() as reading:
        party_id = await history.find_party(reading, identity)
        if party_id is None:
            raise typer.BadParameter("nobody with this number is known here")
        found = await history.of_party(reading, party_id, since=since, before=before, limit=limit)
    _note_reading(party_id, found)
    return found


def _note_reading(party_id: UUID, found: Sequence[NoticeHistory]) -> None:
    note("history_read", party_id=str(party_id), notification_ids=[str(notice.id) for notice in found])


@notices.command("dead")
def show_dead(
    *,
    since: Since = None,
    until: Until = None,
    channel: ChannelName = None,
    code: Code = None,
    outcome: Outcome = None,
    category: CategoryName = None,
    limit: Annotated[int, typer.Option(min=0, max=10_000, help="List so many, the newest")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what failed for good and why: counted, then one by one. Of the last 7 days, unless it is said."""
    chosen = dead_filter(since, until, channel=channel, code=code, outcome=outcome, category=category)
    counts, letters = asyncio.run(_dead(chosen, limit))
    if as_json:
        typer.echo(json_of({"filter": chosen, "counts": counts, "dead_letters": letters}))
    else:
        notices_dead.show(chosen, counts, letters, Console())


async def _dead(chosen: DeadFilter, limit: int) -> tuple[list[DeadCount], list[DeadLetter]]:
    async with open_house() as house, house.reading() as reading:
        return (
            await dead_letters.counts(reading, chosen),
            await dead_letters.newest(reading, chosen, limit=limit),
        )


@notices.command("replay")
def replay_dead(
    *,
    since: Since = None,
    until: Until = None,
    channel: ChannelName = None,
    code: Code = None,
    outcome: Outcome = None,
    category: CategoryName = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many at most, the oldest")] = None,
    expires_in: Annotated[
        float, typer.Option(min=0.1, max=720, metavar="HOURS", help="For how long they are worth sending")
    ] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Send again what failed, chosen by at least one filter. Nothing is sent again twice.

    Left out is what was sent again before, what its owner has received in the app meanwhile, and one-time
    codes. Of the last 7 days, unless it is said.
    """
    if not any((since, until, channel, code, outcome, category)):
        raise typer.BadParameter("choose by --since, --until, --channel, --code, --outcome or --category")
    chosen = dead_filter(since, until, channel=channel, code=code, outcome=outcome, category=category)
    console = Console(stderr=as_json)
    dead, verdicts = asyncio.run(_judged(chosen, limit))
    if verdicts[QUEUED] and not dry_run:
        if not yes:
            notices_dead.say(verdicts, console)
            typer.confirm("Gửi lại? · Send them again?", abort=True, err=True)
        verdicts = asyncio.run(_replayed(dead, timedelta(hours=expires_in)))
    if as_json:
        typer.echo(json_of(_answer(verdicts, dry_run=dry_run)))
    else:
        notices_dead.say(verdicts, console)


async def _judged(chosen: DeadFilter, limit: int | None) -> tuple[list[DeadKey], Counter[str]]:
    async with open_house() as house:
        async with house.reading() as reading:
            dead = await dead_letters.keys(reading, chosen, limit=limit)
        return dead, await notices_dead.judge(house, dead)


async def _replayed(dead: Sequence[DeadKey], life: timedelta) -> Counter[str]:
    async with open_house() as house:
        verdicts = await notices_dead.replay(house, dead, life=life)
    note("deliveries_replayed", **verdicts)
    return verdicts


def _answer(verdicts: Counter[str], *, dry_run: bool) -> dict[str, Any]:
    left_out = {verdict: count for verdict, count in sorted(verdicts.items()) if verdict != QUEUED}
    return {"dry_run": dry_run, QUEUED: verdicts[QUEUED], "left_out": left_out}
