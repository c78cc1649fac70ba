"""Files of documents as they leave the house: decrypted piece by piece, whole or in part."""

import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api import conditional
from api.problems import Problem
from api.ranges import Part, Unsatisfiable, part_of
from api.services import Services
from storage.errors import StorageError
from storage.papers.kinds import MediaType
from storage.search.folding import fold
from storage.vault.blobs import Blobs
from storage.vault.sealing import FileKey, opened

log = structlog.get_logger(__name__)

DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file as a whole; also where several ranges are asked for at once",
        "content": {kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in MediaType},
    },
    206: {"description": "The one part that `Range` asks for"},
    304: conditional.NOT_MODIFIED[304],
    404: {"description": "There is no such file, or it is not the caller's"},
    416: {"description": "The file has no byte of that range: `Content-Range` says how long it is"},
}
"""For the description of an endpoint."""
LONGEST_NAME = 100
_HIDDEN = ("C", "Zl", "Zp")
"""Categories of Unicode that show nothing or turn the direction: by one `gpj.exe` looks like `exe.jpg`."""
_UNWELCOME = re.compile(r'[\\/:*?"<>|;%\s]+')
"""What parts folders or has a meaning to some system or header."""


class Sendable(Protocol):
    """A file that is kept encrypted, with what its bytes are read by."""

    @property
    def title(self) -> str:
        """What it is called, without an extension."""

    @property
    def media_type(self) -> str:
        """One of `MediaType`."""

    @property
    def size(self) -> int:
        """In bytes, before it was encrypted."""

    @property
    def sha256(self) -> bytes:
        """Of those."""

    @property
    def path(self) -> str:
        """Where the blob store has it."""

    @property
    def key(self) -> FileKey:
        """What decrypts it."""

    @property
    def about(self) -> Mapping[str, str]:
        """Ids for the log."""


class BrokenOff(Exception):  # noqa: N818 - says what is the case
    """An answer that began can not go on: its connection ends short of the length that was told."""


async def send(request: Request, services: Services, found: Sendable) -> Response:
    """Answer with a file, or a part of it, without a connection to the database in hand.

    The first piece is read before anything is answered: what is damaged from there on, or away, becomes a
    problem and no file. What is found to be damaged later ends the connection before its bytes are sent.
    """
    tag = tag_of(found)
    headers = {"etag": tag, "accept-ranges": "bytes", "cache-control": "private, no-store"}
    if conditional.holds(request, tag):
        return Response(status_code=304, headers=headers)
    size = found.size
    try:
        part = part_of(size, tag, request.headers.getlist("range"), request.headers.get("if-range"))
    except Unsatisfiable:
        raise Problem("range-unsatisfiable", 416, headers={"content-range": f"bytes */{size}"}) from None
    headers |= {"content-disposition": disposition(found), "x-robots-tag": "noindex"}
    headers |= part.headers() if part else {"content-length": str(size)}
    pieces = _pieces(services.blobs, found, part or Part(start=0, end=size, size=size))
    first = await anext(pieces, b"")
    return StreamingResponse(
        _joined(first, pieces, found),
        status_code=206 if part else 200,
        media_type=found.media_type,
        headers=headers,
    )


def _pieces(blobs: Blobs, found: Sendable, part: Part) -> AsyncIterator[bytes]:
    def fetch(start: int, end: int) -> AsyncIterator[bytes]:
        return blobs.get(found.path, start, end)

    return opened(found.key, fetch, size=part.size, start=part.start, end=part.end)


async def _joined(first: bytes, rest: AsyncIterator[bytes], found: Sendable) -> AsyncIterator[bytes]:
    yield first
    try:
        async for piece in rest:
            yield piece
    except StorageError as error:
        log.error("download_broke_off", error=type(error).__name__, **found.about)  # noqa: TRY400 - a known error
        raise BrokenOff from error


def tag_of(found: Sendable) -> str:
    """Return the strong ETag of a file: of its bytes alone."""
    return f'"{urlsafe_b64encode(found.sha256[:18]).decode()}"'


def disposition(found: Sendable) -> str:
    """Return a Content-Disposition with the file's title (RFC 6266), twice: in ASCII, and as it is."""
    extension = MediaType(found.media_type).extension
    name = file_name(found.title)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", fold(name))
    return (
        f'attachment; filename="{plain}.{extension}"; '
        f"filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"
    )


def file_name(title: str) -> str:
    """Return a title as a file may be called on any system, without an extension."""
    shown = "".join(
        one for one in title if not unicodedata.category(one).startswith(_HIDDEN) or one.isspace()
    )
    name = _UNWELCOME.sub(" ", shown)[:LONGEST_NAME].strip(" .-~")
    return name or "giay to"
