"""What stands before every route: a limit of the body, security headers, and one line of log."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

access = structlog.get_logger("access")
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
QUIET = {"/health/live", "/health/ready"}
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}


class Edge:
    """Pure ASGI, so that it costs a push next to nothing.

    Adds `X-Request-Id` and the security headers; logs method, route pattern, status and time, and never a
    path, as paths hold codes.

    Args:
        body_limit: the most bytes of a body; what is longer is not read on and answered 413. FastAPI's own
            limit would answer in plain text, from outside of this.
    """

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = self._request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, self._limited(scope, receive), sending)
        finally:
            self._log(scope, status, request_id, time.perf_counter() - started)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Return `receive`, raising the 413 in whoever reads more than is allowed, or announced so."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        too_long = announced.isdigit() and int(announced) > self._body_limit
        size = 0

        async def receiving() -> Message:
            nonlocal size
            if not too_long:
                message = await receive()
                size += len(message.get("body", b""))
            if too_long or size > self._body_limit:
                # The rest is on its way: without closing, it would have to be read after all.
                raise HTTPException(413, headers={"connection": "close"})
            return message

        return receiving

    @staticmethod
    def _request_id(scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and REQUEST_ID.match(value.decode("latin-1")):
                return str(value.decode("latin-1"))
        return uuid4().hex

    @staticmethod
    def _log(scope: Scope, status: int, request_id: str, seconds: float) -> None:
        if scope["path"] in QUIET:
            return
        route = getattr(scope.get("route"), "path", "-")
        access.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=request_id,
        )
