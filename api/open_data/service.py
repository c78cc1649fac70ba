"""Months of scores, made once for each state of them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from api import conditional
from api.open_data.briefs import Brief, briefs
from api.open_data.schemas import MonthScores
from api.problems import Problem
from storage.scores.publishing import Line, lines
from storage.scores.reading import Month, counted_in, version, versions
from storage.unit_of_work import Reading

LIFE_SECONDS = 3600.0
"""How long a month is shown as it was made: so long may complaints, dislikes and names of agencies wait."""
MOST_KEPT = 4
"""Months that are kept whole, some tens of megabytes each."""
TREND = 12
"""Months of a trend, of which a few megabytes each are kept."""

Opening = Callable[[], Reading]
_State = tuple[int | None, bool]
"""A version, and whether the month runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A month as it is published: its lines, and all of it as JSON under a tag."""

    lines: Sequence[Line]
    content: bytes
    provisional: bool
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A month in the state in which it was made. Whole and brief go together, and never tell two states."""

    state: _State
    until: float
    brief: Mapping[str | None, Brief]
    made: Made | None


_Pair = tuple[Mapping[str | None, Brief], Made]


class Shelf:
    """The months that were asked for last.

    Summing up the country's dossiers takes a second, and is done once for each version of a month. Whoever
    waits for it holds no connection meanwhile.

    Args:
        now: seconds, ascending.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[date, _Kept] = {}
        self._making = asyncio.Lock()

    def forget(self) -> None:
        """Make every month anew from here on."""
        self._kept.clear()

    async def take(self, open_reading: Opening, month: date, *, current: date) -> Made:
        """Return a month, given by its first day, as the one that runs is.

        Raises Problem (404) where nothing is counted in it.
        """
        async with open_reading() as reading:
            state = await version(reading, month)
        # Some source's clock is ahead: what ends in a month to come is not told before that.
        if state is None or month > current:
            raise Problem("no-scores", 404, month=f"{month:%m/%Y}")
        _, made = await self._make(open_reading, month, (state, month == current))
        return made

    async def trend(
        self, open_reading: Opening, *, current: date
    ) -> Mapping[date, Mapping[str | None, Brief]]:
        """Return the last months that are over, the first first, in brief: the same for whatever is asked."""
        async with open_reading() as reading:
            states = await versions(reading, current)
        over = [month for month in states if month < current][-TREND:]
        found: dict[date, Mapping[str | None, Brief]] = {}
        for month in over:
            state = (states[month], False)
            kept = self._fresh(month, state)
            found[month] = kept.brief if kept else (await self._make(open_reading, month, state))[0]
        return found

    async def _make(self, open_reading: Opening, month: date, state: _State) -> _Pair:
        if pair := self._whole(month, state):
            return pair
        async with self._making:
            async with open_reading() as reading:
                # Somebody else may have made it meanwhile, and of a newer state.
                state = (await version(reading, month), state[1])
                if pair := self._whole(month, state):
                    return pair
                counted = await counted_in(reading, month)
            # Some ten thousand agencies take a good part of a second, in which others are answered.
            brief, made = await asyncio.to_thread(_made, month, counted, provisional=state[1])
            self._keep(month, _Kept(state=state, until=self._now() + LIFE_SECONDS, brief=brief, made=made))
        return brief, made

    def _whole(self, month: date, state: _State) -> _Pair | None:
        kept = self._fresh(month, state)
        if kept is None or kept.made is None:
            return None
        # Whoever goes through all months takes none from the shelf that many ask for.
        self._kept[month] = self._kept.pop(month)
        return kept.brief, kept.made

    def _fresh(self, month: date, state: _State) -> _Kept | None:
        kept = self._kept.get(month)
        return kept if kept and kept.state == state and kept.until > self._now() else None

    def _keep(self, month: date, kept: _Kept) -> None:
        """Keep the last ones asked for whole, and of the others the newest months in brief."""
        self._kept.pop(month, None)
        self._kept[month] = kept
        whole = [one for one, other in self._kept.items() if other.made]
        for one in whole[:-MOST_KEPT]:
            self._kept[one] = replace(self._kept[one], made=None)
        for one in sorted(one for one, other in self._kept.items() if not other.made)[:-TREND]:
            del self._kept[one]


def _made(month: date, counted: Month, *, provisional: bool) -> _Pair:
    found = lines(counted.agencies, counted.own)
    content = MonthScores.of(month, found, provisional=provisional).model_dump_json().encode()
    made = Made(lines=found, content=content, provisional=provisional, tag=conditional.tag_of(content))
    return briefs(found), made
