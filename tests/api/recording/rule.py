"""When somebody is told, told once more in few words: a model that shares nothing with what it is held against.

Of each transaction that is kept, for each dossier: somebody is told if the dossier's current fact is one that
nobody had told before, and it brought another status or asks the citizen for something, and it is no older than a
month. Nobody is told of anything else.
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
    """What is known of one dossier: its facts, with the least sequence told of each."""

    now: datetime
    facts: dict[Key, int | None] = field(default_factory=dict)

    def copy(self) -> "Rule":
        """Return another that may go another way."""
        return deepcopy(self)

    def commit(self, told: Sequence[Telling]) -> Effect:
        """Take in what one transaction keeps."""
        if not self.facts and not any(one.whole for one in told):
            return Effect((), frozenset(one.number for one in told))
        before, known = self.current(), set(self.facts)
        for one in told:
            sequences = [one.sequence, self.facts.get(one.key)]
            self.facts[one.key] = min((n for n in sequences if n is not None), default=None)
        after = self.current()
        if after is None or after in known or after[1] < self.now - STALE:
            return Effect((), frozenset())
        news = before is None or after[0] != before[0] or after[0] in ASKING
        return Effect(((after[0], after[1]),) if news else (), frozenset())

    def current(self) -> Key | None:
        """Return the last fact: by sequence, or the greatest reached by then; then by time, status, step."""
        return max(
            self.facts, key=lambda fact: (self._reached(fact), fact[1], fact[0], fact[2]), default=None
        )

    def _reached(self, fact: Key) -> int:
        sequence = self.facts[fact]
        if sequence is not None:
            return sequence
        return max((n for key, n in self.facts.items() if n is not None and key[1] <= fact[1]), default=-1)
