"""Real HTTP servers on ports of 127.0.0.1, in the loop of the tests."""

import asyncio
import contextlib
import dataclasses
import socket
import urllib.parse
from collections.abc import AsyncIterator, Mapping

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@contextlib.asynccontextmanager
async def serving(*routes: Route, port: int = 0) -> AsyncIterator[str]:
    """Serve routes on a port, by default a free one; give the base URL."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(Starlette(routes=list(routes)), lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        # serve() would take over the signals of the test run
        task = asyncio.create_task(server._serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task


@dataclasses.dataclass(frozen=True)
class Posted:
    """One report as it came."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields, if it is a form."""
        return dict(urllib.parse.parse_qsl(self.body.decode()))


class Receiver:
    """Takes providers' reports; answers with `statuses` in turn, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.posted: list[Posted] = []
        self.statuses: list[int] = []

    def forget(self) -> None:
        """Be as new, at the same address."""
        self.posted.clear()
        self.statuses.clear()

    async def take(self, request: Request) -> Response:
        """Note one report."""
        self.posted.append(Posted(str(request.url), dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on any path."""
        async with serving(Route("/{path:path}", self.take, methods=["POST"])) as self.url:
            yield
