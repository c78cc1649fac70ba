"""A file with what is said of it, in one `multipart/form-data` body (RFC 7578), read as it comes.

Nothing is held in memory but the piece at hand: the file goes into an unlinked temporary one, is hashed on
the way, and is gone when whoever asked for it is done, however that ends.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from api.problems import FieldError, Problem, pointer_to
from storage.papers.spool import spool

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_TEXT = 64 * 1024
"""Bytes of all that is said of a file."""
PIECE = 1024 * 1024
MALFORMED = "malformed-multipart"
AGAIN_SECONDS = {"retry-after": "10"}


class Places:
    """How many uploads may be under way in a process: each takes room on disk until it is done.

    Args:
        each: of one sender, who so fills neither the disk nor the line before the workshop.
        most: of all.
    """

    def __init__(self, *, each: int = 16, most: int = 64) -> None:
        self._each, self._most = each, most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Have a place while the block lasts. Raises Problem where there is none."""
        if self._taken[whose] >= self._each or self._taken.total() >= self._most:
            raise Problem("too-many-files", 503, headers=AGAIN_SECONDS)
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            self._taken += Counter()  # forgets who has none


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file that came whole.

    Attributes:
        content: open at its beginning; has no name on disk.
        size: bytes.
        sha256: of those.
        declared_type: what the sender calls it: believed by nobody, and told where it is a lie.
        name: what it is called where it comes from; a form of a page says so, others may not.
    """

    content: BinaryIO = field(repr=False)
    size: int
    sha256: bytes
    declared_type: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One body: the text of each field, and the file."""

    fields: dict[str, bytes] = field(repr=False)
    file: UploadedFile


@asynccontextmanager
async def received(
    request: Request,
    *,
    texts: frozenset[str],
    file: str,
    most: int,
    folder: Path,
    may_be_empty: bool = False,
    said: dict[str, bytearray] | None = None,
) -> AsyncIterator[Upload]:
    """Read a body, and keep its file as long as the block lasts.

    Args:
        request: whose body was not read yet.
        texts: names of the parts that must be there beside the file.
        file: name of the part that is the file.
        most: bytes that the file may have.
        folder: where there is room for it.
        may_be_empty: whether the file may have no byte: so a form of a page sends none.
        said: filled with the texts as they come, for whoever wants to show them where the file is refused.

    Raises:
        Problem: 415 for another type of body, 400 for one that breaks off or is malformed, 422 naming the
            part that is missing, there twice, unknown or empty, 413 for a file that is too large.
        OSError: there is no room for it.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    with spool(folder) as content:
        reader = _Reader(
            texts=texts, file=file, most=most, least=0 if may_be_empty else 1, content=content, said=said
        )
        parser = MultipartParser(boundary, reader.callbacks())
        try:
            async for chunk in request.stream():
                parser.write(chunk)
                await reader.drain(PIECE)
            parser.finalize()
        except (FormParserError, ClientDisconnect) as error:
            raise Problem(MALFORMED, 400) from error
        await reader.drain(1)
        yield reader.upload()


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Problem("multipart-needed", 415)
    boundary = options.get(b"boundary", b"")
    # RFC 2046, 5.1.1; the parser's time grows with it.
    if not 1 <= len(boundary) <= 70:  # noqa: PLR2004
        raise Problem(MALFORMED, 400)
    return boundary


class _Reader:
    """Sorts the parts of a body as the parser finds them. Its callbacks only take note: they can not wait."""

    def __init__(
        self,
        *,
        texts: frozenset[str],
        file: str,
        most: int,
        least: int,
        content: BinaryIO,
        said: dict[str, bytearray] | None,
    ) -> None:
        self._texts, self._file, self._content = texts, file, content
        self._least, self._most = least, most
        self._fields: dict[str, bytearray] = {} if said is None else said
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._declared_type: str | None = None
        self._file_name = ""
        self._waiting = bytearray()
        self._size, self._text_size = 0, 0
        self._hash = hashlib.sha256()
        self._ended = False

    def callbacks(self) -> "MultipartCallbacks":
        """Return what the parser calls."""
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_part,
            "on_part_data": self._on_data,
            "on_end": self._on_end,
        }

    def _on_header(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _on_part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = name = options.get(b"name", b"").decode("utf-8", "replace")
        if name != self._file and name not in self._texts:
            raise _at(name[:64], "extra_forbidden")
        if name in self._fields or (name == self._file and self._declared_type is not None):
            raise _at(name, "part-repeated")
        if name == self._file:
            kind, _ = parse_options_header(self._headers.get(b"content-type", b""))
            self._declared_type = kind.decode("latin-1")
            self._file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        else:
            self._fields[name] = bytearray()

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        size = end - start
        if self._name == self._file:
            self._size += size
            if self._size > self._most:
                raise Problem("file-too-large", 413, most=self._most // (1024 * 1024))
            self._waiting += data[start:end]
        else:
            self._text_size += size
            if self._text_size > MOST_TEXT:
                raise _at(self._name, "part-too-large", most=MOST_TEXT // 1024)
            self._fields[self._name] += data[start:end]

    def _on_end(self) -> None:
        self._ended = True

    async def drain(self, least: int) -> None:
        """Write away what has come, if it is at least so many bytes."""
        if len(self._waiting) < least:
            return
        piece, self._waiting = self._waiting, bytearray()
        # Hashing and writing let go of the interpreter, and a disk may take its time.
        await asyncio.to_thread(self._keep, piece)

    def _keep(self, piece: bytearray) -> None:
        self._hash.update(piece)
        self._content.write(piece)

    def upload(self) -> Upload:
        """Return what came, or refuse what is not whole. Raises Problem."""
        if not self._ended:
            raise Problem(MALFORMED, 400)
        missing = sorted(self._texts - self._fields.keys())
        if self._declared_type is None:
            missing.append(self._file)
        if missing:
            errors = [FieldError(pointer=pointer_to(name), code="missing") for name in missing]
            raise Problem("validation", 422, errors=errors)
        if self._size < self._least:
            raise _at(self._file, "empty-file")
        self._content.seek(0)
        file = UploadedFile(
            content=self._content,
            size=self._size,
            sha256=self._hash.digest(),
            declared_type=self._declared_type or "",
            name=self._file_name,
        )
        return Upload(fields={name: bytes(text) for name, text in self._fields.items()}, file=file)


def _at(name: str, code: str, **params: object) -> Problem:
    return Problem("validation", 422, errors=[FieldError(pointer=pointer_to(name), code=code, params=params)])
