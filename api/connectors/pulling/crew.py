"""Helpers that keep pages of a portal's, each a process of its own: what is dear is to draw up, not to write.

A helper knows all by the environment that it shares with us. It reads pages from its standard input and ends
with it; a page is one line of JSON, and so is what became of it.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from api.connectors.portals.port import Record
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.keeping import Kept
from storage.errors import StorageError
from storage.portal_pulls.strays import Stray

LONGEST_LINE = 64 * 1024 * 1024
"""More than a portal may answer at once (`api.connectors.portals.wire`), and what JSON adds to it."""
_MODULE = "api.connectors.pulling.helper"


class HelperError(StorageError):
    """A helper ended, or could not keep a page; what it was given is to be given again."""


class Helper:
    """One process that keeps pages, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def keep(self, records: Sequence[Record]) -> Kept:
        """Keep a page. Raises HelperError and NobodySpeaksError."""
        if self._process.stdin is None or self._process.stdout is None:
            raise HelperError("without pipes")
        try:
            self._process.stdin.write(json.dumps(records).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        except (ConnectionError, ValueError) as error:
            raise HelperError(type(error).__name__) from error
        if not line:
            raise HelperError("ended")
        return _read(json.loads(line))

    async def close(self) -> None:
        """Let it end: nothing that it was given is under way any more, or else is given up."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


class Crew:
    """Some helpers, of which each takes the next page as soon as it is free."""

    def __init__(self, helpers: Sequence[Helper]) -> None:
        self.size = len(helpers)
        self._free: asyncio.Queue[Helper] = asyncio.Queue()
        for helper in helpers:
            self._free.put_nowait(helper)

    async def keep(self, records: Sequence[Record]) -> Kept:
        """Keep a page. Raises HelperError and NobodySpeaksError."""
        helper = await self._free.get()
        try:
            return await helper.keep(records)
        finally:
            self._free.put_nowait(helper)


@asynccontextmanager
async def crew_of(portal: str, size: int) -> AsyncIterator[Crew]:
    """Start helpers for a portal, by our name of it, and let them end in the end."""
    helpers = [await _start(portal) for _ in range(size)]
    try:
        yield Crew(helpers)
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


async def _start(portal: str) -> Helper:
    return Helper(
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", _MODULE, portal),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            # A signal for us is none for them: they end when their work does.
            start_new_session=True,
        )
    )
