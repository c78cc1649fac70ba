"""From when on a claim need look at what waits."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from storage.deliveries.claiming import Place

MARGIN = timedelta(seconds=1)
"""A transaction may commit a send so long after the time that it bears."""
WHOLE_EVERY_SECONDS = 5.0
"""How often everything is looked at all the same: what is slower than the margin is late by so much."""
MOST = 1000


class Dated(Protocol):
    """What is claimed by lane, agency and time."""

    @property
    def place(self) -> Place:
        """Its lane and agency."""
        ...

    @property
    def due_at(self) -> datetime:
        """Since when it could have been claimed."""
        ...


class Horizon:
    """How far each lane and agency has been worked off.

    A send that is gone, or a notice that is planned, leaves an entry in the index for as long as any
    transaction of the database may still see it: a backup or a report holds millions. They are claimed in the
    order of their time, so that those entries lie before the last one claimed, and need not be passed over
    again by every claim.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reached: dict[Place, datetime] = {}
        self._whole_at = clock()

    def bounds(self) -> Mapping[Place, datetime]:
        """Return from when on to look; nothing where all is to be looked at."""
        if self._clock() >= self._whole_at + WHOLE_EVERY_SECONDS:
            self.forget()
        return {place: due_at - MARGIN for place, due_at in self._reached.items()}

    def forget(self) -> None:
        """Let the next look be at everything."""
        self._whole_at = self._clock()
        self._reached.clear()

    def note(self, rows: Iterable[Dated]) -> None:
        """Learn from what was claimed."""
        for row in rows:
            known = self._reached.get(row.place)
            if known is None or row.due_at > known:
                self._reached[row.place] = row.due_at
        if len(self._reached) > MOST:
            self.forget()
