"""Files come as they were sent, whole or in part, and cost no connection while they do."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import pairwise
from os import urandom
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from api.downloads import BrokenOff, file_name
from api.services import Services
from storage.vault.blobs import Blobs
from storage.vault.sealing import CHUNK
from tests.api.acting import sign_in
from tests.api.callers import Citizen, MakeCitizen
from tests.api.documents import COPY, ORIGINAL, keep_document

STORE = "/v1/vault/documents"
LARGE = urandom(5 * CHUNK + 1234)


@dataclass(frozen=True, kw_only=True)
class Files:
    """An owner's files, over HTTP."""

    client: httpx.AsyncClient
    services: Services
    owner: Citizen

    async def keep(self, role: str = "original", **told: Any) -> str:
        """Put a document into the store; return the address of a file of it."""
        return f"{STORE}/{await keep_document(self.services, self.owner, **told)}/{role}"

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a file; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=self.owner.headers | named)


@pytest.fixture
async def files(client: httpx.AsyncClient, services: Services, make_citizen: MakeCitizen) -> Files:
    """The files of a person who is signed in at level 2."""
    owner = await sign_in(services, await make_citizen("001190000011"))
    return Files(client=client, services=services, owner=owner)


@pytest.fixture
async def original(files: Files) -> str:
    """The address of an original of some chunks."""
    return await files.keep(original=LARGE)


async def test_files_come_as_they_were_sent(files: Files) -> None:
    """Original and copy, each with its type and length; kept by no cache, taken for nothing else."""
    path = await files.keep()
    for role, content in (("original", ORIGINAL), ("copy", COPY)):
        answer = await files.get(path.replace("original", role))
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-length"] == str(len(content))
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_document_without_a_copy_has_none(files: Files) -> None:
    """It is as missing as a document that is not there."""
    path = await files.keep(copy=None)
    assert (await files.get(path)).status_code == 200
    assert (await files.get(path.replace("original", "copy"))).status_code == 404


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 1),
        (CHUNK - 1, CHUNK + 1),
        (CHUNK, 2 * CHUNK),
        (3 * CHUNK - 5, len(LARGE)),
        (len(LARGE) - 1, len(LARGE)),
        (0, len(LARGE)),
    ],
)
async def test_parts_are_those_bytes(files: Files, original: str, start: int, end: int) -> None:
    """Across the borders of chunks as well."""
    answer = await files.get(original, range=f"bytes={start}-{end - 1}")
    assert (answer.status_code, answer.content) == (206, LARGE[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(LARGE)}"
    assert answer.headers["content-length"] == str(end - start)


async def test_a_download_that_broke_off_goes_on(files: Files, original: str) -> None:
    """Piece by piece under the tag of the first, all pieces are the file."""
    tag = (await files.get(original, range="bytes=0-0")).headers["etag"]
    cuts = [0, 1, 100, CHUNK, 200_000, len(LARGE)]
    pieces = [
        await files.get(original, range=f"bytes={start}-{end - 1}", if_range=tag)
        for start, end in pairwise(cuts)
    ]
    assert {piece.status_code for piece in pieces} == {206}
    assert b"".join(piece.content for piece in pieces) == LARGE


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ({"range": "bytes=0-1,5-6"}, 200, LARGE),
        ({"range": "bytes=0-1", "if_range": '"another"'}, 200, LARGE),
        ({"range": "bytes=9999999-"}, 416, None),
        ({"if_none_match": "*"}, 304, b""),
        ({"if_none_match": "*", "range": "bytes=0-1"}, 304, b""),
        ({"if_none_match": '"another"', "range": "bytes=0-1"}, 206, LARGE[:2]),
    ],
    ids=["two parts", "of another", "beyond the end", "known", "a part of what is known", "a part"],
)
async def test_conditions_come_before_parts(
    files: Files,
    original: str,
    asked: dict[str, str],
    status: int,
    content: bytes | None,
) -> None:
    """Several ranges are answered by the whole, a range of another state likewise, one behind the end by 416."""
    answer = await files.get(original, **asked)
    assert answer.status_code == status
    assert content is None or answer.content == content
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(LARGE)}"
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_the_app_holds_does_not_travel(files: Files, original: str) -> None:
    """Its tag is strong, and of the bytes alone."""
    first = await files.get(original)
    assert not first.headers["etag"].startswith("W/")
    again = await files.get(original, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize(
    ("title", "plain", "whole"),
    [
        ("Giấy khai sinh", "Giay khai sinh.pdf", "Giấy khai sinh.pdf"),
        ('x"; filename="evil.exe', "x filename= evil.exe.pdf", "x filename= evil.exe.pdf"),
        ("../../etc/passwd", "etc passwd.pdf", "etc passwd.pdf"),
        ("C:\\a\\b.exe", "C a b.exe.pdf", "C a b.exe.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf", "afdp.exe.pdf"),
        ("a\nSet-Cookie: x", "a Set-Cookie x.pdf", "a Set-Cookie x.pdf"),
        ("日本 100%", "__ 100.pdf", "日本 100.pdf"),
        (". - ~", "giay to.pdf", "giay to.pdf"),
        ("x" * 500, "x" * 100 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
async def test_names_are_safe_everywhere(files: Files, title: str, plain: str, whole: str) -> None:
    """In ASCII for old programs and as it is for others; no folder, header or direction comes with them."""
    path = await files.keep(title=title)
    answer = await files.get(path)
    given = answer.headers["content-disposition"]
    assert given.isascii()
    kind, ascii_part, encoded = given.split("; ", 2)
    assert (kind, ascii_part) == ("attachment", f'filename="{plain.replace("=", "_")}"')
    assert unquote(encoded.removeprefix("filename*=UTF-8''")) == whole
    read = EmailMessage()
    read["content-disposition"] = given
    assert read.get_filename() in {whole, plain.replace("=", "_")}
    assert "set-cookie" not in answer.headers


def test_a_name_is_never_empty() -> None:
    """Also of nothing but what shows nothing."""
    assert file_name("\u200b\u202e\x07") == "giay to"


async def test_images_are_called_what_they_are(files: Files) -> None:
    """By their type."""
    path = await files.keep(media_type="image/jpeg")
    answer = await files.get(path)
    assert answer.headers["content-type"] == "image/jpeg"
    assert 'filename="Giay khai sinh.jpg"' in answer.headers["content-disposition"]


async def blob_of(services: Services) -> Path:
    """Return where the original of the one document lies."""
    async with services.reading() as reading:
        query = "SELECT path FROM document_file WHERE role = 'original'"
        row: Any = await (await (await reading.driver()).execute(query)).fetchone()
    return services.settings.storage.data_dir / "vault" / str(row[0])


@pytest.mark.parametrize("how", ["changed", "gone"])
async def test_what_is_damaged_is_no_file(files: Files, how: str) -> None:
    """A bit that turned, or a missing blob: a problem is answered, and not one false byte."""
    path = await files.keep(original=urandom(70_001))
    blob = await blob_of(files.services)
    kept = bytearray(blob.read_bytes())
    kept[1000] ^= 1
    if how == "changed":
        blob.write_bytes(kept)
    else:
        blob.unlink()
    answer = await files.get(path)
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:tindan:problem:document-damaged"
    assert "content-disposition" not in answer.headers


async def test_what_turns_out_to_be_cut_is_never_whole(files: Files) -> None:
    """Its beginning may be under way by then: the answer breaks off, short of the length that it told."""
    path = await files.keep(original=urandom(70_001))
    blob = await blob_of(files.services)
    blob.write_bytes(blob.read_bytes()[:-1])
    with pytest.raises(BrokenOff):
        await files.get(path)


async def test_a_slow_reader_holds_no_connection(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """While many downloads stand still, far more than there are connections, none is taken."""
    pool = files.services.engine.pool.pool
    path = await files.keep(original=LARGE)
    reading, go_on = asyncio.Semaphore(0), asyncio.Event()
    get_blob = Blobs.get

    async def slow(self: Blobs, path: str, start: int, end: int) -> Any:
        reading.release()
        await go_on.wait()
        async for piece in get_blob(self, path, start, end):
            yield piece

    monkeypatch.setattr(Blobs, "get", slow)
    count = 3 * pool.size()  # type: ignore[attr-defined] # of a queue pool
    downloads = [asyncio.create_task(files.get(path)) for _ in range(count)]
    async with asyncio.timeout(30):
        for _ in downloads:
            await reading.acquire()
    assert pool.checkedout() == 0  # type: ignore[attr-defined] # of a queue pool
    go_on.set()
    answers = await asyncio.gather(*downloads)
    assert {answer.content for answer in answers} == {LARGE}
