"""Asking over HTTP: bounded in time and bytes, and honest about whether a request can have arrived."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

CONNECT_SECONDS = 5.0
MOST_BYTES = 16 * 1024 * 1024
"""A page of 1000 dossiers, each of 16 kilobytes."""
MOST_DEPTH = 32
_LONGEST_REST = timedelta(days=1)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, always a POST: what is secret in it stands in headers and body, never in its address."""

    url: str
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer.

    Attributes:
        status: of HTTP.
        body: of JSON; none where it is an object of none.
        retry_after: for how long we are to stay away (RFC 9110, 10.2.3), a day at the most.
    """

    status: int
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    retry_after: timedelta | None = None


class SilenceError(Exception):
    """There was no answer.

    Attributes:
        sent: the request may have arrived.
        retry_after: after which it makes sense to ask again, where it was not sent at all.
    """

    def __init__(self, why: str, *, sent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.sent, self.retry_after = sent, retry_after


class Wire:
    """Connections to one portal.

    Args:
        timeout: seconds for a request and its answer.
        connections: how many at once.
    """

    def __init__(self, *, timeout: float, connections: int = 4) -> None:
        self._timeout = timeout
        self._http = httpx.AsyncClient(
            # A few kilobytes can be unpacked to gigabytes: so nothing comes packed.
            headers={"accept": "application/json", "accept-encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            limits=httpx.Limits(max_connections=connections),
        )

    async def ask(self, asked: Asked) -> Said:
        """Send a request, and return what is answered. Raises SilenceError."""
        request = self._http.build_request(
            "POST", asked.url, json=asked.json, data=asked.form, headers=asked.headers
        )
        try:
            # One that says a byte now and then would keep us for ever.
            async with asyncio.timeout(self._timeout):
                response = await self._http.send(request, stream=True)
                try:
                    content = await _content(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, TimeoutError) as error:
            raise SilenceError(type(error).__name__, sent=not isinstance(error, _NEVER_SENT)) from error
        return Said(
            status=response.status_code, body=_object(content), retry_after=_rest(response, datetime.now(UTC))
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()


async def _content(response: httpx.Response) -> bytes:
    """Return an answer, not unpacked if it is packed; nothing of a flood."""
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            return b""
    return bytes(content)


def _object(content: bytes) -> Mapping[str, Any] | None:
    try:
        # Some servers begin with a mark of byte order.
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not _is_deep(found) else None


def _is_deep(found: Mapping[str, Any]) -> bool:
    """Whether lists and objects stand within each other as in no record: it could not be written again."""
    level: list[Any] = [found]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _rest(response: httpx.Response, now: datetime) -> timedelta | None:
    asked = response.headers.get("retry-after", "").strip()
    if not asked:
        return None
    try:
        rest = timedelta(seconds=int(asked)) if asked.isdecimal() else _until(asked) - now
    except (ValueError, OverflowError):
        return None
    return min(max(rest, timedelta(0)), _LONGEST_REST)


def _until(date: str) -> datetime:
    at = parsedate_to_datetime(date)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
