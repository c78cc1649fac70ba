"""What lists that portals share held when they were last read, and what they hold no more."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, LiteralString

from storage.errors import StorageError
from storage.portal_pulls.kinds import Stream
from storage.procedures.comparing import MOST_GONE
from storage.unit_of_work import Reading, UnitOfWork

_LISTED = "SELECT code FROM portal_listed WHERE deployment = %s AND stream = %s AND gone_at IS NULL"
_GONE = """
SELECT code FROM portal_listed WHERE deployment = %s AND stream = %s AND gone_at IS NOT NULL ORDER BY code
"""
# What is gone for long keeps since when.
_LEAVE = """
UPDATE portal_listed SET gone_at = %(now)s
WHERE deployment = %(deployment)s AND stream = %(stream)s AND gone_at IS NULL AND code <> ALL(%(codes)s)
"""
_ADD = """
INSERT INTO portal_listed (deployment, stream, code)
SELECT %(deployment)s, %(stream)s, g.code FROM unnest(%(codes)s::text[]) AS g(code) ORDER BY g.code
ON CONFLICT (deployment, stream, code) DO UPDATE SET gone_at = NULL WHERE portal_listed.gone_at IS NOT NULL
"""


class ListShrunkError(StorageError):
    """So much is missing in a list that it seems to have been cut."""

    def __init__(self, *, gone: int, total: int) -> None:
        super().__init__(f"{gone} of {total} entries are listed no more")
        self.gone = gone
        self.total = total


def require_no_shrinkage(
    before: Collection[str], told: Collection[str], tier: Callable[[str], object] = lambda _: None
) -> None:
    """Raise ListShrunkError where more than 30% of what was listed is not any more.

    Args:
        before: codes that were listed.
        told: those that are now.
        tier: the kind of thing that a code stands for; each is counted by itself.
    """
    counts: dict[object, list[int]] = {}
    for code in before:
        count = counts.setdefault(tier(code), [0, 0])
        count[0] += code not in told
        count[1] += 1
    for gone, total in counts.values():
        if gone > MOST_GONE * total:
            raise ListShrunkError(gone=gone, total=total)


async def listed(reading: Reading, deployment: str, stream: Stream) -> frozenset[str]:
    """Return the codes that a list held when it was last read."""
    return frozenset(await _codes(reading, _LISTED, deployment, stream))


async def keep(
    uow: UnitOfWork, deployment: str, stream: Stream, codes: Collection[str], now: datetime
) -> list[str]:
    """Keep what a list holds; return the codes that it ever held and does not any more."""
    given: Mapping[str, object] = {
        "deployment": deployment,
        "stream": stream,
        "codes": list(codes),
        "now": now,
    }
    driver = await uow.driver()
    await driver.execute(_LEAVE, given)
    await driver.execute(_ADD, given)
    return await _codes(uow, _GONE, deployment, stream)


async def _codes(reading: Reading, statement: LiteralString, deployment: str, stream: Stream) -> list[str]:
    rows: list[Any] = await (
        await (await reading.driver()).execute(statement, (deployment, stream))
    ).fetchall()
    return [code for (code,) in rows]
