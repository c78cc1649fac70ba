"""Fifty megabytes pass through the web process, and hardly any of it stays there at a time."""

import asyncio
import hashlib
import io
import logging
import os
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
import pikepdf
import psutil
import pytest
from PIL import Image

from api.free_ports import free_port
from storage.settings import StorageSettings
from tests.api.callers import Agency, Citizen
from tests.api.results.handing import PATH, letter, parts, said
from tests.faults.polling import until
from tests.faults.processes import Process

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
MIB = 2**20
MOST = 45 * MIB
"""Over what it has at rest: less than the file, so that a single copy of it is noticed. 64 is what was asked for."""
CHILD_MOST = (768 + 256) * MIB
"""What the settings let one file take, over what a child takes at rest with all that it has loaded."""
CHILD = "storage.papers.child"
SAMPLE_SECONDS = 0.005


@dataclass
class Watch:
    """The most memory that a process, and its largest child, were seen with, in bytes."""

    process: psutil.Process
    own: int = 0
    child: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._peaks = Path(f"/proc/{self.process.pid}")
        if self._peaks.is_dir():
            (self._peaks / "clear_refs").write_text("5")  # forget the highest so far
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._peaks.is_dir():  # exact, where samples may miss a moment
            status = (self._peaks / "status").read_text()
            self.own = max(self.own, 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]))

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.own = max(self.own, self.process.memory_info().rss)
            for child in self.process.children():
                with suppress(psutil.NoSuchProcess):
                    if CHILD in child.cmdline():  # and no fork of the web process on its way to be one
                        self.child = max(self.child, child.memory_info().rss)


def many_pages() -> bytes:
    """Return a PDF of 33 pages, on each a picture that can not be compressed."""
    pdf = pikepdf.new()
    for _ in range(33):
        draw(pdf, os.urandom(3 * 700 * 700), 700, ColorSpace=pikepdf.Name.DeviceRGB)
    return saved(pdf)


def one_scan() -> bytes:
    """Return a PDF of one page with one photograph of 50 megabytes."""
    side = 4600
    picture = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(
        picture, "JPEG", quality=95, subsampling=0
    )
    pdf = pikepdf.new()
    draw(pdf, picture.getvalue(), side, ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode)
    return saved(pdf)


def draw(pdf: pikepdf.Pdf, content: bytes, side: int, **told: object) -> None:
    page = pdf.add_blank_page(page_size=(595, 842))
    kind = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "BitsPerComponent": 8}
    picture = pikepdf.Stream(pdf, content, Width=side, Height=side, **kind, **told)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    page.Contents = pikepdf.Stream(pdf, b"q 500 0 0 500 40 40 cm /P Do Q")


def saved(pdf: pikepdf.Pdf) -> bytes:
    file = io.BytesIO()
    pdf.save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return file.getvalue()


@contextmanager
def serving(settings: StorageSettings, log: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    environment = {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_PORT": str(port),
    }
    with Process(["-m", "api.cli", "serve"], log, environment) as process:
        yield f"http://127.0.0.1:{port}", psutil.Process(process.popen.pid)


@pytest.fixture
async def web(
    settings: StorageSettings, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, psutil.Process]]:
    """A web process by itself, and its client."""
    with serving(settings, tmp_path / "web.log") as (address, process):
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:

            async def ready() -> bool:
                try:
                    return (await client.get("/health/ready")).is_success
                except httpx.TransportError:
                    return False

            await until(ready, seconds=60)
            yield client, process


@pytest.mark.parametrize("make", [many_pages, one_scan])
async def test_fifty_megabytes_go_in_and_out(
    agency: Agency,
    citizen: Citizen,
    web: tuple[httpx.AsyncClient, psutil.Process],
    make: Callable[[], bytes],
) -> None:
    """Handed over, and downloaded by their owner as a whole and by ranges."""
    client, process = web
    content = await asyncio.to_thread(make)
    assert 45 * MIB < len(content) <= 50 * MIB
    idle = process.memory_info().rss
    seen: dict[str, tuple[int, int]] = {}

    async def watched(name: str, work: Awaitable[None]) -> None:
        with Watch(process) as watch:
            await work
        seen[name] = (watch.own - idle) // MIB, watch.child // MIB

    async def hand_over(source_id: str, file: bytes) -> None:
        told = said(source_id, owner={"number": citizen.number})
        answer = await client.post(PATH, files=parts(told, file), headers=agency.headers)
        assert answer.status_code == 201, answer.text

    async def download(name: str, size: int) -> None:
        hashed = hashlib.sha256()
        async with client.stream("GET", f"{document}/{name}", headers=citizen.headers) as answer:
            assert answer.status_code == 200
            async for piece in answer.aiter_bytes():
                hashed.update(piece)
        assert name != "original" or hashed.digest() == hashlib.sha256(content).digest()

    async def by_ranges(part: int = 5 * MIB) -> None:
        hashed = hashlib.sha256()
        for start in range(0, len(content), part):
            headers = citizen.headers | {"range": f"bytes={start}-{start + part - 1}"}
            answer = await client.get(f"{document}/original", headers=headers)
            assert answer.status_code == 206
            hashed.update(answer.content)
        assert hashed.digest() == hashlib.sha256(content).digest()

    await watched("a letter", hand_over("KQ-0", letter()))
    await watched("handed over", hand_over("KQ-1", content))
    items = (await client.get("/v1/vault/documents", headers=citizen.headers)).json()["items"]
    document = f"/v1/vault/documents/{items[0]['id']}"
    await watched("downloaded", download("original", len(content)))
    await watched("copy downloaded", download("copy", 0))
    await watched("by ranges", by_ranges())
    log.info("at rest %d MiB; over it, and the largest child: %s", idle // MIB, seen)
    assert max(own for own, _ in seen.values()) < MOST // MIB, seen
    assert max(child for _, child in seen.values()) < CHILD_MOST // MIB, seen
