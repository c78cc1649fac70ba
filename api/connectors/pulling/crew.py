"""Helpers that keep pages of a portal's, each a process of its own: what is dear is to draw up, not to write.

A helper knows all by the environment that it shares with us. It reads pages from its standard input and ends
with it; a page is one line of JSON, and so is what became of it.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from api.connectors.engine import Link
from api.connectors.portals.port import Record
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.keeping import Keeping, Kept
from storage.errors import StorageError
from storage.portal_pulls.strays import Stray

LONGEST_LINE = 64 * 1024 * 1024
"""More than a portal may answer at once (`api.connectors.portals.wire`), and what JSON adds to it."""
AHEAD = 3
"""Pages that a helper is given before it answers to the first."""
PATIENCE = 240.0
"""Seconds that a helper has for a page: many times what the largest takes, and less than a turn is ours."""
CLOSING = 10.0
"""Seconds that a helper has to end by itself."""
_MODULE = "api.connectors.pulling.helper"


class HelperError(StorageError):
    """A helper ended, is stuck, or could not keep a page; what it was given is to be given again."""


class Helper:
    """One process that keeps pages, one after another, and answers in the order of them.

    Args:
        process: with pipes to its standard input and from its standard output.
        patience: seconds after which one that neither takes a page nor answers is given up, and killed.
    """

    def __init__(self, process: asyncio.subprocess.Process, *, patience: float = PATIENCE) -> None:
        self._process, self._patience = process, patience
        # Both let in by turns: whoever was first to give is first to hear.
        self._giving, self._hearing = asyncio.Lock(), asyncio.Lock()

    async def keep(self, records: Sequence[Record]) -> Kept:
        """Keep a page. Raises HelperError and NobodySpeaksError."""
        if self._process.stdin is None or self._process.stdout is None:
            raise HelperError("without pipes")
        try:
            # Each counts from when it is our turn, so that only one that does nothing at all is given up.
            async with self._giving, asyncio.timeout(self._patience):
                if self._process.stdin.is_closing():
                    raise HelperError("ended")
                self._process.stdin.write(json.dumps(records).encode() + b"\n")
                await self._process.stdin.drain()
            async with self._hearing, asyncio.timeout(self._patience):
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            # What it holds in the database is let go of with it.
            self._kill()
            raise HelperError("silent") from error
        except (ConnectionError, ValueError) as error:
            raise HelperError(type(error).__name__) from error
        if not line.endswith(b"\n"):
            # Nothing, or half an answer: it was killed amid it.
            raise HelperError("ended")
        return _read(json.loads(line))

    async def close(self) -> None:
        """Let it end: nothing that it was given is under way any more, or else is given up."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(CLOSING):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()


class Keeper(Protocol):
    """Whoever keeps pages: a helper, or we ourselves."""

    async def keep(self, records: Sequence[Record]) -> Kept:
        """Keep a page."""
        ...


class Crew:
    """We and some helpers, of whom each takes the next page as soon as it is free."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        self.size = len(keepers)
        self._free: asyncio.Queue[Keeper] = asyncio.Queue()
        for keeper in keepers:
            self._free.put_nowait(keeper)

    async def keep(self, records: Sequence[Record]) -> Kept:
        """Keep a page. Raises HelperError and NobodySpeaksError."""
        keeper = await self._free.get()
        try:
            return await keeper.keep(records)
        finally:
            self._free.put_nowait(keeper)


@asynccontextmanager
async def crew_of(link: Link, *, patience: float = PATIENCE) -> AsyncIterator[Crew]:
    """Start the helpers that a deployment has by its settings, and let them end in the end."""
    helpers: list[Helper] = []
    try:
        for _ in range(link.deployment.pull.helpers):
            # One by one: those that were started are ended also where the next can not be.
            helpers += [Helper(await _start(link.name), patience=patience)]
        # A helper has further pages on its pipe: while we draw up ourselves, nobody feeds it.
        yield Crew([*helpers * AHEAD, Keeping(link, hurried=True)])
    finally:
        await asyncio.gather(*(helper.close() for helper in helpers))


def written(kept: Kept) -> dict[str, Any]:
    """Return what became of a page as a helper says it. Strays are told without their records."""
    told = [(stray.code, stray.reason, stray.place) for stray in kept.strays]
    return {"records": kept.records, "events": kept.events, "repeated": kept.repeated, "strays": told}


def _read(said: dict[str, Any]) -> Kept:
    if error := said.get("error"):
        raise NobodySpeaksError(said["about"]) if error == NobodySpeaksError.__name__ else HelperError(error)
    strays = [Stray(record={}, code=code, reason=reason, place=at) for code, reason, at in said.pop("strays")]
    return Kept(**said, strays=strays)


async def _start(portal: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", _MODULE, portal),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        # A signal for us is none for them: they end when their work does.
        start_new_session=True,
    )
