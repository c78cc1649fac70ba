"""Batches of 1,000 events, against the bare SQL of the very same rows.

Ours is one request after another to a real API process. The rows that it wrote are then read, which is not
timed, and written to a second database of the same schema by one connection that has nothing to think about.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from psycopg import sql

from infra.bench.copied_rows import CopiedRows, Values
from infra.bench.events import Agency, Event, batch_request
from infra.bench.figures import Figure, compare
from infra.bench.http import connected
from infra.bench.place import Bench, agency_token, per_second

SIZE = 1000
TARGET = 0.5


@dataclass(kw_only=True)
class Turns:
    """Pushes a batch, and repeats its rows in bare SQL when its turn comes."""

    bench: Bench
    port: int
    token: str
    rows: CopiedRows
    agency: Agency = field(default_factory=Agency)
    known: list[list[Event]] = field(default_factory=list)
    written: list[tuple[sql.Composed, Values]] = field(default_factory=list)

    def new(self) -> float:
        """Push the first events of new dossiers."""
        events = self.agency.first(SIZE)
        self.known.append(events)
        return self._push(events)

    def following(self) -> float:
        """Push a following event of each dossier of a batch."""
        return self._push(self.agency.following(self.known.pop(0)))

    def bare(self) -> float:
        """Write the rows of the last push to the other database."""
        return per_second(SIZE, lambda: self.rows.write(self.written))

    def _push(self, events: list[Event]) -> float:
        request = batch_request(events, self.token)
        since = self.rows.now()
        rate = self.bench.runner.run(self._timed(request))
        self.written = self.rows.read(since)
        return rate

    async def _timed(self, request: bytes) -> float:
        async with connected(self.port, 1) as (connection,):
            started = time.perf_counter()
            answer = (await connection.ask(request)).expect(200)
            seconds = time.perf_counter() - started
        if answer.body.count(b'"accepted"') < SIZE:
            raise AssertionError(f"not all were accepted: {answer.body[:500]!r}")
        return SIZE / seconds


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure first events of new dossiers, and then following events of the same dossiers."""
    with ExitStack() as opened:
        ours, limit = opened.enter_context(bench.place()), opened.enter_context(bench.place())
        stack = opened.enter_context(bench.installation(ours))
        rows = opened.enter_context(CopiedRows.between(ours, limit))
        turns = Turns(bench=bench, port=stack.ports.api, token=agency_token(stack), rows=rows)
        rounds = bench.pick(3, 12)
        for name, turn in {"batch_push": turns.new, "batch_push_following": turns.following}.items():
            yield compare(name, "events/s", TARGET, ours=turn, limit=turns.bare, rounds=rounds)
