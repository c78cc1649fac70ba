"""`python -m infra.bench`: see --help."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop
from pydantic import ValidationError

from api.settings import Settings
from api.stack import StackError, database
from infra.bench import logs
from infra.bench.catalogue import ENTRIES, chosen
from infra.bench.figures import Figure
from infra.bench.place import Bench
from infra.bench.report import Report
from storage.embedded import EmbeddedPostgresError
from storage.errors import StorageError
from storage.settling import settle

EPILOG = """\
Each figure is measured in turns with its limit (A B A B ...), and its ratio is the median of the ratios of
the rounds, so that what else goes on on the machine strikes both. Databases are made for the run on the
server that DATABASE_URL names, else on the development database, and dropped in the end. The client, the
servers and PostgreSQL share the cores of this machine.

figures:
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; return the exit code: 0 when all was measured, whatever came out, else 2."""
    options = _options(arguments)
    report = Report(as_json=options.json)
    try:
        with report.progress() as tell, _bench(quick=options.quick, tell=tell) as bench:
            for figure in _measured(bench, options.only):
                report.add(figure)
    except (StorageError, StackError, EmbeddedPostgresError, ValidationError) as error:
        print(f"tindan bench: {error}", file=sys.stderr)
        return 2
    report.finish()
    return 0


def _measured(bench: Bench, only: Sequence[str]) -> Iterator[Figure]:
    names = frozenset(only or ENTRIES)
    for measure in chosen(names):
        bench.tell(measure.__module__.rpartition(".")[2])
        yield from (figure for figure in measure(bench) if figure.name in names)


@contextmanager
def _bench(*, quick: bool, tell: Callable[[str], None]) -> Iterator[Bench]:
    os.environ["TINDAN_ENV"] = "development"
    storage = Settings().storage
    with (
        tempfile.TemporaryDirectory(prefix="tindan-bench-") as folder,
        database(storage.data_dir.resolve(), storage.database_url) as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        # Keys, logs and the rest are of the run alone: the settings of all parts are read from here.
        os.environ["TINDAN_DATA_DIR"] = folder
        # What runs in this process runs as in a worker, and the limits gain as much.
        settle()
        logs.to_stderr()
        yield Bench(server=server, data_dir=Path(folder), quick=quick, tell=tell, runner=runner)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    width = max(map(len, ENTRIES))
    parser = argparse.ArgumentParser(
        prog="tindan bench",
        description="Measure the hot paths against their limits and their peers.",
        epilog=EPILOG + "\n".join(f"  {name:{width}}  {entry.help}" for name, entry in ENTRIES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rounds, fewer rows, shorter leases: some two minutes for all",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON array; progress goes to stderr")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=ENTRIES, default=[], help="measure these figures only"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
