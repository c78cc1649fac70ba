"""The measuring system (EMC) over HTTP.

There is no public description of its interface. It is taken to be like the others of its kind: a POST of
JSON with a bearer token, answered by a code, words and a number; a GET by our key answers the same, or 404.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.port import (
    Answer,
    MeasuringError,
    NotLetInError,
    Receipt,
    RefusedError,
    UnavailableError,
)
from api.connectors.measuring.wording import body, read
from notify.channels.http import rest_asked_for, surely_not_sent
from storage.reports.sending import Filing

TIMEOUT_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_LARGEST = 64 * 1024
"""Bytes of an answer that are read: it is a number and a sentence."""
_NOT_NOW = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmcAccount:
    """Where reports go, and in whose name.

    Attributes:
        url: of the collection of reports; one of them is below it, by its key.
        unit: who reports, as the system knows it.
    """

    url: str
    key: str = field(repr=False)
    unit: str
    dialect: EmcDialect


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An answer: what could be read of it, and its status of HTTP."""

    status: int
    answer: Answer | None
    number: str | None
    response: httpx.Response


class Emc:
    """A `api.connectors.measuring.port.MeasuringSystem`.

    Args:
        account: where, and who.
        timeout: seconds that a whole exchange may take.
    """

    name = "emc"

    def __init__(self, account: EmcAccount, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._account, self._timeout = account, timeout
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout)),
            # A few kilobytes can be unpacked to gigabytes: so nothing comes packed.
            headers={
                "Authorization": f"Bearer {account.key}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def report(self, filing: Filing) -> Receipt:
        """Send a report. Raises MeasuringError."""
        account = self._account
        content = await asyncio.to_thread(_written, filing, account)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        said = await self._ask("POST", account.url, content=content, headers=headers)
        if said.number is None and said.answer and said.answer.code in account.dialect.known:
            found = await self.find(filing.key)
            if found is None:
                raise UnavailableError("it knows the key, and has no such report", said.answer, unsure=True)
            return found
        return self._receipt(said)

    async def find(self, key: str) -> Receipt | None:
        """Ask by our key. Raises MeasuringError."""
        said = await self._ask("GET", f"{self._account.url}/{key}")
        return None if said.status == HTTPStatus.NOT_FOUND else self._receipt(said)

    def _receipt(self, said: _Said) -> Receipt:
        if not self._taken_in(said):
            raise _trouble(said)
        if said.answer is None or said.number is None:
            raise UnavailableError("it names no number of a receipt", said.answer, unsure=True)
        return Receipt(number=said.number, answer=said.answer)

    def _taken_in(self, said: _Said) -> bool:
        code = said.answer and said.answer.code
        if code in self._account.dialect.known:
            return said.status < HTTPStatus.INTERNAL_SERVER_ERROR
        return code in self._account.dialect.success and said.status < HTTPStatus.MULTIPLE_CHOICES

    async def _ask(
        self, method: str, url: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> _Said:
        request = self._http.build_request(method, url, content=content, headers=headers)
        try:
            # One that says a byte now and then would keep us for ever.
            async with asyncio.timeout(self._timeout):
                response = await self._http.send(request, stream=True)
                try:
                    raw = await _begun(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, TimeoutError) as error:
            raise UnavailableError(type(error).__name__, unsure=not surely_not_sent(error)) from error
        answer, number = read(_json(raw), self._account.dialect) or (None, None)
        return _Said(status=response.status_code, answer=answer, number=number, response=response)


def _written(filing: Filing, account: EmcAccount) -> bytes:
    return json.dumps(body(filing, account.unit, account.dialect), ensure_ascii=False).encode()


async def _begun(response: httpx.Response) -> bytes:
    """Return an answer, packed if it is; of a flood its beginning: neither can be read."""
    raw = bytearray()
    async for chunk in response.aiter_raw():
        raw += chunk
        if len(raw) > _LARGEST:
            break
    return bytes(raw[:_LARGEST])


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _trouble(said: _Said) -> MeasuringError:
    """Say what an answer means that is no receipt."""
    why = f"HTTP {said.status}"
    if said.status in _NOT_NOW:
        rest = rest_asked_for(said.response, now=datetime.now(UTC))
        return UnavailableError(why, said.answer, unsure=False, retry_after=rest)
    if said.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return NotLetInError(why, said.answer)
    if said.status >= HTTPStatus.INTERNAL_SERVER_ERROR or said.status == HTTPStatus.REQUEST_TIMEOUT:
        return UnavailableError(why, said.answer, unsure=True)
    if said.answer is not None:
        return RefusedError(why, said.answer)
    if said.status < HTTPStatus.MULTIPLE_CHOICES:
        return UnavailableError(f"{why}, with an answer that can not be read", unsure=True)
    # Another address, or somebody in between: nothing that a second try would change.
    return NotLetInError(why)
