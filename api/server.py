"""How the API takes connections: uvicorn, held to limits that it does not have by itself.

uvicorn's parser takes a head of any size, and waits for it for ever; a body is limited by `api.edge`. A proxy
is needed before it all the same, and must do what one process can not: end TLS, limit the connections of one
address, and buffer slow requests. It must also overwrite `X-Forwarded-For`, or append to it, and stand in
`TINDAN_TRUSTED_PROXIES`; without that it is itself taken for the caller, and its limits are shared by all.
"""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.edge import CLOSE, SECURITY_HEADERS, BodyLimits
from api.problems import MEDIA_TYPE, Problem
from api.settings import Settings

KEEP_ALIVE_SECONDS = 65
"""Longer than the minute for which proxies keep a connection: else they would send on one that just ended."""
LINGER_SECONDS = 1.0
"""For which a refused connection is read on, into nowhere."""

_KINDS = {
    HTTPStatus.BAD_REQUEST: "malformed-request",
    HTTPStatus.REQUEST_TIMEOUT: "request-timeout",
    HTTPStatus.REQUEST_URI_TOO_LONG: "target-too-long",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "head-too-large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLimits:
    """What the head of a request may be.

    Attributes:
        target: bytes of the address in the request line. A question to the catalogue may be a whole message
            that somebody pasted, and a letter takes up to nine bytes in an address.
        size: bytes of all header fields.
        count: header fields.
        seconds: from the connection, or the first byte on one that is used again, to the end of the head.
    """

    target: int = 64 * 1024
    size: int = 32 * 1024
    count: int = 100
    seconds: float = 10.0


class _ExcessError(Exception):
    """Stops the parser; what was exceeded is on the protocol."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which refuses heads that are too large or too slow, and words every refusal."""

    limits = HeadLimits()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head = True
        self._heads = self._fields = self._field_bytes = self._unparsed = 0
        self._fault = HTTPStatus.BAD_REQUEST
        self._begun = self._refused = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)  # type: ignore[arg-type] # asyncio hands out a transport for both ways
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came. What makes no head yet is counted as it is: the parser tells of whole fields."""
        if self._refused:
            return
        if self._in_head and self._deadline is None:
            self._await_head()
        before = (self._in_head, self._heads)
        super().data_received(data)
        if before == (True, self._heads):
            self._unparsed += len(data)
            if self._unparsed > self.limits.size + self.limits.target:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Wait for the rest, also of a head that came in one piece with the request before it."""
        super().on_message_begin()
        self._begun = True
        self._stop_waiting()
        self._await_head()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > self.limits.target:
            self._exceed(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field."""
        self._fields += 1
        self._field_bytes += len(name) + len(value)
        if self._fields > self.limits.count or self._field_bytes > self.limits.size:
            self._exceed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Go on to the body, whose limits are others'."""
        self._in_head = False
        self._heads += 1
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Be ready for the next head."""
        super().on_message_complete()
        self._in_head, self._begun = True, False
        self._fields = self._field_bytes = self._unparsed = 0

    def on_response_complete(self) -> None:
        """Do not wait for ever for a body that was answered without being read."""
        super().on_response_complete()
        if not self._in_head and self._deadline is None:
            self._await_head()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature; the words are ours
        """Refuse what the parser did not take."""
        self._refuse(self._fault)

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.limits.seconds, self._head_is_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _head_is_late(self) -> None:
        if self._is_answering:
            # Whose turn is next need not hurry yet.
            self._await_head()
        elif self._begun and self._in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _exceed(self, status: HTTPStatus) -> None:
        self._fault = status
        raise _ExcessError

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with a problem and close; just close where an answer before this one is under way."""
        self._refused = True
        self._stop_waiting()
        if self.transport.is_closing() or self._is_answering:
            self.transport.close()
            return
        self.transport.write(_refusal(status))
        self.transport.write_eof()
        # Were it closed with bytes unread, TCP would take the answer back from whoever is still sending.
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete


def _refusal(status: HTTPStatus) -> bytes:
    """Return a whole answer. In Vietnamese: which language is preferred may not have been read."""
    body = json.dumps(Problem(_KINDS[status], status).as_json("vi"), ensure_ascii=False).encode()
    headers = {
        **SECURITY_HEADERS,
        **CLOSE,
        "content-type": MEDIA_TYPE,
        "content-language": "vi",
        "content-length": str(len(body)),
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def configure(
    app: ASGIApp, settings: Settings, protocol: type[GuardedProtocol] = GuardedProtocol
) -> uvicorn.Config:
    """Return how uvicorn serves an application. It logs nothing itself, as its lines would hold addresses."""
    proxies = [str(network) for network in settings.trusted_proxies]
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        # Not left to uvicorn, which by itself trusts whoever calls from this machine.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=20,
    )


def described(settings: Settings) -> str:
    """Say in the description of the API what is refused, whatever is asked."""
    head, body = GuardedProtocol.limits, BodyLimits(size=settings.body_limit)
    return (
        f"Limits of every request: an address of {head.target // 1024} KiB (else 414), {head.count} header"
        f" fields of {head.size // 1024} KiB in all (431), a body of {body.size / 1024**2:g} MiB (413). The"
        f" head must be there within {head.seconds:g} seconds; the body too, with a second more for each"
        f" {body.rate // 1024} KiB that came (408). Addresses that say so limit how often they are asked: 429"
        " with `Retry-After`, and `RateLimit` and `RateLimit-Policy` in every answer. Answers are kept by no"
        " shared cache, and pages of other origins are let in nowhere (no CORS)."
    )
