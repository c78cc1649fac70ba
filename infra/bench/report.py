"""Shows figures: as they come in, and all of them in the end."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from infra.bench.figures import Figure


class Report:
    """Writes the result to stdout, and everything else to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._figures: list[Figure] = []
        self._console = Console(stderr=True)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Show what goes on; yields how to say it."""
        with self._console.status("Setting up …") as status:
            yield lambda text: status.update(f"Measuring {text} …")

    def add(self, figure: Figure) -> None:
        """Take a figure, and show it."""
        self._figures.append(figure)
        self._console.print(
            f"{figure.name}: {figure.ratio:.3g} (target {_target(figure)}){_note(figure)}", highlight=False
        )

    def finish(self) -> None:
        """Print the result."""
        if self._as_json:
            json.dump([figure.as_json() for figure in self._figures], sys.stdout, indent=2)
            sys.stdout.write("\n")
        else:
            console = Console()
            console.print(self._table())
            for figure in self._figures:
                if figure.note:
                    console.print(f"{figure.name}{_note(figure)}", highlight=False)

    def _table(self) -> Table:
        table = Table("figure", "unit", "ours", "limit", "ratio", "target", "", "peers")
        for name in ("ours", "limit", "ratio", "target"):
            next(column for column in table.columns if column.header == name).justify = "right"
        for figure in self._figures:
            table.add_row(
                figure.name,
                figure.unit,
                f"{figure.ours:,.0f}",
                f"{figure.limit:,.0f}",
                f"{figure.ratio:.3g}",
                _target(figure),
                "[green]reached" if figure.reached else "[red]missed",
                ", ".join(f"{name} {value:,.0f}" for name, value in figure.peers.items()),
            )
        return table


def _note(figure: Figure) -> str:
    return f": {figure.note}" if figure.note else ""


def _target(figure: Figure) -> str:
    return f"{'<' if figure.lower_is_better else '≥'} {figure.target:g}"
