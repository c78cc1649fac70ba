"""The state of channels: what waits on each, and which of them pause."""

from dataclasses import dataclass
from datetime import timedelta

from notify.categories import Lane
from notify.routebook import RouteBook
from notify.routes import PUSH, TOPIC
from notify.settings import NotifySettings
from storage.channels import repository
from storage.channels.repository import Pause
from storage.deliveries import gauges
from storage.deliveries.gauges import WaitingLane
from storage.unit_of_work import Reading


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


async def channel_states(reading: Reading, routes: RouteBook, settings: NotifySettings) -> list[ChannelState]:
    """Return every channel that a route, a setting, a pause or a waiting delivery names."""
    routing = await routes.current(reading)
    waiting = await gauges.lanes(reading)
    pauses = {pause.channel: pause for pause in await repository.pauses(reading)}
    routed = {channel for route in routing.routes.values() for channel in route.channels}
    if PUSH in routed:
        routed.add(TOPIC)
    named = {*routed, *(settings.channels or ()), *pauses, *(lane.channel for lane in waiting)}
    return [
        ChannelState(
            name=name, pause=pauses.get(name), lanes=tuple(lane for lane in waiting if lane.channel == name)
        )
        for name in sorted(named)
    ]


def lane_name(lane: int) -> str:
    """Name a lane; one that this release does not know by its number."""
    return Lane(lane).name.lower() if lane in set(Lane) else str(lane)
