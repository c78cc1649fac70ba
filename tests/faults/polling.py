"""Waiting for what comes about by itself."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.01


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 20.0, poll: float = POLL_SECONDS
) -> None:
    """Return as soon as a condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        holds = condition()
        if await holds if inspect.isawaitable(holds) else holds:
            return
        assert time.monotonic() < deadline, f"it did not come about in {seconds:.0f} s"
        await asyncio.sleep(poll)
