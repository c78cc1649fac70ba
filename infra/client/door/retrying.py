"""Requests that are sent again when nothing is known of them, or when they came at a bad time.

Every request of an agency may be: what it names has an id of its own choice, and so has each request that
has none (`Idempotency-Key`), the same however often it is sent.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import uuid4

import httpx

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may well succeed."""


@dataclass(frozen=True)
class Patience:
    """How long one request is tried for.

    Attributes:
        attempts: how often at most, the first one included.
        first: seconds before the second attempt, doubled before each further one.
        longest: seconds between two attempts, unless the server asks for more.
        total: seconds after which no further attempt is begun.
    """

    attempts: int = 8
    first: float = 0.5
    longest: float = 60.0
    total: float = 600.0

    def wait(self, attempt: int, response: httpx.Response | None, spent: float) -> float | None:
        """Return the seconds to wait after an attempt (the first is 1); none to give up.

        A server that says when (`Retry-After`, RFC 9110, 10.2.3) is never asked sooner; else half of the
        time is left to chance, so that a thousand clients do not come back at once.
        """
        steps = min(self.first * 2 ** (attempt - 1), self.longest)
        pause = max(steps * (0.5 + random.random() / 2), _asked_for(response))
        return None if attempt >= self.attempts or spent + pause > self.total else pause


class Retrying(httpx.BaseTransport):
    """Sends through another transport, as often as it takes."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        patience: Patience,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._patience, self._sleep = inner, patience, sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises the last error where no attempt was answered."""
        request.read()
        course = _Course(request, self._patience)
        while True:
            try:
                response = self._inner.handle_request(request)
                if _is_short(response):
                    response.read()
            except httpx.TransportError:
                pause = course.pause(None)
                if pause is None:
                    raise
            else:
                pause = course.pause(response)
                if pause is None:
                    return response
                response.close()
            self._sleep(pause)

    def close(self) -> None:
        """Close the other one."""
        self._inner.close()


class AsyncRetrying(httpx.AsyncBaseTransport):
    """The same, for asynchronous clients."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        patience: Patience,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner, self._patience, self._sleep = inner, patience, sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises the last error where no attempt was answered."""
        await request.aread()
        course = _Course(request, self._patience)
        while True:
            try:
                response = await self._inner.handle_async_request(request)
                if _is_short(response):
                    await response.aread()
            except httpx.TransportError:
                pause = course.pause(None)
                if pause is None:
                    raise
            else:
                pause = course.pause(response)
                if pause is None:
                    return response
                await response.aclose()
            await self._sleep(pause)

    async def aclose(self) -> None:
        """Close the other one."""
        await self._inner.aclose()


class _Course:
    """The attempts at one request, which bears one name in all of them."""

    def __init__(self, request: httpx.Request, patience: Patience) -> None:
        if request.method == "POST" and "idempotency-key" not in request.headers:
            request.headers["idempotency-key"] = str(uuid4())
        self._patience, self._begun, self._attempts = patience, time.monotonic(), 0

    def pause(self, response: httpx.Response | None) -> float | None:
        """Return how long to wait before the next attempt; none where this one was the last."""
        self._attempts += 1
        if response is not None and response.status_code not in AGAIN:
            return None
        return self._patience.wait(self._attempts, response, time.monotonic() - self._begun)


def _is_short(response: httpx.Response) -> bool:
    """Whether an answer is read at once, so that one that breaks off is asked for again; files are not."""
    return "json" in response.headers.get("content-type", "")


def _asked_for(response: httpx.Response | None) -> float:
    """Return the seconds of `Retry-After`, which may be a date; 0 where there are none."""
    told = "" if response is None else response.headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    if at.tzinfo is None:  # "-0000"
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
