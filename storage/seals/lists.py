"""Status lists as they are published: built from the database, signed, and kept until a seal changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from storage.errors import NotFoundError
from storage.seals.keys import SealKeys
from storage.seals.statuses import ENTRIES, SealState, pack, to_sign, with_signature
from storage.unit_of_work import Reading

_EXISTS = "SELECT FROM seal WHERE status_index >= %s ORDER BY status_index DESC LIMIT 1"
_COUNTS = """
SELECT count(*), count(*) FILTER (WHERE state = 'revoked') FROM seal
WHERE status_index >= %(first)s AND status_index < %(end)s AND state <> 'valid'
"""
_CHANGED = """
SELECT state, array_agg((status_index - %(first)s)::int) FROM seal
WHERE status_index >= %(first)s AND status_index < %(end)s AND state <> 'valid' GROUP BY state
"""

Version = tuple[int, int]
"""How many seals are not valid, and how many of them are revoked.

As a state goes one way only, every change makes one of the two larger, and none makes one smaller.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedList:
    """A list, signed.

    Attributes:
        token: JWT of the type `statuslist+jwt`.
        issued_at: as of when it tells, in seconds since 1970.
        version: changes with the state of a seal.
    """

    token: str
    issued_at: int
    version: Version


class StatusLists:
    """All lists of an installation; each is kept signed, for at most `ttl` seconds and until a seal changes.

    Args:
        open_reading: opens a read-only transaction. None is open while a list is signed.
        keys: one of them signs.
        url: where the lists are published, without the number.
        ttl: seconds for which others may keep a list.
    """

    def __init__(
        self, open_reading: Callable[[], Reading], keys: SealKeys, *, url: str, ttl: int = 900
    ) -> None:
        self._open_reading = open_reading
        self._keys = keys
        self._url = url
        self._kept: dict[int, PublishedList] = {}
        self._making = asyncio.Lock()
        self.ttl = ttl

    async def current(self, number: int, now: float) -> PublishedList:
        """Return a list as it is now (seconds since 1970).

        Raises:
            NotFoundError: no seal has its place in this list yet.
        """
        kept = await self._still_good(number, now)
        if kept is None:
            # Of many who ask when a list has run out one makes the next, and the others take that.
            async with self._making:
                kept = await self._still_good(number, now) or await self._made(number, int(now))
        return kept

    async def _still_good(self, number: int, now: float) -> PublishedList | None:
        kept = self._kept.get(number)
        if kept is None or now >= kept.issued_at + self.ttl:
            return None
        async with self._open_reading() as reading:
            return kept if kept.version == await _version(reading, number) else None

    async def _made(self, number: int, now: int) -> PublishedList:
        async with self._open_reading() as reading:
            await _require_seals(reading, number)
            states = await _changed(reading, number)
        self._kept[number] = made = await self._signed(number, states, now)
        return made

    async def _signed(self, number: int, states: dict[SealState, list[int]], issued_at: int) -> PublishedList:
        key = self._keys.signing(issued_at)
        text = to_sign(
            f"{self._url}/{number}", pack(states), kid=key.public.kid, issued_at=issued_at, ttl=self.ttl
        )
        token = with_signature(text, await key.sign(text.encode()))
        counts = {state: len(entries) for state, entries in states.items()}
        version = (sum(counts.values()), counts.get(SealState.REVOKED, 0))
        return PublishedList(token=token, issued_at=issued_at, version=version)


def _places(number: int) -> dict[str, int]:
    return {"first": number * ENTRIES, "end": (number + 1) * ENTRIES}


async def _require_seals(reading: Reading, number: int) -> None:
    # Of a list in the middle whose places were all lost there would be one too: it does no harm.
    if number < 0 or (await (await reading.driver()).execute(_EXISTS, (number * ENTRIES,))).rowcount == 0:
        raise NotFoundError("no such list")


async def _version(reading: Reading, number: int) -> Version:
    row = await (await (await reading.driver()).execute(_COUNTS, _places(number))).fetchone()
    total, revoked = row  # type: ignore[misc] # a count has always a row
    return int(str(total)), int(str(revoked))


async def _changed(reading: Reading, number: int) -> dict[SealState, list[int]]:
    cursor = await (await reading.driver()).execute(_CHANGED, _places(number))
    return {SealState(str(state)): list(entries) for state, entries in await cursor.fetchall()}  # type: ignore[call-overload] # an array
