"""SIGINT and SIGTERM, taken where a command can take them.

A KeyboardInterrupt raised by the handler itself comes up wherever the interpreter happens to be: in a weak
reference's callback it is printed and lost, in an `except` clause it passes the code that was to catch it.
So the first signal is only noted, and raised at the next checkpoint. A second one is raised at once.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_noted = False


@contextmanager
def noted() -> Iterator[None]:
    """Within, the first SIGINT or SIGTERM waits for a checkpoint. Of the main thread only.

    What fails after one was noted is an interrupt, too: Ctrl-C goes to every process of the terminal, and a
    helper that it ended (initdb, for one) is no fault to be told.
    """
    global _noted  # noqa: PLW0603 - signals are of the process, too
    _noted = False
    before = {number: signal.signal(number, _note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Exception as error:
        if _noted:
            raise KeyboardInterrupt from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def checkpoint() -> None:
    """Raise KeyboardInterrupt when a signal was noted; whatever waits or goes round in turns calls it."""
    if _noted:
        raise KeyboardInterrupt


def _note(_number: int, _frame: FrameType | None) -> None:
    global _noted  # noqa: PLW0603
    if _noted:
        raise KeyboardInterrupt
    _noted = True
