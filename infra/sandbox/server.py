"""The process: two listeners on one loop, until somebody says stop."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn

from infra.sandbox.application import Sandbox, assemble
from infra.sandbox.settings import Settings
from infra.sandbox.smtp import Connection
from infra.sandbox.tls import self_signed

PARENT_PIPE = "TINDAN_PARENT_PIPE_FD"
_BACKLOG = 2048


class PortTakenError(OSError):
    """A listener's port is in use, or may not be used."""


async def serve(settings: Settings) -> None:
    """Run until SIGINT, SIGTERM, or the end of the parent that holds the pipe.

    Raises:
        PortTakenError: One of the ports cannot be had.
    """
    stop = asyncio.Event()
    with (
        _listen(settings.host, settings.http_port) as http,
        _listen(settings.host, settings.smtp_port) as mail,
    ):
        sandbox = assemble(settings, public_url=settings.public_url or f"http://{_address(http)}")
        _stop_on_signals(stop)
        _stop_with_parent(stop)
        async with contextlib.aclosing(sandbox), _mail_sink(sandbox, mail), _web(sandbox, http):
            print(f"sandbox ready http=http://{_address(http)} smtp={_address(mail)}", flush=True)
            await stop.wait()
            sandbox.stop_waiting()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Stop when the other end of the inherited pipe is closed, which even a killed parent does."""
    if PARENT_PIPE not in os.environ:
        return
    pipe = int(os.environ[PARENT_PIPE])

    def readable() -> None:
        if not os.read(pipe, 4096):
            asyncio.get_running_loop().remove_reader(pipe)
            stop.set()

    asyncio.get_running_loop().add_reader(pipe, readable)


@contextlib.asynccontextmanager
async def _mail_sink(sandbox: Sandbox, listener: socket.socket) -> AsyncIterator[None]:
    loop, certificate = asyncio.get_running_loop(), self_signed()
    server = await loop.create_server(lambda: Connection(sandbox.sink, certificate), sock=listener)
    try:
        yield
    finally:
        server.close()


class _WebServer(uvicorn.Server):
    """uvicorn without its own idea of signals, and able to tell when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextlib.asynccontextmanager
async def _web(sandbox: Sandbox, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        sandbox.web,
        lifespan="off",
        access_log=False,
        log_level="warning",
        backlog=_BACKLOG,
        timeout_graceful_shutdown=1,
    )
    server = _WebServer(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        await server.up.wait()
        yield
        server.should_exit = True
