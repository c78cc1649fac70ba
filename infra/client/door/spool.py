"""Events on disk until TinDan has them: they survive the end of a program, and a loss of power."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from .events import MOST, Event, Events, Result

_TABLE = """
CREATE TABLE IF NOT EXISTS event (
  number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, problem TEXT
)
"""
SECONDS = 30.0


class Spool:
    """A file of events.

    It holds what is personal, and is its owner's alone to read. Several programs may share it; two that
    empty it at once send some events twice, which is harmless.

    Args:
        path: made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600, exist_ok=True)
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(_TABLE)

    def put(self, event: Event) -> None:
        """Keep an event with its `event_id`; again is once. Raises ValueError for another under that id."""
        body = json.dumps(dict(event), ensure_ascii=False, sort_keys=True)
        with self._open() as database:
            given = (event["event_id"], body)
            database.execute("INSERT OR IGNORE INTO event (event_id, body) VALUES (?, ?)", given)
            (kept,) = database.execute("SELECT body FROM event WHERE event_id = ?", given[:1]).fetchone()
        if kept != body:
            raise ValueError(f"{event['event_id']} stands for another event")

    def empty(self, events: Events) -> Iterator[Result]:
        """Send what waits, oldest first, and forget what TinDan has; yield what became of each.

        What is refused stays, apart, with its problem: see `refused`. Raises as `Events.send`; what was not
        answered then waits on.
        """
        after = 0
        while waiting := self._waiting(after):
            after = waiting[-1][0]
            for result in events.send(json.loads(body) for _, body in waiting):
                self._settle(result)
                yield result

    def refused(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return the events that were refused, each with its problem."""
        with self._open() as database:
            rows = database.execute(
                "SELECT body, problem FROM event WHERE problem IS NOT NULL ORDER BY number"
            )
            return [(json.loads(body), json.loads(problem)) for body, problem in rows]

    def drop(self, event_id: str) -> None:
        """Forget an event, as one that was refused and was told anew under another id."""
        with self._open() as database:
            database.execute("DELETE FROM event WHERE event_id = ?", (event_id,))

    def __len__(self) -> int:
        """How many wait."""
        with self._open() as database:
            (count,) = database.execute("SELECT count(*) FROM event WHERE problem IS NULL").fetchone()
            return int(count)

    def _waiting(self, after: int) -> list[tuple[int, str]]:
        query = "SELECT number, body FROM event WHERE problem IS NULL AND number > ? ORDER BY number LIMIT ?"
        with self._open() as database:
            return list(database.execute(query, (after, MOST)))

    def _settle(self, result: Result) -> None:
        event_id = result.event["event_id"]
        if result.kept:
            self.drop(event_id)
            return
        with self._open() as database:
            problem = json.dumps(dict(result.problem or {}), ensure_ascii=False)
            database.execute("UPDATE event SET problem = ? WHERE event_id = ?", (problem, event_id))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=SECONDS)) as database, database:
            database.execute("PRAGMA synchronous = FULL")
            yield database
