"""Months of scores, made once for each state of them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from api import conditional
from api.open_data.schemas import MonthScores
from api.problems import Problem
from storage.scores.publishing import Line, lines
from storage.scores.reading import Month, counted_in, version
from storage.unit_of_work import Reading

LIFE_SECONDS = 3600.0
"""How long a month is shown as it was made: so long may new complaints, dislikes and names of agencies wait."""
MOST_KEPT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A month as it is published: its lines, and all of it as JSON under a tag."""

    lines: Sequence[Line]
    content: bytes
    provisional: bool
    tag: str


class Shelf:
    """The months that were asked for last.

    Summing up the country's dossiers takes a second, and is done once for each version of a month.

    Args:
        now: seconds, ascending.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[tuple[date, int, bool], tuple[float, Made]] = {}
        self._making = asyncio.Lock()

    def forget(self) -> None:
        """Make every month anew from here on."""
        self._kept.clear()

    async def take(self, reading: Reading, month: date, *, current: date) -> Made:
        """Return a month, given by its first day, as the one that runs is.

        Raises Problem (404) where nothing is counted in it.
        """
        state = await version(reading, month)
        # Some source's clock is ahead: what ends in a month to come is not told before that.
        if state is None or month > current:
            raise Problem("no-scores", 404, month=f"{month:%m/%Y}")
        key = (month, state, month == current)
        async with self._making:
            until, made = self._kept.get(key, (0.0, None))
            if made is None or until <= self._now():
                made = await _make(reading, month, provisional=month == current)
                self._keep(key, made)
        return made

    def _keep(self, key: tuple[date, int, bool], made: Made) -> None:
        self._kept = {known: kept for known, kept in self._kept.items() if known[0] != key[0]}
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._now() + LIFE_SECONDS, made)


async def _make(reading: Reading, month: date, *, provisional: bool) -> Made:
    counted = await counted_in(reading, month)
    # Some ten thousand agencies take a good part of a second, in which others are answered.
    return await asyncio.to_thread(_made, month, counted, provisional=provisional)


def _made(month: date, counted: Month, *, provisional: bool) -> Made:
    found = lines(counted.agencies, counted.own)
    content = MonthScores.of(month, found, provisional=provisional).model_dump_json().encode()
    return Made(lines=found, content=content, provisional=provisional, tag=conditional.tag_of(content))
