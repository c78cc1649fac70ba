"""Carries reports to where they are wanted, again and again for a while if nobody takes them."""

import asyncio
import collections
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import httpx

ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0  # seconds between attempts, doubling; providers take up to an hour
AT_ONCE = 32  # posts under way

_PATIENCE = 10  # seconds that a receiver has


class Report(NamedTuple):
    """One report, signed and ready to be posted."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Courier:
    """Posts reports and keeps count of what became of them."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._http = httpx.AsyncClient(timeout=_PATIENCE, limits=limits)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._came: collections.Counter[str] = collections.Counter()

    async def aclose(self) -> None:
        """Drop what is under way, and close the connections."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._http.aclose()

    def counts(self) -> dict[str, int]:
        """Return how many messages have reports to come, how many posts were tried, and how reports ended."""
        return {
            "waiting": len(self._under_way),
            "tried": self._came["tried"],
            "taken": self._came["taken"],
            "refused": self._came["refused"],
            "lost": self._came["lost"],
        }

    def send_later(self, reports: Sequence[Report], seconds: float) -> None:
        """Post reports one after the other, but not before that time has gone by."""
        task = asyncio.create_task(self._later(reports, seconds))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def send(self, reports: Sequence[Report], *, attempts: int = ATTEMPTS) -> None:
        """Post reports one after the other, going on to the next when one is taken, refused or lost."""
        for report in reports:
            self._came[await self._carried(report, attempts)] += 1

    async def _later(self, reports: Sequence[Report], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.send(reports)

    async def _carried(self, report: Report, attempts: int) -> str:
        pause = FIRST_PAUSE
        for attempt in range(attempts):
            if attempt:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            status = await self._post(report)
            if status is not None and status < 500:
                return "taken" if status < 300 else "refused"
        return "lost"

    async def _post(self, report: Report) -> int | None:
        try:
            async with self._room:
                self._came["tried"] += 1
                answer = await self._http.post(report.url, headers=report.headers, content=report.body)
        except httpx.HTTPError:
            return None
        return answer.status_code
