"""Agencies in force, found by what people call them: held in memory, and read anew every minute.

PostgreSQL without its extensions has no index for parts of words without marks; to fold 15,000 names in the
query takes over 100 ms, and to look them up here 2 ms, or 4 ms where all of them fit.
"""

import asyncio
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.agencies.authority import in_force
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.engine import UNAVAILABLE
from storage.search.folding import fold, words
from storage.search.lexicon import lexicon
from storage.unit_of_work import Reading

LIFE_SECONDS = 60.0
AGAIN_SECONDS = 5.0
"""After which it is tried again to read it."""

_ALL = f"""
SELECT a.code, a.name, p.name, ARRAY(SELECT o.code FROM agency_alias o WHERE o.agency_id = a.id),
  a.valid_from, a.valid_to
FROM agency a LEFT JOIN agency p ON p.id = a.parent_id WHERE {in_force("a")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An agency in force.

    Attributes:
        aliases: its other codes.
        above: the name of the one above it, which tells wards of one name apart.
    """

    code: str
    name: str
    aliases: frozenset[str] = frozenset()
    above: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An agency that fits.

    Attributes:
        rank: how well it fits: 0 by its code, 1 by its words as they follow each other, 2 by its words.
    """

    entry: Entry
    rank: int


class Directory:
    """Agencies to choose from. Pure."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = sorted(entries, key=lambda one: one.code)
        self._names: list[str] = []
        self._with_word: dict[str, set[int]] = defaultdict(set)
        self._with_code: dict[str, int] = {}
        for place, entry in enumerate(self._entries):
            folded = [fold(word) for word in words(entry.name)]
            self._names.append(_phrase(folded))
            for word in folded:
                self._with_word[word].add(place)
            self._with_code |= dict.fromkeys(entry.aliases, place)
        # One agency's own code stands above another's old one.
        self._with_code |= {entry.code: place for place, entry in enumerate(self._entries)}

    def find(self, question: str, *, after: tuple[int, str] = (-1, ""), limit: int) -> Sequence[Found]:
        """Return what fits, the best first, then by code.

        Each word that was said must begin a word of the name; marks and capitals do not matter, and an
        abbreviation (`UBND`, `TP`) means what it stands for as well.

        Args:
            question: a name, a part of one, or a code in any of its forms; all fit one without words.
            after: rank and code of the last one of the page before.
            limit: how many at most.
        """
        best = sorted((rank, place) for place, rank in self._ranks(question).items())
        start = bisect_right(best, after, key=lambda one: (one[0], self._entries[one[1]].code))
        return [Found(entry=self._entries[place], rank=rank) for rank, place in best[start : start + limit]]

    def _ranks(self, question: str) -> dict[int, int]:
        """Return how well each that fits does, by its place."""
        said = words(question)
        in_full = [part for word in said for part in lexicon().short.get(word, (word,))]
        ranks: dict[int, int] = {}
        for reading in (said, in_full) if in_full != said else (said,):
            folded = [fold(word) for word in reading]
            phrase = _phrase(folded)
            for place in self._having(folded):
                rank = 1 if phrase in self._names[place] else 2
                ranks[place] = min(rank, ranks.get(place, rank))
        by_code = self._with_code.get(_code(question) or "")
        return ranks if by_code is None else ranks | {by_code: 0}

    def _having(self, begun: Sequence[str]) -> Iterable[int]:
        """Return those in whose names each of these begins a word."""
        if not begun:
            return range(len(self._entries))
        each = (
            set().union(*(having for known, having in self._with_word.items() if known.startswith(word)))
            for word in set(begun)
        )
        return set.intersection(*each)


class DirectoryBook:
    """The directory as one process knows it: an agency that comes or goes is seen within a minute.

    Args:
        life: seconds for which it is kept.
        now: seconds, ascending.
    """

    def __init__(self, *, life: float = LIFE_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        self._life = life
        self._now = now
        self._kept: tuple[float, Directory] | None = None
        self._turn = asyncio.Lock()

    async def current(self, open_reading: Callable[[], Reading]) -> Directory:
        """Return the directory; one reads it for all who ask meanwhile.

        While the database is away, the last one that was read goes on being used.
        """
        async with self._turn:
            if self._kept is None or self._kept[0] <= self._now():
                self._kept = await self._read(open_reading)
            return self._kept[1]

    async def _read(self, open_reading: Callable[[], Reading]) -> tuple[float, Directory]:
        try:
            async with open_reading() as reading:
                entries = await _entries(reading)
        except UNAVAILABLE:
            if self._kept is None:
                raise
            return self._now() + AGAIN_SECONDS, self._kept[1]
        # Some 15,000 names to fold, which others should not wait for.
        return self._now() + self._life, await asyncio.to_thread(Directory, entries)

    def forget(self) -> None:
        """Read it anew for who asks next."""
        self._kept = None


async def _entries(reading: Reading) -> list[Entry]:
    rows: list[Any] = await (await (await reading.driver()).execute(_ALL, binary=True)).fetchall()
    return [
        Entry(
            code=code,
            name=name,
            above=above,
            aliases=frozenset(aliases),
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for code, name, above, aliases, valid_from, valid_to in rows
    ]


def _phrase(folded: Sequence[str]) -> str:
    """Return words so that one text holds another just where its words follow each other there."""
    return "".join(f" {word}" for word in folded)


def _code(question: str) -> str | None:
    try:
        return normalise_agency_code(question)
    except InvalidCode:
        return None
