"""An HTTP client that takes less than a tenth of the server's CPU, so that it is not what is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

LENGTH = b"content-length: "


class UnexpectedAnswerError(Exception):
    """The server answered something that makes the measurement worthless."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, when its last byte was read (seconds since 1970), and how long after it was asked for."""

    status: int
    body: bytes
    at: float
    seconds: float

    def expect(self, status: int) -> Self:
        """Return the answer, or raise UnexpectedAnswerError if it is another one."""
        if self.status != status:
            raise UnexpectedAnswerError(f"{self.status}, not {status}: {self.body[:500]!r}")
        return self


class Connection:
    """One connection, kept alive; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request, and read the answer, which must name its length."""
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        place = head.lower().index(LENGTH) + len(LENGTH)
        body = await self._reader.readexactly(int(head[place : head.index(b"\r", place)]))
        return Answer(int(head[9:12]), body, time.time(), time.perf_counter() - begun)


@asynccontextmanager
async def connected(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Open connections to a port of the loopback address."""
    pairs = [await asyncio.open_connection("127.0.0.1", port, limit=1 << 24) for _ in range(count)]
    try:
        yield [Connection(reader, writer) for reader, writer in pairs]
    finally:
        for _, writer in pairs:
            writer.close()


def post(path: str, body: bytes, *, token: str) -> bytes:
    """Return a POST of JSON as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def all_at_once(port: int, requests: Iterable[bytes], *, connections: int, expect: int) -> float:
    """Send requests over some connections, each as soon as its last answer is there; return answers/s."""
    waiting = iter(list(requests))
    async with connected(port, connections) as opened:
        started = time.perf_counter()
        counts = await asyncio.gather(*(_exhaust(one, waiting, expect) for one in opened))
        return sum(counts) / (time.perf_counter() - started)


async def _exhaust(connection: Connection, waiting: Iterable[bytes], expect: int) -> int:
    count = 0
    for request in waiting:
        (await connection.ask(request)).expect(expect)
        count += 1
    return count


async def evenly(
    port: int,
    requests: Iterable[bytes],
    *,
    per_second: float,
    connections: int,
    note: Callable[[Answer], None],
) -> None:
    """Send requests at a steady pace, whether or not the answers keep up with it."""
    async with connected(port, connections) as opened:
        idle: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in opened:
            idle.put_nowait(connection)
        loop = asyncio.get_running_loop()
        due = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for request in requests:
                await asyncio.sleep(max(0.0, due - loop.time()))
                due += 1 / per_second
                tasks.create_task(_lend(await idle.get(), idle, request, note))


async def _lend(
    connection: Connection, idle: "asyncio.Queue[Connection]", request: bytes, note: Callable[[Answer], None]
) -> None:
    note(await connection.ask(request))
    idle.put_nowait(connection)
