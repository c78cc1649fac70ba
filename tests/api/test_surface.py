"""What the API shows of itself to anybody: headers, and limits held over real sockets."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from api import problems, server
from api.edge import SECURITY_HEADERS, BodyLimits, Edge
from api.free_ports import free_port
from api.server import GuardedProtocol, HeadLimits
from api.settings import Settings
from tests.api.callers import Citizen, PushEvent
from tests.api.test_settings import COMPLETE

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = {"origin": "https://evil.example"}
SOON = 5.0
"""Seconds within which what is to happen must have happened."""


class Hasty(GuardedProtocol):
    """The protocol with little patience."""

    limits = HeadLimits(target=256, size=1024, count=10, seconds=0.3)


def echoing() -> ASGIApp:
    """An application behind the edge, whose limits are small: it answers how long the body was, and who asks."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.post("/later")
    async def later(request: Request) -> str:
        await asyncio.sleep(0.45)  # longer than a head may take
        return "done"

    @app.post("/deaf")
    async def deaf() -> str:
        return "not read"

    @app.get("/who")
    async def who(request: Request) -> str | None:
        return request.client and request.client.host

    problems.install(app)
    app.add_middleware(Edge, body=BodyLimits(size=4096, seconds=0.4, rate=2048))
    return app


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes, pause: float = 0.0) -> None:
        """Send parts, one after the other; what the other side no longer takes is lost."""
        for part in parts:
            try:
                self.writer.write(part)
                await self.writer.drain()
            except ConnectionError:
                return
            await asyncio.sleep(pause)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Read one answer."""
        async with asyncio.timeout(SOON):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await self.reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, body

    async def ends(self) -> bool:
        """Wait for the other side to close."""
        async with asyncio.timeout(SOON):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def serving(settings: Settings, protocol: type[GuardedProtocol] = Hasty) -> AsyncIterator[int]:
    """Serve the echo on a free port as `tindan serve` does."""
    config = server.configure(echoing(), settings, protocol)
    config.lifespan = "off"
    running = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        running.should_exit = True
        await task


@pytest.fixture
async def port(app_settings: Settings) -> AsyncIterator[int]:
    """Where the echo is served."""
    async with serving(app_settings) as found:
        yield found


@pytest.fixture
async def line(port: int) -> AsyncIterator[Line]:
    """A connection to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Line(reader, writer)
    writer.close()


async def test_head_is_get_without_the_body(line: Line) -> None:
    """With the length of what it leaves out; the next answer follows at once. What has no GET has no HEAD."""
    for path in ("/who", "/echo", "/who"):
        await line.send(f"HEAD {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
    await line.send(b"GET /who HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(SOON):
        said = (await line.reader.read()).decode()
    heads = said.split("\r\n\r\n")
    assert [head.split()[1] for head in heads[:4]] == ["200", "405", "200", "200"]
    assert heads[4] == '"127.0.0.1"'
    assert f"content-length: {len(heads[4])}\r\n" in heads[0].lower()


def refused(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    """Return status and kind of a refusal, and hold it to what every answer has."""
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["title"]
    return status, problem["type"].removeprefix("urn:tindan:problem:")


HEAD = b"POST /echo HTTP/1.1\r\nHost: t\r\n"


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (b"GET /" + b"x" * 300 + b" HTTP/1.1\r\nHost: t\r\n\r\n", 414, "target-too-long"),
        (b"GET /" + b"x" * 100_000, 414, "target-too-long"),
        (HEAD + b"X-Long: " + b"x" * 1100 + b"\r\n\r\n", 431, "head-too-large"),
        (HEAD + b"X-Endless: " + b"x" * 100_000, 431, "head-too-large"),
        (HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(12)) + b"\r\n", 431, "head-too-large"),
        (
            HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 200) for n in range(9)) + b"\r\n",
            431,
            "head-too-large",
        ),
        (b"\r\n" * 2000, 431, "head-too-large"),
        (b"nonsense\r\n\r\n", 400, "malformed-request"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed-request"),
        (
            HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "malformed-request",
        ),
        (HEAD + b"Content-Length: 5000\r\n\r\n", 413, "body-too-large"),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n1800\r\n" + b"x" * 0x1800 + b"\r\n",
            413,
            "body-too-large",
        ),
    ],
)
async def test_what_is_too_large_is_refused(line: Line, sent: bytes, status: int, kind: str) -> None:
    """At once, in our own words, and the connection ends: the rest is not read."""
    await line.send(sent)
    assert refused(await line.answer()) == (status, kind)
    assert await line.ends()


async def test_pieces_are_counted_together(line: Line) -> None:
    """A head that comes in many small pieces is measured as a whole."""
    await line.send(HEAD, *[b"X-Part: " + b"x" * 90 + b"\r\n"] * 30)
    assert refused(await line.answer()) == (431, "head-too-large")


async def test_what_fits_is_served_again_and_again(line: Line) -> None:
    """Limits are of one request: a connection may bring many, each up to them."""
    head = HEAD + b"X-Long: " + b"x" * 800 + b"\r\nContent-Length: 3000\r\n\r\n"
    for _ in range(5):
        await line.send(head, b"y" * 3000)
        status, headers, body = await line.answer()
        assert (status, body) == (200, b"3000")
        assert "connection" not in headers


async def test_requests_may_follow_at_once(line: Line) -> None:
    """Pipelined ones are told apart, though a body and the next head come in one piece."""
    one = HEAD + b"Content-Length: 1000\r\n\r\n" + b"y" * 1000
    await line.send(one * 4)
    assert [(await line.answer())[2] for _ in range(4)] == [b"1000"] * 4


async def test_a_slow_head_is_ended(line: Line) -> None:
    """However regularly a byte comes: the head as a whole has its time."""
    dripping = asyncio.create_task(line.send(HEAD, *[b"X"] * 100, pause=0.05))
    assert refused(await line.answer()) == (408, "request-timeout")
    assert await line.ends()
    await dripping


async def test_a_silent_connection_is_ended(line: Line) -> None:
    """Without a word: browsers open connections ahead, and would take an answer for one to their next request."""
    assert await line.ends()


async def test_silence_before_the_next_head_is_not_counted(line: Line) -> None:
    """An answer may take longer than a head, and so may the pause after it; a next head begun meanwhile waits."""
    await line.send(b"POST /later HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\nPOST /e")
    assert (await line.answer())[2] == b'"done"'
    await line.send(b"cho HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n")
    assert (await line.answer())[2] == b"0"
    await asyncio.sleep(0.5)  # longer than a head may take
    await line.send(HEAD + b"Content-Length: 2\r\n\r\nxy")
    assert (await line.answer())[2] == b"2"


async def test_a_slow_body_is_ended(line: Line) -> None:
    """Who sends a byte now and then is refused once the time for that is over."""
    dripping = asyncio.create_task(
        line.send(HEAD + b"Content-Length: 100\r\n\r\n", *[b"x"] * 100, pause=0.05)
    )
    assert refused(await line.answer()) == (408, "request-timeout")
    assert await line.ends()
    await dripping


async def test_a_body_that_nobody_reads_is_ended(line: Line) -> None:
    """What is answered before it was sent, such as a refusal, leaves no connection that lives on drips."""
    head = b"POST /deaf HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    dripping = asyncio.create_task(line.send(head, *[b"1\r\nx\r\n"] * 100, pause=0.05))
    assert (await line.answer())[2] == b'"not read"'
    assert await line.ends()
    await dripping


async def test_a_connection_goes_on_after_a_body_that_nobody_read(line: Line) -> None:
    """If the body ends in time, the next request is served; if none follows, the connection ends."""
    head = b"POST /deaf HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n"
    await line.send(head)
    assert (await line.answer())[2] == b'"not read"'
    await line.send(b"xyz", HEAD + b"Content-Length: 1\r\n\r\nx")
    assert (await line.answer())[2] == b"1"
    await line.send(head)
    assert (await line.answer())[0] == 200
    await line.send(b"xyz")
    assert await line.ends()


async def test_a_steady_body_gets_more_time(line: Line) -> None:
    """A slow line that goes on sending is served: each byte earns its share of time."""
    await line.send(HEAD + b"Content-Length: 4000\r\n\r\n", *[b"x" * 500] * 8, pause=0.1)
    assert (await line.answer())[2] == b"4000"


async def test_many_slow_callers_keep_nobody_waiting(port: int) -> None:
    """While two hundred connections dawdle, another is served; in the end none of them is left."""
    lines = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(200)]
    for one in lines:
        await one.send(HEAD)
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}/echo", content=b"xyz")
    assert answer.text == "3"
    assert {(await one.answer())[0] for one in lines} == {408}
    for one in lines:
        one.writer.close()


@pytest.mark.parametrize(
    ("trusted", "forwarded", "who"),
    [
        ([], "203.0.113.7", "127.0.0.1"),
        (["127.0.0.0/8"], "203.0.113.7", "203.0.113.7"),
        (["127.0.0.0/8"], "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (["127.0.0.0/8", "203.0.113.0/24"], "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        (["10.0.0.0/8"], "203.0.113.7", "127.0.0.1"),
    ],
)
async def test_only_a_trusted_proxy_says_who_calls(
    app_settings: Settings, trusted: list[str], forwarded: str, who: str
) -> None:
    """By default nobody does, not even on this machine; of several names the last untrusted one counts."""
    settings = Settings.model_validate(app_settings.model_dump() | {"trusted_proxies": trusted})
    async with serving(settings) as port, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/who", headers={"x-forwarded-for": forwarded})
    assert answer.json() == who


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`tindan serve` as a process, on settings that are complete; its port."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TINDAN_")}
    environment = kept | COMPLETE | {"TINDAN_PORT": str(port), "PYTHONPATH": str(ROOT)}
    folder = tmp_path_factory.mktemp("served")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        yield port
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM, (folder / "log").read_text()


async def reached(port: int) -> Line:
    """Connect as soon as somebody listens."""
    async with asyncio.timeout(30):
        while True:
            try:
                return Line(*await asyncio.open_connection("127.0.0.1", port))
            except ConnectionError:
                await asyncio.sleep(0.05)


async def test_the_command_serves_within_the_limits(served: int) -> None:
    """`tindan serve` itself refuses what is too large, and words it; what fits gets an answer."""
    line = await reached(served)
    await line.send(b"GET /health/live HTTP/1.1\r\nHost: t\r\n\r\n")
    status, headers, _ = await line.answer()
    assert status == 200
    assert "server" not in headers
    await line.send(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(101)) + b"\r\n")
    assert refused(await line.answer()) == (431, "head-too-large")
    line.writer.close()


async def paths(client: httpx.AsyncClient) -> list[str]:
    """Return the path of every operation, and of the pages that are not described."""
    document = (await client.get("/openapi.json")).json()
    return [path.format_map(_Filled()) for path in document["paths"]] + [
        "/tra-cuu",
        "/V/sw.js",
        "/docs",
        "/openapi.json",
        "/x",
    ]


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "H26.1-261121-0001"


FOR_ANY_ORIGIN = {"/.well-known/tindan-seal-keys.json"}
"""What verifies seals, which pages of others may read as well; and the status lists, none of which is there."""


async def test_no_other_origin_is_let_in(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Whatever is asked, with a preflight or without, no answer has a header of CORS (Fetch standard, 3.2)."""
    preflight = ORIGIN | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    for path in await paths(client):
        answers = [
            await client.request("OPTIONS", path, headers=preflight),
            await client.get(path, headers=ORIGIN),
            await client.get(path, headers=ORIGIN | citizen.headers),
            await client.post(path, headers=ORIGIN | citizen.headers, content=b"{}"),
        ]
        for answer in answers:
            let_in = path in FOR_ANY_ORIGIN and answer.is_success
            assert let_in or not [name for name in answer.headers if name.startswith("access-control")], path
        assert answers[0].status_code in {404, 405}, path


async def test_every_answer_has_the_headers(client: httpx.AsyncClient) -> None:
    """Also what needs no sign-in, what does not exist, and pages, whose policies are no wider than needed."""
    for path in await paths(client):
        answer = await client.get(path)
        assert SECURITY_HEADERS.keys() <= set(answer.headers), path
        own = {"cache-control", "content-security-policy"}
        assert {name: answer.headers[name] for name in SECURITY_HEADERS.keys() - own} == {
            name: value for name, value in SECURITY_HEADERS.items() if name not in own
        }
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path


OF_EVERYBODY = (
    "/v1/procedures",
    "/v1/life-events",
    "/v1/questions",
    "/v1/complaints/published",
    "/v1/agencies",
    "/v1/open-data",
)


async def test_what_is_personal_is_kept_by_no_cache(
    client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent
) -> None:
    """Nothing of it may be shown without asking us; what an app may keep for itself says so."""
    await push_event("H26.1-261121-0001", 1)
    document = (await client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        if not path.startswith("/v1") or "get" not in operations:
            continue
        answer = await client.get(path.format_map(_Filled()), headers=citizen.headers)
        public = answer.is_success and path.startswith(OF_EVERYBODY) and "/mine" not in path
        assert public or answer.headers["cache-control"] in {"no-store", "private, no-cache"}, path


async def test_the_description_tells_the_limits(client: httpx.AsyncClient) -> None:
    """Whoever writes an app learns beforehand what is refused."""
    text = (await client.get("/openapi.json")).json()["info"]["description"]
    for figure in ("4 MiB", "32 KiB", "64 KiB", "100 ", "10 seconds"):
        assert figure in text, figure
