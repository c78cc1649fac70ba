"""The structure of a PNG (ISO/IEC 15948), read whole with flat memory: every chunk, and every row."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from storage.papers.limits import MIB
from storage.papers.refusals import PaperRefused, Refusal

_SIGNATURE = 8
_STEP = 256 * 1024
_TEXT_BYTES = MIB
"""What a reader may be asked to open for a comment or a colour profile."""
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))
"""Of each pass of an interlaced picture: first column, step, first row, step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    width: int
    height: int
    pixel_bits: int
    interlaced: bool

    @property
    def raw_bytes(self) -> int:
        """Size of all rows, each led by the byte of its filter."""
        passes = _ADAM7 if self.interlaced else ((0, 1, 0, 1),)
        total = 0
        for column, across, row, down in passes:
            width = -(-(self.width - column) // across)
            height = -(-(self.height - row) // down)
            if width > 0 and height > 0:
                total += height * (1 + (width * self.pixel_bits + 7) // 8)
        return total


def inspect_png(data: bytes, *, pixels: int) -> tuple[int, int]:
    """Return width and height of a PNG that is whole and nothing but one picture.

    Args:
        data: the file.
        pixels: how many it may have.

    Raises:
        PaperRefused: it is damaged, animated, too large, or something follows it.
    """
    chunks = _chunks(data)
    kind, body = next(chunks, (b"", b""))
    header = _header(body) if kind == b"IHDR" else None
    if header is None:
        raise PaperRefused(Refusal.DAMAGED)
    if header.width * header.height > pixels:
        raise PaperRefused(Refusal.TOO_LARGE_IMAGE, limit=pixels)
    _read_rows(chunks, header)
    return header.width, header.height


def _read_rows(chunks: Iterator[tuple[bytes, memoryview]], header: _Header) -> None:
    rows = zlib.decompressobj()
    left = header.raw_bytes
    for kind, body in chunks:
        if kind == b"acTL":
            raise PaperRefused(Refusal.SEVERAL_PICTURES)
        if kind == b"IDAT":
            left -= _inflated(rows, body, left)
        elif kind in {b"zTXt", b"iCCP", b"iTXt"}:
            _open_comment(kind, body)
        elif kind not in {b"PLTE", b"IEND"} and not kind[0] & 0x20:
            raise PaperRefused(
                Refusal.DAMAGED
            )  # a chunk without which the picture can not be shown, and which nobody knows
    if left or not rows.eof:
        raise PaperRefused(Refusal.DAMAGED)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    at = _SIGNATURE
    with memoryview(data) as whole:
        while at + 12 <= len(whole):
            size = int.from_bytes(whole[at : at + 4], "big")
            kind = bytes(whole[at + 4 : at + 8])
            end = at + 12 + size
            if end > len(whole) or not kind.isalpha():
                raise PaperRefused(Refusal.DAMAGED)
            with whole[at + 4 : end - 4] as checked, whole[at + 8 : end - 4] as body:
                if zlib.crc32(checked) != int.from_bytes(whole[end - 4 : end], "big"):
                    raise PaperRefused(Refusal.DAMAGED)
                yield kind, body
            at = end
            if kind == b"IEND":
                if at < len(whole):
                    raise PaperRefused(Refusal.TRAILING_DATA, bytes=len(whole) - at)
                return
    raise PaperRefused(Refusal.DAMAGED)


def _header(body: bytes | memoryview) -> _Header | None:
    if len(body) != 13:  # noqa: PLR2004 - the size of IHDR
        return None
    depth, colour, packing, filtering, interlacing = body[8:13]
    width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
    sound = depth in _DEPTHS.get(colour, ()) and not packing and not filtering and interlacing in {0, 1}
    if not (sound and 0 < width < 2**31 and 0 < height < 2**31):
        return None
    return _Header(
        width=width, height=height, pixel_bits=depth * _SAMPLES[colour], interlaced=bool(interlacing)
    )


def _inflated(rows: "zlib._Decompress", body: memoryview, left: int) -> int:
    """Return how many bytes of rows a chunk holds; more than there are pixels is a bomb."""
    total = 0
    packed: bytes | memoryview = body
    while packed:
        try:
            total += len(rows.decompress(packed, _STEP))
        except zlib.error as error:
            raise PaperRefused(Refusal.DAMAGED) from error
        if total > left:
            raise PaperRefused(Refusal.TOO_MUCH_DATA, limit=left)
        packed = rows.unconsumed_tail
        if rows.unused_data:
            raise PaperRefused(Refusal.DAMAGED)
    return total


def _open_comment(kind: bytes, body: memoryview) -> None:
    """Refuse a comment or profile that would swell in a reader."""
    _, found, rest = bytes(body).partition(b"\0")
    if not found or (kind == b"iTXt" and rest[:1] != b"\1"):
        return
    packed = rest[1:] if kind != b"iTXt" else rest[2:].split(b"\0", 2)[-1]
    try:
        opened = zlib.decompressobj().decompress(packed, _TEXT_BYTES + 1)
    except zlib.error as error:
        raise PaperRefused(Refusal.DAMAGED) from error
    if len(opened) > _TEXT_BYTES:
        raise PaperRefused(Refusal.TOO_MUCH_DATA, limit=_TEXT_BYTES)
