"""Which channels operators have paused, by whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.unit_of_work import Reading, UnitOfWork

_PAUSED = "SELECT channel FROM channel_pause"
_ALL = "SELECT channel, author, reason, created_at FROM channel_pause ORDER BY channel"
# Who paused it first, and why, stays: a second pause adds nothing.
_PAUSE = """
INSERT INTO channel_pause (channel, author, reason) VALUES (%s, %s, %s) ON CONFLICT (channel) DO NOTHING
"""
_RESUME = "DELETE FROM channel_pause WHERE channel = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A channel that sends nothing; its sends wait."""

    channel: str
    author: str
    reason: str
    created_at: datetime


async def paused(reading: Reading) -> set[str]:
    """Return the names of the channels that must send nothing."""
    driver = await reading.driver()
    rows: Sequence[Any] = await (await driver.execute(_PAUSED)).fetchall()
    return {channel for (channel,) in rows}


async def pauses(reading: Reading) -> list[Pause]:
    """Return all pauses, by name of the channel."""
    driver = await reading.driver()
    rows: Sequence[Any] = await (await driver.execute(_ALL)).fetchall()
    return [
        Pause(channel=channel, author=author, reason=reason, created_at=created_at)
        for channel, author, reason, created_at in rows
    ]


async def pause(uow: UnitOfWork, channel: str, *, author: str, reason: str) -> bool:
    """Let a channel send nothing more until it is resumed; say whether it did until now."""
    driver = await uow.driver()
    return (await driver.execute(_PAUSE, (channel, author, reason))).rowcount > 0


async def resume(uow: UnitOfWork, channel: str) -> bool:
    """Let a channel send again, at once; say whether it was paused."""
    driver = await uow.driver()
    uow.hint_after_commit()
    return (await driver.execute(_RESUME, (channel,))).rowcount > 0
