"""Arrivals on disk, for those who kill the process and want to know afterwards what it had taken in."""

import pathlib
import pickle
from collections.abc import Iterator

from infra.sandbox.outbox import Arrival


class Journal:
    """A file to which every arrival is appended before anybody gets an answer to it.

    Each is handed to the system in one piece, so it outlives the process (not the machine). Who was killed
    amid a write leaves a torn end, which is cut off: nobody had an answer to that arrival.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)

    def read(self) -> Iterator[Arrival]:
        """Yield the arrivals of earlier processes, oldest first."""
        end = 0
        with self._path.open("rb") as reader:
            try:
                while True:
                    yield pickle.load(reader)
                    end = reader.tell()
            except (EOFError, pickle.UnpicklingError):
                self._file.truncate(end)

    def append(self, arrival: Arrival) -> None:
        """Keep one more."""
        self._file.write(pickle.dumps(arrival))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
