"""Whose turn it is: a bounded queue in which nobody waits for all that somebody else brought."""

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class FullError(Exception):
    """As many wait as may."""


class Turns(Generic[_Item]):
    """Waiting things, in a line for each who brought them; the lines take turns."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._ready = 0
        self._lines: OrderedDict[str, deque[_Item]] = OrderedDict()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return self._count

    def add(self, item: _Item, *, whose: str) -> None:
        """Put at the end of a line. Raises FullError."""
        if self._count >= self._most:
            raise FullError
        self._lines.setdefault(whose, deque()).append(item)
        self._count += 1
        self._arrived.set()

    async def next(self, *, spare: bool = False) -> _Item:
        """Wait for a thing and take it; the line that it was in goes behind the others.

        Args:
            spare: take only what is one too many for all who wait and are not spare.
        """
        self._ready += not spare
        try:
            while self._count <= (self._ready if spare else 0):
                self._arrived.clear()
                await self._arrived.wait()
        finally:
            self._ready -= not spare
        whose, line = next(iter(self._lines.items()))
        item = line.popleft()
        self._count -= 1
        if line:
            self._lines.move_to_end(whose)
        else:
            del self._lines[whose]
        return item

    def remove(self, item: _Item, *, whose: str) -> bool:
        """Take out what need not be done any more; False when it is not waiting."""
        line = self._lines.get(whose)
        if line is None or item not in line:
            return False
        line.remove(item)
        self._count -= 1
        if not line:
            del self._lines[whose]
        return True
