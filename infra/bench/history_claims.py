"""Claim and record with 10,000,000 finished sends in the history, against 10,000.

Two databases on one server, and a channel that does nothing: what a send costs must not depend on how many
there have been.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from infra.bench.figures import Figure, alternate
from infra.bench.history import fill, first_days
from infra.bench.nothing import NothingChannel, settings
from infra.bench.place import Bench
from infra.bench.waiting import Waiting

FEW, MANY, MANY_QUICK = 10_000, 10_000_000, 200_000
TARGET = 1.2
# What the last turn left in the history, found by key: a count would read all of it.
_LEFT = "finished_at > now() - '1 hour'::interval AND id = ANY(ARRAY(SELECT id FROM waiting))"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a send costs beside a history, in µs; each call measures it once."""

    bench: Bench
    waiting: Waiting

    def __call__(self) -> float:
        self.waiting.place.execute(f"DELETE FROM finished_delivery WHERE {_LEFT}")
        self.waiting.refill()
        rate = self.waiting.rate(NothingChannel(), self.bench.runner)
        with self.waiting.place.connect() as connection:
            found = connection.execute(f"SELECT count(*) FROM finished_delivery WHERE {_LEFT}").fetchone()
        if found != (self.waiting.size,):
            raise AssertionError(f"{found} of {self.waiting.size} sends were handed over")
        return 1e6 / rate


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both in turns."""
    many = bench.pick(MANY_QUICK, MANY)
    with ExitStack() as opened:
        costs = {
            name: Cost(bench=bench, waiting=opened.enter_context(_waiting(bench, rows)))
            for name, rows in (("ours", many), ("limit", FEW))
        }
        found = alternate(costs, rounds=bench.pick(5, 9))
    yield Figure(
        name="history_claims",
        unit="µs/delivery",
        ours=found.median("ours"),
        limit=found.median("limit"),
        ratio=found.ratio("ours", "limit"),
        target=TARGET,
        lower_is_better=True,
        note=f"{many:,} finished sends against {FEW:,}",
    )


@contextmanager
def _waiting(bench: Bench, rows: int) -> Iterator[Waiting]:
    size = bench.pick(2000, 10_000)
    with bench.place() as place:
        bench.runner.run(place.make_partitions(*first_days()))
        with bench.entered(Waiting.on(place, settings(), channel="push", size=size)) as waiting:
            fill(place, rows, bench.tell)
            yield waiting
