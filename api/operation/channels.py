"""Commands by which an operator sees channels, and lets one pause or go on."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.operation.house import House, note, open_house, operator
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of, lane_name, lasted, when
from notify.categories import Lane
from notify.routebook import RouteBook
from storage.channels import repository
from storage.channels.repository import Pause
from storage.deliveries import gauges
from storage.deliveries.gauges import MOST_COUNTED, WaitingLane
from storage.unit_of_work import Reading

channels = typer.Typer(no_args_is_help=True, help="Channels: what waits on each, and pausing one.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="push, email, sms, zalo, …")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """One channel: its pause, if it has one, and what waits in each lane (see `gauges.WaitingLane`)."""

    name: str
    pause: Pause | None
    lanes: tuple[WaitingLane, ...]

    @property
    def oldest_due(self) -> timedelta:
        """For how long the first of all could have been taken and was not."""
        return max((lane.oldest_due for lane in self.lanes), default=timedelta(0))

    def as_dict(self) -> dict[str, object]:
        """Return it for a program; `oldest_due` in seconds."""
        return {
            "channel": self.name,
            "paused": self.pause,
            "waiting": {lane_name(lane.lane): lane.waiting for lane in self.lanes},
            "oldest_due": self.oldest_due,
        }


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
        return await _states_of(house, reading)


async def _states_of(house: House, reading: Reading) -> list[ChannelState]:
    routing = await RouteBook().current(reading)
    waiting = await gauges.lanes(reading)
    pauses = {pause.channel: pause for pause in await repository.pauses(reading)}
    routed = {channel for route in routing.routes.values() for channel in route.channels}
    named = {*routed, *(house.settings.notify.channels or ()), *pauses, *(lane.channel for lane in waiting)}
    return [
        ChannelState(
            name=name, pause=pauses.get(name), lanes=tuple(lane for lane in waiting if lane.channel == name)
        )
        for name in sorted(named)
    ]


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
        async with house.reading() as reading:
            known = [state.name for state in await _states_of(house, reading)]
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
