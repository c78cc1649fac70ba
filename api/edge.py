"""What stands before every route: limits of the body, security headers, and one line of log."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

access = structlog.get_logger("access")
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
QUIET = {"/health/live", "/health/ready"}
SECURITY_HEADERS = {
    # For answers that are no pages. A page brings a policy of its own.
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # Unless an answer says otherwise, it is somebody's own.
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""No header of CORS is among them: apps need none, and pages of other origins get nothing but what verifies
seals, see `api.verify.router`."""

CLOSE = {"connection": "close"}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """What a body may be.

    Attributes:
        size: the most bytes of it.
        seconds: the time in which its first bytes must be there, and a small one as a whole.
        rate: bytes a second that it must come in with beyond that, counted from its beginning: a slow line is
            served, and who sends a byte now and then is not.
    """

    size: int
    seconds: float = 10.0
    rate: int = 8192


def add_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Have headers sent with the answer to a request, whoever makes it."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope["state"].setdefault("headers", []).extend(raw)


class Edge:
    """Pure ASGI, so that it costs a push next to nothing.

    Adds `X-Request-Id` and the security headers; logs method, route pattern, status and time, and never a
    path, as paths hold codes. HEAD is answered wherever GET is, as GET, without the body (RFC 9110, 9.3.2).

    Args:
        body: what is longer is not read on and answered 413, what is too slow 408. FastAPI's own limit would
            answer in plain text, from outside of this.
        uploads: what bodies may be where files are taken in, by a pattern that the whole path matches.
    """

    def __init__(
        self, app: ASGIApp, body: BodyLimits, uploads: Mapping[re.Pattern[str], BodyLimits] | None = None
    ) -> None:
        self._app = app
        self._body = body
        self._uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = self._request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method, status = scope["method"], 500
        if method == "HEAD":
            scope = {**scope, "method": "GET"}  # the server knows, and leaves the body out

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(message, scope, request_id)
            await send(message)

        try:
            await self._app(scope, self._limited(scope, receive), sending)
        finally:
            self._log(scope, method, status, request_id, time.perf_counter() - started)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Return `receive`, raising the 413 or 408 in whoever reads more, or for longer, than is allowed."""
        limits = self._limits(scope["path"])
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        too_long = announced.isdigit() and int(announced) > limits.size
        loop = asyncio.get_running_loop()
        started, size, whole = loop.time(), 0, False

        async def receiving() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()  # waits for the caller to leave, for as long as that takes
            if not too_long:
                try:
                    async with asyncio.timeout_at(started + limits.seconds + size / limits.rate):
                        message = await receive()
                except TimeoutError:
                    raise HTTPException(408, headers=CLOSE) from None
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            if too_long or size > limits.size:
                # The rest is on its way: without closing, it would have to be read after all.
                raise HTTPException(413, headers=CLOSE)
            return message

        return receiving

    def _limits(self, path: str) -> BodyLimits:
        found = (limits for pattern, limits in self._uploads.items() if pattern.fullmatch(path))
        return next(found, self._body)

    @staticmethod
    def _request_id(scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and REQUEST_ID.match(value.decode("latin-1")):
                return str(value.decode("latin-1"))
        return uuid4().hex

    @staticmethod
    def _log(scope: Scope, method: str, status: int, request_id: str, seconds: float) -> None:
        if scope["path"] in QUIET:
            return
        route = getattr(scope.get("route"), "path", "-")
        access.info(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=request_id,
        )


def _completed(message: Message, scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that every answer has, and those that were asked for."""
    own: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    given = {name for name, _ in own}
    return [
        *own,
        *(pair for pair in _RAW_HEADERS if pair[0] not in given),
        *scope["state"].get("headers", ()),
        (b"x-request-id", request_id.encode()),
    ]
