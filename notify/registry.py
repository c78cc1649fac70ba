"""Which channels there are. A new one is a module of `notify.channels` and a line here."""

import asyncio
from collections.abc import Callable, Mapping

from notify.channels import email, push
from notify.ports import Channel
from notify.settings import NotifySettings

_BUILDERS: tuple[Callable[[NotifySettings], Channel | None], ...] = (
    push.build,
    email.build,
)


def build_channels(settings: NotifySettings) -> dict[str, Channel]:
    """Return the channels that are set up, by name; the others are left out.

    Raises SettingsError where a channel is set up by half.
    """
    channels = (build(settings) for build in _BUILDERS)
    return {channel.name: channel for channel in channels if channel is not None}


async def close_channels(channels: Mapping[str, Channel]) -> None:
    """Let go of all connections."""
    await asyncio.gather(*(channel.close() for channel in channels.values()))
