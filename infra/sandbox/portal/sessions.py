"""Who is let in: sessions, and tokens, which are the same with another name."""

import secrets
import time
from collections.abc import Callable


class Sessions:
    """Gives names that are good for a while.

    Attributes:
        opened: How many were ever given.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self.opened = 0

    def open(self, seconds: float) -> str:
        """Return a new one."""
        name = secrets.token_hex(16)
        self.opened += 1
        self._until[name] = self._clock() + seconds
        return name

    def good(self, name: object) -> bool:
        """Whether one is known and not over."""
        return isinstance(name, str) and self._until.get(name, 0.0) > self._clock()

    def end(self) -> None:
        """Let none be good any longer."""
        self._until.clear()
