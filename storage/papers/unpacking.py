"""What the compressed parts of a PDF grow to, without keeping it: bombs are found before a reader is."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from storage.papers.refusals import PaperRefused, Refusal

_STEP = 256 * 1024
_FILTERS = 4
"""More in a row than any program writes; each may multiply by a thousand."""
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_PIXEL_BYTES = 8
"""Of the largest pixel there is: four inks of 16 bits."""
_ROWS_BYTES = 2**20
"""Allowed on top, for the byte that leads each row."""


class Unpacking:
    """Counts what the streams of one PDF hold. Refuses when it is too much."""

    def __init__(self, *, unpacked_bytes: int, pixels: int) -> None:
        self._limit = unpacked_bytes
        self._left = unpacked_bytes
        self._pixels = pixels

    def take(self, stream: pikepdf.Object) -> None:
        """Open one stream and throw away what comes out.

        Raises:
            PaperRefused: all streams together, or this picture, are larger than may be, or it is damaged.
        """
        filters = _filters(stream)
        if len(filters) > _FILTERS:
            raise PaperRefused(Refusal.TOO_DEEP, limit=_FILTERS)
        if stream.get("/Subtype") == "/Image":
            # Not what it says of itself, but no more than that many pixels fill: a reader stops there.
            _opened(stream, filters, self._picture_pixels(stream) * _PIXEL_BYTES + _ROWS_BYTES)
        else:
            self._left -= _opened(stream, filters, self._left, stated=self._limit)

    def _picture_pixels(self, stream: pikepdf.Object) -> int:
        width: Any = stream.get("/Width")
        height: Any = stream.get("/Height")
        if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
            raise PaperRefused(Refusal.DAMAGED)
        total = width * height
        if total > self._pixels:
            raise PaperRefused(Refusal.TOO_LARGE_IMAGE, limit=self._pixels)
        return total


def _filters(stream: pikepdf.Object) -> list[str]:
    found = stream.get("/Filter")
    if found is None:
        return []
    return [str(name) for name in found] if isinstance(found, pikepdf.Array) else [str(found)]


def _opened(stream: pikepdf.Object, filters: list[str], limit: int, *, stated: int | None = None) -> int:
    """Return how many bytes come out."""
    flates = next((at for at, name in enumerate(filters) if name not in _FLATE), len(filters))
    if flates == 0 and filters:
        total = _opened_by_qpdf(stream)
    else:
        total = _inflated([stream.read_raw_bytes()], flates, limit)
    if total > limit:
        raise PaperRefused(Refusal.TOO_MUCH_DATA, limit=stated or limit)
    return total


def _opened_by_qpdf(stream: pikepdf.Object) -> int:
    """Open the rare filters in memory, which is bounded; what only pictures use is left as it is."""
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError:
        return 0


def _inflated(packed: Iterable[bytes], layers: int, limit: int) -> int:
    for _ in range(layers):
        packed = _inflate(packed)
    total = 0
    for piece in packed:
        total += len(piece)
        if total > limit:
            break
    return total


def _inflate(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Open one layer of Flate piece by piece. What follows its end is ignored, as readers do."""
    layer = zlib.decompressobj()
    for piece in packed:
        waiting = piece
        while waiting and not layer.eof:
            try:
                yield layer.decompress(waiting, _STEP)
            except zlib.error as error:
                raise PaperRefused(Refusal.DAMAGED) from error
            waiting = layer.unconsumed_tail
