"""When somebody is told, told once more in few words: a model that shares nothing with what it is held against.

Of each transaction that is kept, for each dossier: somebody is told if the dossier's current fact is one that
nobody had told before, and it brought another status or asks the citizen for something, and it is no older than a
month. Nobody is told of anything else.

A date of which nothing more was told is a fact while it stands alone. When something else is known to have happened
then, in the same status, it is gone; and of what came in its place the first by its step is no news.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.api.recording.arrivals import Telling

Key = tuple[int, datetime, str]
Notice = tuple[int, datetime]
"""Status and time of the fact that somebody was told of."""

ASKING = (5, 6)
STALE = timedelta(days=30)


@dataclass(frozen=True)
class Effect:
    """What a transaction does: whom it tells of what, and what it refuses."""

    notices: tuple[Notice, ...]
    refused: frozenset[int]


@dataclass
class Rule:
    """What is known of one dossier: whatever was told, with the least sequence of each, and of what more was told."""

    now: datetime
    told: dict[Key, int | None] = field(default_factory=dict)
    more: set[Key] = field(default_factory=set)

    def copy(self) -> "Rule":
        """Return another that may go another way."""
        return deepcopy(self)

    def commit(self, told: Sequence[Telling]) -> Effect:
        """Take in what one transaction keeps."""
        if not self.told and not any(one.whole for one in told):
            return Effect((), frozenset(one.number for one in told))
        before, known = self.current(), self.facts()
        for one in told:
            sequences = [one.sequence, self.told.get(one.key)]
            self.told[one.key] = min((n for n in sequences if n is not None), default=None)
            self.told |= {date: self.told.get(date) for date in one.dated}
            if one.says_more:
                self.more.add(one.key)
        after = self.current()
        known |= {min(self._at_once(date) - {date}) for date in known - self.facts()}
        if after is None or after in known or after[1] < self.now - STALE:
            return Effect((), frozenset())
        news = before is None or after[0] != before[0] or after[0] in ASKING
        return Effect(((after[0], after[1]),) if news else (), frozenset())

    def facts(self) -> set[Key]:
        """Return what was told, without dates of which something else was told as well."""
        return {key for key in self.told if key in self.more or not self._at_once(key) - {key}}

    def current(self) -> Key | None:
        """Return the last fact: by sequence, or the greatest reached by then; then by time, status, step."""
        return max(
            self.facts(), key=lambda fact: (self._reached(fact), fact[1], fact[0], fact[2]), default=None
        )

    def _at_once(self, key: Key) -> set[Key]:
        """Return all that was told of a status and a time."""
        return {other for other in self.told if other[:2] == key[:2]}

    def _reached(self, fact: Key) -> int:
        sequence = self.told[fact]
        if sequence is not None:
            return sequence
        return max((n for key, n in self.told.items() if n is not None and key[1] <= fact[1]), default=-1)
