"""Dossiers of a portal filled in, against COPY and merge of the very same rows.

Ours is a process of our own with its helper, given records as a portal writes them. The rows that it wrote
are then read, which is not timed, and copied to temporary tables of a second database of the same schema,
from which they are merged by one connection that has nothing to think about.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import IO

from psycopg import sql

from infra.bench.copied_rows import NEW_SINCE, CopiedRows, Table
from infra.bench.figures import Figure, compare
from infra.bench.many_dossiers import EVENTS, PAGE
from infra.bench.place import Bench, Place, per_second

TARGET = 0.5
MOST_MB = 300
SIZE = "TINDAN_BENCH_DOSSIERS"
"""Sets how many dossiers a turn has: 1,000,000 is the figure that was promised."""
USUAL = (4_000, 20_000)
LONG = 100_000
"""From so many on, a turn of each is enough."""
_DESCRIBED = {
    "quoc-gia": {
        "style": "session",
        "url": "http://127.0.0.1:9/",
        "sign_in_url": "http://127.0.0.1:9/",
        "unit": "000.00.00.H26",
        "agencies": ["H26"],
        "username_env": "USER_OF_NOBODY",
        "password_env": "USER_OF_NOBODY",
        "answers": {"success": ["00"]},
        "offers": ["dossier", "changed", "progress"],
        "page_size": PAGE,
    }
}


@dataclass(kw_only=True)
class Turns:
    """Fills in, and merges the rows of that when its turn comes."""

    size: int
    asked: IO[str]
    answers: IO[str]
    rows: CopiedRows
    first: int = 1
    most_mb: float = 0
    written: list[tuple[Table, bytes]] = field(default_factory=list)

    def ours(self) -> float:
        """Fill in dossiers that nobody has seen."""
        since = self.rows.now()
        self.asked.write(f"{self.first} {self.size}\n")
        self.asked.flush()
        self.first += self.size
        line = self.answers.readline()
        if not line:
            raise AssertionError("the process that fills in has ended")
        told = json.loads(line)
        self.most_mb = max(self.most_mb, told["mb"])
        self.written = [(table, self._copied(table, since)) for table in self.rows.tables]
        return float(told["rate"])

    def merged(self) -> float:
        """Merge the rows of the last turn into the other database."""
        return per_second(self.size, self._merge)

    def _copied(self, table: Table, since: object) -> bytes:
        query = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT (FORMAT binary)").format(
            _names(table), sql.Identifier(table.name), sql.SQL(NEW_SINCE[table.name])
        )
        with self.rows.source.cursor().copy(query, (since,)) as copy:
            return b"".join(bytes(part) for part in copy)

    def _merge(self) -> None:
        sink = self.rows.sink
        for table, content in self.written:
            name, columns = sql.Identifier(table.name), _names(table)
            given = sql.Identifier(f"given_{table.name}")
            sink.execute(
                sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                    given, columns, name
                )
            )
            with sink.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(given)) as copy:
                copy.write(content)
            sink.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING").format(
                    name, columns, columns, given
                )
            )
        sink.commit()


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure speed, and then memory."""
    size = int(os.environ.get(SIZE, bench.pick(*USUAL)))
    with ExitStack() as opened:
        ours, limit = opened.enter_context(bench.place()), opened.enter_context(bench.place())
        rows = opened.enter_context(CopiedRows.between(ours, limit))
        process = opened.enter_context(_process(ours))
        turns = Turns(size=size, asked=_pipe(process.stdin), answers=_pipe(process.stdout), rows=rows)
        turns.answers.readline()
        bench.tell(f"backfill: {size:,} dossiers of {EVENTS} events a turn")
        long = size > LONG
        figure = compare(
            "backfill",
            "dossiers/s",
            TARGET,
            ours=turns.ours,
            limit=turns.merged,
            rounds=1 if long else bench.pick(2, 5),
            # Minutes of work warm themselves up.
            warm_up=not long,
        )
        yield replace(figure, note=f"{size:,} dossiers of {EVENTS} events")
        yield Figure(
            name="backfill_memory",
            unit="MB",
            ours=turns.most_mb,
            limit=MOST_MB,
            ratio=turns.most_mb / MOST_MB,
            target=1,
            lower_is_better=True,
        )


@contextmanager
def _process(place: Place) -> Iterator["subprocess.Popen[str]"]:
    told = {
        "DATABASE_URL": place.url,
        "TINDAN_PORTALS": json.dumps(_DESCRIBED),
        "USER_OF_NOBODY": "nobody",
        "TINDAN_LOG_LEVEL": "WARNING",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "infra.bench.backfill_process"],
        env=os.environ | told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _pipe(end: IO[str] | None) -> IO[str]:
    if end is None:
        raise AssertionError("it was started with pipes")
    return end


def _names(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column, _ in table.columns)
