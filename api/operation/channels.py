"""Commands by which an operator sees channels, and lets one pause or go on."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.operation.channel_states import ChannelState, channel_states, lane_name
from api.operation.house import note, open_house, operator
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of, lasted, when
from notify.categories import Lane
from notify.routebook import RouteBook
from storage.channels import repository
from storage.channels.repository import Pause
from storage.deliveries.gauges import MOST_COUNTED

channels = typer.Typer(no_args_is_help=True, help="Channels: what waits on each, and pausing one.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="push, email, sms, zalo, …")]


@channels.command("list")
def list_channels(*, as_json: AsJson = False) -> None:
    """List every channel that a route, a setting, a pause or a waiting delivery names."""
    states = asyncio.run(_states())
    if as_json:
        typer.echo(json_of([state.as_dict() for state in states]))
    else:
        Console().print(_table(states))


def _table(states: list[ChannelState]) -> Table:
    table = Table(caption=f"Đếm đến {MOST_COUNTED} · Counted up to {MOST_COUNTED}")
    lanes = sorted({*Lane, *(lane.lane for state in states for lane in state.lanes)})
    table.add_column("Kênh · Channel")
    for lane in lanes:
        table.add_column(lane_name(lane), justify="right")
    table.add_column("Chờ lâu nhất · Oldest due", justify="right")
    table.add_column("Tạm dừng · Paused", overflow="fold")
    for state in states:
        waiting = {lane.lane: lane.waiting for lane in state.lanes}
        cells = [str(waiting.get(lane, 0)) for lane in lanes]
        add_row(table, state.name, *cells, lasted(state.oldest_due), _why(state.pause))
    return table


def _why(pause: Pause | None) -> str:
    return f"{when(pause.created_at)}, {pause.author}: {pause.reason}" if pause else NOTHING


async def _states() -> list[ChannelState]:
    async with open_house() as house, house.reading() as reading:
        return await channel_states(reading, RouteBook(), house.settings.notify)


@channels.command("pause")
def pause_channel(
    name: Name,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the other operators")],
    as_json: AsJson = False,
) -> None:
    """Let a channel send nothing until it is resumed; what is to be sent on it waits, and may expire."""
    reason = reason.strip()
    if not reason:
        raise typer.BadParameter("say why it is paused")
    changed = asyncio.run(_pause(name, reason))
    note("channel_paused", channel=name, changed=changed)
    words = "Đã tạm dừng · is paused" if changed else "Đã tạm dừng từ trước · was paused before"
    _say(name, "paused", words, changed=changed, as_json=as_json)


async def _pause(name: str, reason: str) -> bool:
    async with open_house() as house:
        settings = house.settings.notify
        async with house.reading() as reading:
            known = [state.name for state in await channel_states(reading, RouteBook(), settings)]
        if name not in known:
            raise typer.BadParameter(
                f"there is no channel {name}, but {', '.join(known)}; TINDAN_CHANNELS may name others"
            )
        async with house.unit_of_work() as uow:
            changed = await repository.pause(uow, name, author=operator(), reason=reason)
            await uow.commit()
            return changed


@channels.command("resume")
def resume_channel(name: Name, *, as_json: AsJson = False) -> None:
    """Let a paused channel send again."""
    changed = asyncio.run(_resume(name))
    note("channel_resumed", channel=name, changed=changed)
    words = "Gửi tiếp · sends again" if changed else "Không bị tạm dừng · was not paused"
    _say(name, "resumed", words, changed=changed, as_json=as_json)


async def _resume(name: str) -> bool:
    async with open_house() as house, house.unit_of_work() as uow:
        changed = await repository.resume(uow, name)
        await uow.commit()
        return changed


def _say(name: str, done: str, words: str, *, changed: bool, as_json: bool) -> None:
    typer.echo(json_of({"channel": name, done: True, "changed": changed}) if as_json else f"{name}: {words}")
