"""Claim and record while another session holds a snapshot, against the same with nobody holding one.

While a snapshot is held, no dead row can be cleared away: those of all sends of that time stay in the hot
table and its indexes, and every claim must get past them. Sends come in as fast as they go out, by the
thousand; only their going out is timed.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import IsolationLevel

from infra.bench import crowd
from infra.bench.figures import Figure, alternate
from infra.bench.nothing import NothingChannel, settings
from infra.bench.place import Bench
from infra.bench.waiting import Waiting, exhaust

SIZE = 2500
TARGET = 0.8


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Sends that come and go for some time."""

    bench: Bench
    waiting: Waiting
    seconds: float

    def rate(self) -> float:
        """Return how many went out in a second of sending, in the last third of the time."""
        self.waiting.put_back()
        # The same for the whole time, as in a worker: they know how far they have come.
        dispatchers = self.waiting.dispatchers(NothingChannel())
        passed = []
        begin = time.monotonic()
        while (at := time.monotonic() - begin) < self.seconds:
            begun = time.perf_counter()
            self.bench.runner.run(exhaust(dispatchers))
            if at >= self.seconds * 2 / 3:
                passed.append(time.perf_counter() - begun)
            crowd.insert(self.waiting.place)
        return SIZE * len(passed) / sum(passed)

    def rate_beside_a_snapshot(self) -> float:
        """Return the same while a snapshot is held."""
        with self.waiting.place.connect() as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.execute("SELECT count(*) FROM waiting")
            return self.rate()


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both, one after the other."""
    seconds = bench.pick(6, 60)
    with (
        bench.place() as place,
        bench.entered(Waiting.on(place, settings(), channel="push", size=SIZE)) as waiting,
    ):
        flow = Flow(bench=bench, waiting=waiting, seconds=seconds)
        turns = {"ours": flow.rate_beside_a_snapshot, "limit": flow.rate}
        found = alternate(turns, rounds=1, warm_up=False)
    yield Figure(
        name="snapshot_claims",
        unit="deliveries/s",
        ours=found.median("ours"),
        limit=found.median("limit"),
        ratio=found.ratio("ours", "limit"),
        target=TARGET,
        note=f"a snapshot held for {seconds} s, not for 10 minutes; measured in the last third",
    )
