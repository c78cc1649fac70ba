"""Whether something new can rest on a procedure, as it was looked at."""

from typing import Any

from storage.questions.errors import Flaw, Unfounded
from storage.questions.resting import RestsOn
from storage.unit_of_work import Reading

_PROCEDURE = "SELECT version, removed_in IS NOT NULL FROM procedure WHERE code = %s"


async def version_in_force(reading: Reading, code: str) -> int:
    """Return the version of a procedure that is in force. Raises Unfounded where there is none (any more)."""
    row: Any = await (await (await reading.driver()).execute(_PROCEDURE, (code,))).fetchone()
    if row is None:
        raise Unfounded(Flaw.UNKNOWN)
    version, removed = row
    if removed:
        raise Unfounded(Flaw.REMOVED)
    return int(version)


async def require_founded(reading: Reading, rests_on: RestsOn | None) -> None:
    """Raise Unfounded where nothing new can rest on a procedure as it was seen.

    A version that was overtaken meanwhile will do: what rests on it is stale from the start, and shown so.
    """
    if rests_on and not 0 <= rests_on.version <= await version_in_force(reading, rests_on.code):
        raise Unfounded(Flaw.AHEAD)
