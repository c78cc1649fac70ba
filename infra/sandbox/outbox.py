"""What arrived on every channel, in the order of arrival."""

import asyncio
import collections
import itertools
import time
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from infra.sandbox.pause import Pause

Channel = Literal["email", "push", "sms", "zalo"]

KEPT_ARRIVALS = 200_000
KEPT_BYTES = 1 << 30


class Arrival(NamedTuple):
    """One message as it came in; it is parsed only when somebody reads it.

    Attributes:
        sequence: Position in the order of arrival, from 1, never used twice.
        channel: Where it came in.
        at: Seconds since the epoch.
        to: Whom it is for: mail addresses, one device token or `/topics/…`, or one phone number as the
            provider writes it.
        source: Sender of a mail or a text message, name given to a push or Zalo message.
        raw: The mail, the JSON body of the push request, or JSON of what else was asked for.
        duplicate_of: Sequence of the first arrival of the same message, if this is a repeat.
        identity: What makes two arrivals the same message; None is like nothing else.
    """

    sequence: int
    channel: Channel
    at: float
    to: tuple[str, ...]
    source: str
    raw: bytes
    duplicate_of: int | None
    identity: Hashable


class Page(NamedTuple):
    """Some arrivals, and the sequence to ask after for the next ones."""

    arrivals: list[Arrival]
    last: int


class Outbox:
    """Keeps the newest arrivals in memory, and wakes those who wait for more."""

    def __init__(self, *, kept_arrivals: int = KEPT_ARRIVALS, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_arrivals = kept_arrivals
        self._kept_bytes = kept_bytes
        self._arrivals: collections.deque[Arrival] = collections.deque()
        self._first: dict[Hashable, int] = {}
        self._bytes = 0
        self._sequence = 0
        self._received: collections.Counter[str] = collections.Counter()
        self._repeated: collections.Counter[str] = collections.Counter()
        self._news = Pause()
        self._keep: Callable[[Arrival], object] | None = None

    def restore(self, arrivals: Iterable[Arrival], keep: Callable[[Arrival], object]) -> None:
        """Begin with what arrived in earlier lives, and have whatever comes from now on kept."""
        for arrival in arrivals:
            self._sequence = arrival.sequence
            if arrival.identity is not None:
                self._first.setdefault(arrival.identity, arrival.sequence)
            self._append(arrival)
        self._keep = keep

    def add(
        self, *, channel: Channel, to: tuple[str, ...], source: str, raw: bytes, identity: Hashable
    ) -> Arrival:
        """Append a message that was accepted."""
        self._sequence += 1
        key = None if identity is None else (channel, identity)
        first = self._sequence if key is None else self._first.setdefault(key, self._sequence)
        repeat = first if first != self._sequence else None
        arrival = Arrival(self._sequence, channel, time.time(), to, source, raw, repeat, key)
        if self._keep is not None:
            self._keep(arrival)
        self._append(arrival)
        self._news.wake()
        return arrival

    def read(self, *, channel: Channel | None, to: Container[str] | None, after: int, limit: int) -> Page:
        """Return what arrived after a sequence, oldest first.

        Args:
            channel: Only this channel, or every one.
            to: Only what is addressed to exactly one of these, or to anybody.
            after: Sequence of the last arrival already known; 0 for none.
            limit: At most so many.
        """
        found = [
            arrival
            for arrival in self._newer(after)
            if (channel is None or arrival.channel == channel)
            and (to is None or any(one in to for one in arrival.to))
        ]
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].sequence)
        return Page(found, self._sequence)

    async def read_when_there(
        self, *, channel: Channel | None, to: Container[str] | None, after: int, limit: int, wait: float
    ) -> Page:
        """Return what `read` does, but wait for so many seconds while that is nothing."""
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            page = self.read(channel=channel, to=to, after=after, limit=limit)
            patience = deadline - asyncio.get_running_loop().time()
            if page.arrivals or not await self._news.sleep(patience):
                return page
            after = max(after, page.last)  # so that nothing is looked at twice

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._news.end()

    @property
    def last(self) -> int:
        """Sequence of the last arrival; 0 before the first."""
        return self._sequence

    def counts(self) -> dict[str, object]:
        """Return how much arrived since the last clearing, dropped arrivals included."""
        channels: tuple[Channel, ...] = get_args(Channel)
        return {
            **{channel: self._received[channel] for channel in channels},
            "duplicates": {channel: self._repeated[channel] for channel in channels},
            "kept": len(self._arrivals),
            "last": self._sequence,
        }

    def clear(self) -> None:
        """Forget everything but the sequence, so that whoever reads on misses nothing."""
        self._arrivals.clear()
        self._first.clear()
        self._received.clear()
        self._repeated.clear()
        self._bytes = 0

    def _newer(self, after: int) -> Iterator[Arrival]:
        if not self._arrivals:
            return iter(())
        # Sequences have no gaps inside the deque: the position follows from the first one.
        skipped = max(0, after + 1 - self._arrivals[0].sequence)
        return itertools.islice(self._arrivals, skipped, None)

    def _append(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        self._bytes += len(arrival.raw)
        self._received[arrival.channel] += 1
        self._repeated[arrival.channel] += arrival.duplicate_of is not None
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        while len(self._arrivals) > self._kept_arrivals or self._bytes > self._kept_bytes:
            oldest = self._arrivals.popleft()
            self._bytes -= len(oldest.raw)
            if oldest.duplicate_of is None:
                self._first.pop(oldest.identity, None)
