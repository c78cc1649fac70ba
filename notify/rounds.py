"""Claims in turn: every agency of every lane is looked at before anybody rests."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from notify.categories import Lane
from notify.horizon import Dated, Horizon
from storage.deliveries.claiming import FIRST, Place

LANES = tuple(int(lane) for lane in Lane)
Row = TypeVar("Row", bound=Dated)
After = Mapping[int, UUID]
Since = Mapping[Place, datetime]


class Rounds:
    """Where the next claim of one claimant goes on, and from when on it looks."""

    def __init__(self) -> None:
        self._after: After = dict.fromkeys(LANES, FIRST)
        self._horizon = Horizon()

    async def claim(
        self, take: Callable[[After, Since], Awaitable[tuple[Sequence[Row], After | None]]]
    ) -> Sequence[Row]:
        """Claim; while nothing is found, look on until every agency of every lane was looked at.

        `take` claims once: it is given where to go on and from when on to look, and returns what it found
        and where to go on next time; none where it may not look at all now, so that nobody loses its turn.
        """
        begun: set[int] = set()
        unseen = set(LANES)
        while True:
            begun |= self._at_the_first()
            rows, after = await take(self._after, self._horizon.bounds())
            if after is None:
                return rows
            self._after = after
            self._horizon.note(rows)
            unseen -= begun & self._at_the_first()
            if not rows and not unseen and self._horizon.bounds():
                # Nothing new is left: now for what came late.
                self._horizon.forget()
                unseen = set(LANES)
                continue
            if rows or not unseen:
                return rows

    def _at_the_first(self) -> set[int]:
        return {lane for lane in LANES if self._after[lane] == FIRST}
