"""A file with what is said of it, as it comes in: whole, or refused in words."""

import hashlib
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog.testing
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from api import problems
from api.edge import BodyLimits, Edge
from api.problems import Problem
from api.uploads import MOST_TEXT, Places, Upload, received

MOST = 3 * 1024 * 1024
BOUNDARY = b"cut-here"
TYPE = {"content-type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}


def part(name: str, content: bytes, *, more: bytes = b"") -> bytes:
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n' % (BOUNDARY, name.encode(), more)
    return head + content + b"\r\n"


END = b"--%s--\r\n" % BOUNDARY
FILE = b'; filename="giay.pdf"\r\nContent-Type: application/pdf'


def body(*, metadata: bytes = b"{}", file: bytes = b"%PDF-1.7") -> bytes:
    return part("metadata", metadata) + part("file", file, more=FILE) + END


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(scope="module")
def seen() -> list[Upload]:
    """What was received last."""
    return []


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, seen: list[Upload]) -> FastAPI:
    """Answers with what it received."""
    folder: Path = tmp_path_factory.mktemp("room")
    app = FastAPI()

    @app.post("/files")
    async def take(request: Request) -> dict[str, object]:
        texts = frozenset({"metadata"})
        async with received(request, texts=texts, file="file", most=MOST, folder=folder) as upload:
            seen[:] = [upload]
            return {
                "metadata": upload.fields["metadata"].decode("latin-1"),
                "size": upload.file.size,
                "sha256": upload.file.sha256.hex(),
                "read": hashlib.sha256(upload.file.content.read()).hexdigest(),
                "type": upload.file.declared_type,
                "left": names_in(folder),
            }

    problems.install(app)
    app.add_middleware(Edge, body=BodyLimits(size=2 * MOST))
    return app


@pytest.fixture
async def caller(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever sends."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        yield client


def pieces(whole: bytes, size: int) -> Iterator[bytes]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


async def in_pieces(whole: bytes, size: int) -> AsyncIterator[bytes]:
    for piece in pieces(whole, size):
        yield piece


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
async def test_what_is_sent_arrives_whatever_the_pieces(caller: httpx.AsyncClient, size: int) -> None:
    """A file that holds what looks like a boundary comes whole, and has no name on disk."""
    file = b"\r\n--cut-her\r\n--cut\r\n\x00\xff" * 9
    answer = await caller.post("/files", content=in_pieces(body(file=file), size), headers=TYPE)
    got = answer.json()
    assert answer.status_code == 200, got
    assert got == {
        "metadata": "{}",
        "size": len(file),
        "sha256": hashlib.sha256(file).hexdigest(),
        "read": hashlib.sha256(file).hexdigest(),
        "type": "application/pdf",
        "left": [],
    }


@given(file=st.binary(min_size=1, max_size=2000), metadata=st.binary(max_size=200), size=st.integers(1, 300))
async def test_any_content_survives(app: FastAPI, file: bytes, metadata: bytes, size: int) -> None:
    """Whatever the bytes, and wherever the line cuts them."""
    whole = body(metadata=metadata, file=file)
    if whole.count(b"--" + BOUNDARY) != 3:
        return
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        answer = await client.post("/files", content=in_pieces(whole, size), headers=TYPE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(file).hexdigest()
    assert answer.json()["metadata"].encode("latin-1") == metadata


async def test_the_file_is_gone_with_the_request(caller: httpx.AsyncClient, seen: list[Upload]) -> None:
    """What a request received can be read by nobody after it."""
    await caller.post("/files", content=body(), headers=TYPE)
    assert seen[0].file.content.closed


BAD = {
    "another type of body": ({"content-type": "application/json"}, body(), 415, "multipart-needed", None),
    "no boundary": ({"content-type": "multipart/form-data"}, body(), 400, "malformed-multipart", None),
    "a boundary without end": (
        {"content-type": f"multipart/form-data; boundary={'x' * 71}"},
        body(),
        400,
        "malformed-multipart",
        None,
    ),
    "broken off in the file": (TYPE, body()[: -len(END) - 4], 400, "malformed-multipart", None),
    "broken off between parts": (TYPE, part("metadata", b"{}"), 400, "malformed-multipart", None),
    "something else altogether": (TYPE, b"{}", 400, "malformed-multipart", None),
    "nothing": (TYPE, b"", 400, "malformed-multipart", None),
    "no file": (TYPE, part("metadata", b"{}") + END, 422, "validation", ("/file", "missing")),
    "no metadata": (TYPE, part("file", b"%PDF") + END, 422, "validation", ("/metadata", "missing")),
    "an empty file": (TYPE, body(file=b""), 422, "validation", ("/file", "empty-file")),
    "the file twice": (
        TYPE,
        part("metadata", b"{}") + part("file", b"1") + part("file", b"2") + END,
        422,
        "validation",
        ("/file", "part-repeated"),
    ),
    "metadata twice": (
        TYPE,
        part("metadata", b"{}") + part("metadata", b"{}") + END,
        422,
        "validation",
        ("/metadata", "part-repeated"),
    ),
    "an unknown part": (TYPE, part("a/b", b"1") + END, 422, "validation", ("/a~1b", "extra_forbidden")),
    "a part without a name": (
        TYPE,
        b"--%s\r\nContent-Type: text/plain\r\n\r\nx\r\n" % BOUNDARY + END,
        422,
        "validation",
        ("/", "extra_forbidden"),
    ),
    "metadata without end": (
        TYPE,
        body(metadata=b"x" * (MOST_TEXT + 1)),
        422,
        "validation",
        ("/metadata", "part-too-large"),
    ),
    "a file over the limit": (TYPE, body(file=b"x" * (MOST + 1)), 413, "file-too-large", None),
    "headers without end": (
        TYPE,
        part("file", b"x", more=b"; filename=" + b"y" * 10_000) + END,
        400,
        "malformed-multipart",
        None,
    ),
}


@pytest.mark.parametrize("how", BAD)
async def test_what_is_not_whole_is_refused_in_words(caller: httpx.AsyncClient, how: str) -> None:
    """Each bad body ends in a problem that names the part at fault."""
    headers, content, status, kind, error = BAD[how]
    answer = await caller.post("/files", content=in_pieces(content, 50_000), headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"urn:tindan:problem:{kind}"), problem
    if error:
        assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [error]


@pytest.mark.parametrize("sent", [0, 60_000])
async def test_who_leaves_half_way_is_no_fault_of_ours(sent: int, app: FastAPI) -> None:
    """Lines break all day long: nothing of it stays, and nobody is alarmed."""
    came = (
        [{"type": "http.request", "body": body(file=b"x" * 100_000)[:sent], "more_body": True}]
        if sent
        else []
    )
    incoming = iter([*came, {"type": "http.disconnect"}])
    answered: list[Any] = []

    async def receive() -> Any:
        return next(incoming)

    async def send(message: Any) -> None:
        answered.append(message)

    headers = [(name.encode(), value.encode()) for name, value in TYPE.items()]
    scope = {"type": "http", "method": "POST", "path": "/files", "query_string": b"", "headers": headers}
    with structlog.testing.capture_logs() as logs:
        await app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert [one for one in logs if one["log_level"] == "error"] == []


async def test_a_disk_without_room_is_told_as_such(caller: httpx.AsyncClient) -> None:
    """So that whoever sends tries again later, rather than looking for what is wrong with the file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        answer = await caller.post("/files", content=body(file=b"x" * MOST), headers=TYPE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:tindan:problem:unavailable")
    assert answer.headers["retry-after"]


def test_uploads_are_bounded_for_each_and_for_all() -> None:
    """Nobody takes all places, and a place that was left is free again, however it was left."""
    places = Places(each=2, most=3)
    with places.taken("a"), places.taken("a"):
        with pytest.raises(Problem, match="too-many-files") as caught, places.taken("a"):
            pytest.fail("a third one")
        assert caught.value.status == 503
        with places.taken("b"), pytest.raises(Problem), places.taken("c"):
            pytest.fail("a fourth one")
        with pytest.raises(ZeroDivisionError), places.taken("b"):
            _ = 1 // 0
        with places.taken("c"):
            pass
    with places.taken("a"):
        pass


async def test_a_file_of_exactly_the_limit_is_taken(caller: httpx.AsyncClient) -> None:
    """The limit is the most that may come, not the first that may not."""
    answer = await caller.post("/files", content=in_pieces(body(file=b"x" * MOST), 65_536), headers=TYPE)
    assert answer.json()["size"] == MOST
