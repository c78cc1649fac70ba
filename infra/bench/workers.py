"""Sends through a channel that does nothing by one, two and four worker processes at once.

They share nothing but the database. What they gain by being more is bounded by the cores of the machine, on
which PostgreSQL works as well; so the CPU that each side takes is told, too.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import IO

import psutil  # type: ignore[import-untyped] # it brings no types

from infra.bench.figures import Figure, alternate
from infra.bench.nothing import settings
from infra.bench.place import Bench, Place
from infra.bench.waiting import Waiting

COUNTS = (1, 2, 4)
TARGET = 1.0
_TWICE = "SELECT count(*) FROM finished_delivery WHERE attempt > 1 OR possible_duplicate"


@dataclass(frozen=True, kw_only=True)
class Workers:
    """So many processes, the first of those that run.

    Attributes:
        shares: of the machine's cores, taken by the processes and by all else, of each turn.
    """

    waiting: Waiting
    processes: Sequence["subprocess.Popen[str]"]
    shares: list[tuple[float, float]] = field(default_factory=list)

    def __call__(self) -> float:
        """Let them send all that waits; return deliveries/s."""
        self.waiting.put_back()
        busy, begun = _busy_seconds(), time.perf_counter()
        for process in self.processes:
            _pipe(process.stdin).write("go\n")
            _pipe(process.stdin).flush()
        answers = [json.loads(_pipe(process.stdout).readline()) for process in self.processes]
        seconds = time.perf_counter() - begun
        own = sum(answer["cpu"] for answer in answers)
        self.shares.append((own / seconds, max(0.0, _busy_seconds() - busy - own) / seconds))
        self._require_each_once(sum(answer["claimed"] for answer in answers))
        return self.waiting.size / seconds

    def told(self) -> str:
        """Say how busy the cores were."""
        own, others = (median(share) for share in zip(*self.shares, strict=True))
        return f"{len(self.processes)}: {own:.1f} + {others:.1f}"

    def _require_each_once(self, claimed: int) -> None:
        self.waiting.require_finished()
        with self.waiting.place.connect() as connection:
            twice = connection.execute(_TWICE).fetchone()
        if claimed != self.waiting.size or twice != (0,):
            raise AssertionError(f"{claimed} claims for {self.waiting.size} sends; {twice} sent twice")


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure all in turns."""
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        making = Waiting.on(place, settings(), channel="push", size=bench.pick(5000, 40_000))
        waiting = opened.enter_context(bench.entered(making))
        processes = [opened.enter_context(_process(place)) for _ in range(max(COUNTS))]
        turns = {count: Workers(waiting=waiting, processes=processes[:count]) for count in COUNTS}
        found = alternate({str(count): turn for count, turn in turns.items()}, rounds=bench.pick(3, 7))
    shares = "; ".join(turn.told() for turn in turns.values())
    yield Figure(
        name="workers",
        unit="deliveries/s",
        ours=found.median("2"),
        limit=found.median("1"),
        ratio=found.ratio("2", "1"),
        target=TARGET,
        peers={"4 workers": found.median("4")},
        note=f"2 against 1, no double sends; of {os.cpu_count()} cores, workers + PostgreSQL and all else "
        f"took: {shares}",
    )


@contextmanager
def _process(place: Place) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(place.data_dir),
        "DATABASE_URL": place.url,
    }
    command = [sys.executable, "-m", "infra.bench.drain_process"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if _pipe(process.stdout).readline() != "ready\n":
            raise AssertionError("a worker process did not come up")
        yield process
        # It ends where its input does, which the end of the block closes.


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise ValueError("no pipe was asked for")
    return pipe


def _busy_seconds() -> float:
    """Return the CPU seconds that the whole machine has spent at work."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))
