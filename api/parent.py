"""Ends a process when the one that started it is gone, even by SIGKILL."""

import os
import select
import signal
import threading
from contextlib import suppress

PIPE = "TINDAN_PARENT_PIPE_FD"
"""Names the inherited end of a pipe whose other end only the parent holds."""


def follow_parent() -> None:
    """Send this process SIGTERM once the parent is gone. Does nothing where no parent asked for it."""
    number = os.environ.pop(PIPE, None)
    if number is not None:
        threading.Thread(target=_wait, args=(int(number),), name="parent", daemon=True).start()


def _wait(pipe: int) -> None:
    # Asked first whether it can be read: a process that shares the pipe may have made it non-blocking.
    while select.select([pipe], [], []):
        with suppress(BlockingIOError):
            if not os.read(pipe, 64):
                break
    os.kill(os.getpid(), signal.SIGTERM)
