"""A line to the API that loses things: one request a connection, each with a fate of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ANSWERS = {
    "503": b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    "429": b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
}


@dataclass(slots=True)
class Line:
    """What came over it.

    Attributes:
        fates: `pass`; `lose` (the request arrives, and its answer does not), `half` an answer; `refuse` the
            connection; or a status of its own. When they are used up, everything passes.
        seen: how often each body was sent, by request line.
    """

    address: str = ""
    fates: Iterator[str] = field(default_factory=lambda: iter(()))
    seen: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def open_line(target: str) -> AsyncIterator[Line]:
    """Open a line to an address."""
    line, there = Line(), urlsplit(target)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _relay(line, reader, writer, there.hostname or "", there.port or 80)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1024 * 1024)
    line.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield line


async def _relay(
    line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    request = await _message(reader)
    fate = next(line.fates, "pass")
    line.met[fate] += 1
    line.seen[request.partition(b"\r\n")[0], request.partition(b"\r\n\r\n")[2]] += 1
    if fate == "refuse":
        return
    if fate in ANSWERS:
        writer.write(ANSWERS[fate])
    else:
        inner, outer = await asyncio.open_connection(host, port, limit=1024 * 1024)
        outer.write(request)
        answer = await _message(inner)
        outer.close()
        if fate == "lose":
            return
        writer.write(answer[: -len(answer) // 3] if fate == "half" else answer)
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one request or answer that tells its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    ]
    return head + (await reader.readexactly(int(lengths[0])) if lengths else b"")
