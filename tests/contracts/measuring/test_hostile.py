"""What answers in the measuring system's place, and is not it."""

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from api.connectors.measuring.port import MeasuringError, NotLetInError, RefusedError, UnavailableError
from tests.contracts.measuring.conftest import Open
from tests.storage.reports.making import filing

Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def serve() -> Serve:
    """Answer every request with some bytes as they are, then drip others until the caller goes."""

    @asynccontextmanager
    async def serving(answer: bytes, drip: bytes = b"") -> AsyncIterator[str]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()
                while drip and not reader.at_eof():
                    writer.write(drip)
                    await asyncio.sleep(0.02)
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/emc/bao-cao"

    return serving


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer that ends with the connection."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Connection: close", "", ""]).encode() + body


@pytest.mark.parametrize(
    ("answer", "kind", "unsure"),
    [
        (b"", UnavailableError, True),
        (http(b"<html>Welcome</html>"), UnavailableError, True),
        (http(b"[" * 50_000), UnavailableError, True),
        (http(b'{"MaKetQua": ' + b"9" * 5_000 + b"}"), UnavailableError, True),
        (http(b'{"MaKetQua": true}'), UnavailableError, True),
        (http(b'{"MaKetQua": "00"}'), UnavailableError, True),
        (http(b'{"MaKetQua": "00", "SoTiepNhan": "\\ud800\\u0000"}'), UnavailableError, True),
        (http(b'{"MaKetQua": "00", "SoTiepNhan": "1"}', "502 Bad Gateway"), UnavailableError, True),
        (http(b'{"MaKetQua": "00", "SoTiepNhan": "1"}', "400 Bad Request"), RefusedError, None),
        (http(gzip.compress(b" " * 9_000_000), "200 OK", "Content-Encoding: gzip"), UnavailableError, True),
        (http(b"", "302 Found", "Location: http://127.0.0.1:1/"), NotLetInError, None),
        (http(b"<html>No</html>", "413 Too Large"), NotLetInError, None),
        (http(b"", "503 Busy", "Retry-After: soon"), UnavailableError, False),
    ],
)
async def test_no_answer_of_the_systems(
    open_emc: Open, serve: Serve, *, answer: bytes, kind: type[MeasuringError], unsure: bool | None
) -> None:
    """Nothing of it is taken for a receipt, and what may have arrived is said to."""
    async with serve(answer) as url:
        with pytest.raises(kind) as failed:
            await open_emc(url=url).report(filing())
    assert getattr(failed.value, "unsure", None) is unsure


async def test_one_that_is_packed_over_and_over(open_emc: Open, serve: Serve) -> None:
    """A few kilobytes that unpack to gigabytes take no room: nothing is unpacked, nor asked for so."""
    packed = gzip.compress(gzip.compress(bytes(200_000_000), 9), 9)
    assert len(packed) < 64 * 1024
    headers = ("Content-Type: application/json", "Content-Encoding: gzip, gzip")
    async with serve(http(packed, "200 OK", *headers)) as url:
        tracemalloc.start()
        try:
            with pytest.raises(UnavailableError) as failed:
                await open_emc(url=url).report(filing())
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert failed.value.unsure is True
    assert most < 20_000_000


async def test_one_that_never_ends(open_emc: Open, serve: Serve) -> None:
    """A byte now and then does not keep us longer than the whole exchange may take."""
    began = time.monotonic()
    async with serve(http(b"{"), drip=b" ") as url:
        with pytest.raises(UnavailableError) as failed:
            await open_emc(url=url, timeout=0.5).report(filing())
    assert failed.value.unsure is True
    assert time.monotonic() - began < 5


async def test_long_words_are_cut(open_emc: Open, serve: Serve) -> None:
    """What is kept of numbers and words has a limit, and nothing that can not be printed."""
    words = b"W" * 300
    async with serve(
        http(b'{"MaKetQua": 0, "ThongBao": "%b", "SoTiepNhan": "\\u0007%b"}' % (words, words))
    ) as url:
        receipt = await open_emc(url=url).report(filing())
    assert (len(receipt.number), len(receipt.answer.words), receipt.answer.code) == (200, 200, "0")
    assert receipt.number[0] == "W"
