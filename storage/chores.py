"""Chores that a worker does beside all else."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.engine import UNAVAILABLE

log = structlog.get_logger(__name__)

TROUBLE_SECONDS = 60.0


async def for_ever(
    chore: str,
    work: Callable[[], Awaitable[float]],
    *,
    away: tuple[type[Exception], ...] = UNAVAILABLE,
) -> None:
    """Do a chore time and again, until this is cancelled.

    What it needs may be away, and is tried again in a minute; so is a fault of the program, which is logged
    whole: one bad row must not end what is done for a country.

    Args:
        chore: its name in the log.
        work: does some of it, and returns how many seconds to rest.
        away: what says that something it needs is away: the database, unless there is more.
    """
    while True:
        try:
            rest = await work()
        except away as error:
            log.warning("chore_waits", chore=chore, error=type(error).__name__)
            rest = TROUBLE_SECONDS
        except Exception:
            log.exception("chore_failed", chore=chore)
            rest = TROUBLE_SECONDS
        await asyncio.sleep(rest)
