"""Encryption of files: each under a fresh key of its own, chunk by chunk, so that any part can be read alone.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015) over AES-256-GCM: the nonce of a chunk is its number and whether it is
the last, so that chunks left out, repeated, put in another order or cut off at the end are found. All are
bound to the header, the file and its role: a chunk of another file never passes.

A sealed file is the header (8 bytes), then chunks of 64 KiB, the last of them shorter, each with 16 bytes of
proof behind it. An empty file has one chunk, which is empty.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, field
from os import urandom
from typing import BinaryIO, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.cipher import KEY_BYTES, PartyKey
from storage.errors import StorageError

HEADER = b"TinDan\x00\x01"
"""Leads every sealed file; its last byte is the version of this form."""
CHUNK = 64 * 1024
PROOF = 16
PIECE = 1024 * 1024
"""Bytes read from a file at a time: fewer would take longer to hand to a thread than to read."""
COUNTER_BYTES = 11

Fetch = Callable[[int, int], AsyncIterable[bytes]]
"""Yields the bytes of a sealed file from one place up to another."""


class DamagedFileError(StorageError):
    """What was kept is not what was sealed: it was changed, cut, lengthened, or belongs to another file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKey:
    """The open key of one file in one role. Lives in memory only; kept wrapped by the key of a party.

    So destroying the party's key makes every file of the party unreadable for good.
    """

    file_id: UUID
    role: str
    _raw: bytes = field(repr=False)

    @classmethod
    def draw(cls, file_id: UUID, role: str) -> Self:
        """Draw a fresh key. One key seals one file once."""
        return cls(file_id=file_id, role=role, _raw=urandom(KEY_BYTES))

    @classmethod
    def unwrapped(cls, party_key: PartyKey, wrapped: bytes, *, file_id: UUID, role: str) -> Self:
        """Open a wrapped key; raise UndecipherableError when it is another party's, file's or role's."""
        return cls(file_id=file_id, role=role, _raw=party_key.unwrap(wrapped, _purpose(role), file_id))

    def wrapped(self, party_key: PartyKey) -> bytes:
        """Return the key as it is kept."""
        return party_key.wrap(self._raw, _purpose(self.role), self.file_id)

    def cipher(self) -> AESGCM:
        """Return the cipher under this key."""
        return AESGCM(self._raw)

    @property
    def binding(self) -> bytes:
        """What every chunk is bound to."""
        return HEADER + self.file_id.bytes + self.role.encode()


def _purpose(role: str) -> str:
    return f"file.{role}"


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(COUNTER_BYTES, "big") + bytes([last])


def chunks_of(size: int) -> int:
    """Return in how many chunks a file of that many bytes is sealed."""
    return max(1, -(-size // CHUNK))


def sealed_size(size: int) -> int:
    """Return how many bytes a file of that many bytes takes once it is sealed."""
    return len(HEADER) + size + PROOF * chunks_of(size)


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """Read a file to its end in a thread: a disk may be slow."""
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


async def sealed(key: FileKey, plain: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Seal what comes in pieces of any size; one chunk is held back, as it may be the last.

    It works where it is called: a chunk takes microseconds, handing it to a thread twenty times as many.
    """
    cipher, binding = key.cipher(), key.binding
    number, held = 0, bytearray()
    yield HEADER
    async for piece in plain:
        held += piece
        ready = max(0, len(held) - 1) // CHUNK
        if not ready:
            continue
        with memoryview(held) as view:
            out = [
                cipher.encrypt(
                    _nonce(number + place, last=False), view[place * CHUNK : (place + 1) * CHUNK], binding
                )
                for place in range(ready)
            ]
        del held[: ready * CHUNK]
        number += ready
        yield b"".join(out)
    yield cipher.encrypt(_nonce(number, last=True), held, binding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which chunks of a file hold the bytes from `start` up to `end`, and where these lie once sealed."""

    size: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= self.size:
            raise ValueError("no part of the file")

    @property
    def first(self) -> int:
        """The number of the first chunk."""
        return min(self.start // CHUNK, chunks_of(self.size) - 1)

    @property
    def after(self) -> int:
        """The number of the chunk behind the last."""
        return max(self.first + 1, chunks_of(self.end))

    @property
    def sealed_start(self) -> int:
        """Where to begin to read; with the first chunk comes the header."""
        return len(HEADER) + self.first * (CHUNK + PROOF) if self.first else 0

    @property
    def sealed_end(self) -> int:
        """Up to where to read."""
        return min(len(HEADER) + self.after * (CHUNK + PROOF), sealed_size(self.size))


async def opened(
    key: FileKey, fetch: Fetch, *, size: int, start: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """Yield the bytes of a file from `start` up to `end`; only the chunks that hold them are read.

    Args:
        key: of the file.
        fetch: reads the sealed file.
        size: how many bytes the file has; a wrong one is refused with the last chunk.
        start: from where on, in bytes.
        end: up to where; to the end of the file unless given.

    Raises:
        DamagedFileError: before any byte of a chunk that is not as it was sealed.
        ValueError: there is no such part.
    """
    span = Span(size=size, start=start, end=size if end is None else end)
    opening = _Opening(key, span)
    async for piece in fetch(span.sealed_start, span.sealed_end):
        if plain := opening.add(piece):
            yield plain
    opening.finish()


class _Opening:
    """Opens the chunks of a span as their bytes come in."""

    def __init__(self, key: FileKey, span: Span) -> None:
        self._cipher, self._binding = key.cipher(), key.binding
        self._span = span
        self._next = span.first
        self._left = span.sealed_end - span.sealed_start
        self._headed = span.sealed_start > 0
        self._held = bytearray()

    def add(self, piece: bytes) -> bytes:
        """Return what became readable."""
        self._held += piece
        self._left -= len(piece)
        if self._left < 0:
            raise DamagedFileError("longer than it was sealed")
        if not self._headed:
            self._take_header()
        return self._open_ready() if self._headed else b""

    def finish(self) -> None:
        """Raise DamagedFileError when something is missing."""
        if self._left:
            raise DamagedFileError("shorter than it was sealed")

    def _take_header(self) -> None:
        if len(self._held) < len(HEADER):
            return
        if self._held[: len(HEADER)] != HEADER:
            raise DamagedFileError("another header")
        del self._held[: len(HEADER)]
        self._headed = True

    def _open_ready(self) -> bytes:
        whole = CHUNK + PROOF
        count = self._span.after - self._next if not self._left else len(self._held) // whole
        with memoryview(self._held) as view:
            out = [self._open(view[place * whole : (place + 1) * whole]) for place in range(count)]
        del self._held[: count * whole]
        return b"".join(out)

    def _open(self, chunk: memoryview) -> bytes:
        number = self._next
        last = number + 1 == chunks_of(self._span.size)
        try:
            plain = self._cipher.decrypt(_nonce(number, last=last), chunk, self._binding)
        except (InvalidTag, ValueError) as error:
            raise DamagedFileError(f"chunk {number}") from error
        self._next += 1
        offset = number * CHUNK
        return plain[max(0, self._span.start - offset) : self._span.end - offset]
