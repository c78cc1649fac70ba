"""Bytes kept compressed once, and sent in whichever coding is asked for.

gzip (RFC 1952) and deflate (RFC 1950) are the same compressed data (RFC 1951) between other first and last
bytes, so that one copy serves both, and is unpacked for those who ask for neither.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Coding = Literal["gzip", "deflate", "identity"]
_PACKED_CODINGS: tuple[Coding, ...] = ("gzip", "deflate")
SLICE = 64 * 1024
"""Bytes handed to the network at a time: a slow phone is not to hold a copy of the whole in memory."""

_PACKED_SLICE = 8 * 1024
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_ZLIB_HEAD = b"\x78\x9c"
_RAW = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Compressed bytes, with what they were: how many, and their checksums."""

    data: bytes
    size: int
    crc: int
    adler: int

    def length(self, coding: Coding) -> int:
        """Return how many bytes are sent."""
        if coding == "identity":
            return self.size
        return sum(len(part) for part in (self._head(coding), self.data, self._tail(coding)))

    def slices(self, coding: Coding) -> Iterator[bytes]:
        """Yield what is sent."""
        if coding == "identity":
            yield from self._unpacked()
            return
        yield self._head(coding)
        for start in range(0, len(self.data), SLICE):
            yield self.data[start : start + SLICE]
        yield self._tail(coding)

    def _head(self, coding: Coding) -> bytes:
        return _GZIP_HEAD if coding == "gzip" else _ZLIB_HEAD

    def _tail(self, coding: Coding) -> bytes:
        if coding == "gzip":
            return struct.pack("<LL", self.crc, self.size & 0xFFFFFFFF)
        return struct.pack(">L", self.adler)

    def _unpacked(self) -> Iterator[bytes]:
        inflate = zlib.decompressobj(_RAW)
        for start in range(0, len(self.data), _PACKED_SLICE):
            rest = self.data[start : start + _PACKED_SLICE]
            while rest:
                yield inflate.decompress(rest, SLICE)
                rest = inflate.unconsumed_tail
        yield inflate.flush()


class Packer:
    """Takes bytes in parts, and packs them."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(wbits=_RAW, memLevel=zlib.DEF_MEM_LEVEL)
        self._parts: list[bytes] = []
        self._size, self._crc, self._adler = 0, zlib.crc32(b""), zlib.adler32(b"")

    def add(self, texts: Iterable[str]) -> None:
        """Put texts behind what is there."""
        part = "".join(texts).encode()
        self._size += len(part)
        self._crc = zlib.crc32(part, self._crc)
        self._adler = zlib.adler32(part, self._adler)
        self._parts.append(self._deflate.compress(part))

    def finish(self) -> Packed:
        """Return the whole."""
        data = b"".join((*self._parts, self._deflate.flush()))
        return Packed(data=data, size=self._size, crc=self._crc, adler=self._adler)


def accepted_coding(header: str) -> Coding:
    """Return the coding that an Accept-Encoding header weighs most (RFC 9110, 12.5.3); gzip of two alike."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter.strip())
    best: Coding = "identity"
    most = 0.0
    for coding in _PACKED_CODINGS:
        weight = weights.get(coding, weights.get("*", 0.0))
        if weight > most:
            best, most = coding, weight
    return best


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return 0.0
