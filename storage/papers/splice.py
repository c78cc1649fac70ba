"""A file put together from pieces of others while it is read: nothing is copied, nothing kept in memory."""

import io
import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_STEP = 256 * 1024
"""Bytes read at once, however much is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`size` bytes of a file from `start` on."""

    file: BinaryIO
    start: int
    size: int

    @classmethod
    def of(cls, data: bytes) -> "Piece":
        """Return bytes as a piece."""
        return cls(file=io.BytesIO(data), start=0, size=len(data))


class Splice(io.RawIOBase):
    """Pieces, one after the other, to be read from anywhere. Their files stay open, and are the caller's."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._pieces = [piece for piece in pieces if piece.size]
        *self._starts, self._size = itertools.accumulate((piece.size for piece in self._pieces), initial=0)
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read what one piece has from here on, and return how many bytes that is."""
        if self._at >= self._size:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        piece, within = self._pieces[number], self._at - self._starts[number]
        piece.file.seek(piece.start + within)
        data = piece.file.read(min(len(buffer), piece.size - within, _STEP))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
