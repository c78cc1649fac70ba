"""Serves the proxy, and the desk where tasks are fetched, in a thread beside the director's."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from api.conformance.proxy import CuttingProtocol
from api.stack import StackError

READY_SECONDS = 10.0


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve an application on a listening socket while the block lasts. Raises StackError."""
    config = uvicorn.Config(
        app,
        http=CuttingProtocol,
        ws="none",
        lifespan="on",
        server_header=False,
        date_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="conformance-proxy", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise StackError("the proxy before the API did not come up")
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(READY_SECONDS)


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises StackError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise StackError(f"nothing can listen at {host}, port {port}: {error.strerror}") from error
