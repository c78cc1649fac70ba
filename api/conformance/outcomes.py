"""What an integration says became of each fact."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.conformance.doors import Doors, read_doors


class Said(StrEnum):
    """What became of a fact."""

    TOLD = "told"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a scenario ended on the integration's side.

    Attributes:
        finished: within its time.
        code: the exit code of its command; none where it is no command of ours.
        said: what it says became of each fact, by the fact's id and revision.
        output: all that it wrote, where we can see that.
        doors: which it says it uses; none where it says nothing of that.
    """

    finished: bool
    said: Mapping[tuple[str, int], Said]
    code: int | None = None
    output: str | None = None
    doors: Doors | None = None

    @property
    def well(self) -> bool:
        """Whether it came to its end by itself."""
        return self.finished and not self.code


def read_outcomes(items: Iterable[Any]) -> dict[tuple[str, int], Said]:
    """Read `{"fact": …, "revision": …, "outcome": …}`; the last word on a fact counts, all else is noise."""
    said: dict[tuple[str, int], Said] = {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("fact"), str):
            continue
        revision = item.get("revision", 1)
        if isinstance(revision, int) and item.get("outcome") in tuple(Said):
            said[item["fact"], revision] = Said(item["outcome"])
    return said


def read_lines(output: str) -> dict[tuple[str, int], Said]:
    """Read outcomes among the lines that a command wrote."""
    return read_outcomes(_documents(output))


def doors_in(output: str) -> Doors | None:
    """Read `{"doors": […]}` among the lines that a command wrote; the last word counts."""
    said = [read_doors(item.get("doors")) for item in _documents(output) if isinstance(item, dict)]
    return next((doors for doors in reversed(said) if doors), None)


def _documents(output: str) -> Iterable[Any]:
    return (_json(line) for line in output.splitlines() if line.lstrip().startswith("{"))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
