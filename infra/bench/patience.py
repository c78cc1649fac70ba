"""Waiting for what other processes do."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as a condition holds. Raises AssertionError where it does not in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{PATIENCE_SECONDS:.0f} s were not enough: {what}")
        time.sleep(POLL_SECONDS)
