"""Asking a platform over HTTP: bounded in time and bytes, and again where that can help."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from api.connectors.surveys.port import PlatformRefused, PlatformUnreachable

TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
TRIES = 3
FIRST_REST_SECONDS = 0.5
MOST_BYTES = 8 * 1024 * 1024
"""A page of 100 answers, each of 40 long texts."""
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# Deeply nested JSON ends in a RecursionError.
_UNREADABLE = (ValueError, RecursionError)


class Client:
    """Asks with PUT and GET alone, which may be repeated (RFC 9110, 9.2.2): after silence it asks again.

    Args:
        base_url: of the platform.
        key: shown with each request.
        timeout: seconds for a request and its answer.
        pause: waits; another one in tests.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._timeout, self._pause = timeout, pause
        self._http = httpx.AsyncClient(
            base_url=base_url,
            # A few kilobytes can be unpacked to gigabytes: so nothing comes packed.
            headers={"authorization": f"Bearer {key}", "accept-encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            limits=httpx.Limits(max_connections=4),
        )

    async def put(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put an object, and return the one that is answered. Raises PlatformError."""
        return await self._ask("PUT", path, json=body)

    async def get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """Get an object. Raises PlatformError."""
        return await self._ask("GET", path, params=query)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, **what: Any) -> Mapping[str, Any]:
        rest = FIRST_REST_SECONDS
        for left in reversed(range(TRIES)):
            try:
                return await self._ask_once(method, path, **what)
            except PlatformUnreachable:
                if not left:
                    raise
            # So that many processes fall out of step.
            await self._pause(rest * random.uniform(0.5, 1.5))  # noqa: S311 - nobody is to be kept from guessing
            rest *= 2
        raise AssertionError("the last try returns or raises")

    async def _ask_once(self, method: str, path: str, **what: Any) -> Mapping[str, Any]:
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream(method, path, **what) as answer,
            ):
                _judge(answer.status_code)
                content = await _read(answer)
        except (httpx.HTTPError, TimeoutError) as error:
            raise PlatformUnreachable(type(error).__name__) from error
        return _object(content)


def _judge(status: int) -> None:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _BUSY:
        raise PlatformUnreachable(f"status {status}")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise PlatformRefused(f"status {status}")


async def _read(answer: httpx.Response) -> bytes:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise PlatformRefused("a packed answer")
    content = bytearray()
    async for chunk in answer.aiter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            raise PlatformRefused("an answer too large")
    return bytes(content)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except _UNREADABLE as error:
        raise PlatformUnreachable("an answer cut short") from error
    if not isinstance(found, dict):
        raise PlatformRefused("an answer that is no object")
    return found
