"""The structure of a JPEG (ITU-T T.81): its segments, its size, and where it ends."""

import re
from dataclasses import dataclass

from storage.papers.refusals import PaperRefused, Refusal

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = range(0xC0, 0xD0)
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_COMMON_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what every reader shows. Lossless and arithmetic ones few do."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_SCANS = 100
"""A progressive picture has about ten; thousands are a known way to keep a reader busy."""
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A JPEG file: the size of its picture in pixels, and whether others follow it that no reader shows."""

    width: int
    height: int
    followed: bool


def inspect_jpeg(data: bytes, *, pixels: int) -> Photograph:
    """Return what a JPEG holds, if it is whole.

    Phones hang further pictures on to the first one (a depth map, a brighter copy). They are let pass if they
    are pictures, and so is padding with zeros; anything else after the end is refused.

    Args:
        data: the file.
        pixels: how many it may have.

    Raises:
        PaperRefused: it is damaged, of a rare kind, too large, or something else follows it.
    """
    width, height, end = _picture(data, 0, pixels)
    at, followed = end, False
    while at < len(data):
        start = _after_zeros(data, at)
        if start == len(data):
            break
        if data[start : start + 3] != b"\xff\xd8\xff":
            raise PaperRefused(Refusal.TRAILING_DATA, bytes=len(data) - end)
        *_, at = _picture(data, start, pixels)
        followed = True
    return Photograph(width=width, height=height, followed=followed)


def _picture(data: bytes, start: int, pixels: int) -> tuple[int, int, int]:
    """Return width, height and where the picture ends that begins at `start`."""
    at, size, scans = start + 2, None, 0
    while True:
        marker, at = _marker(data, at)
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        body, at = _segment(data, at)
        if marker in _FRAMES and marker not in _NO_FRAMES:
            if size is not None:
                raise PaperRefused(Refusal.DAMAGED)
            size = _size(marker, body, pixels)
        elif marker == _SCAN:
            scans += 1
            if scans > _SCANS:
                raise PaperRefused(Refusal.TOO_MANY_OBJECTS, limit=_SCANS)
            at = _after_scan(data, at)
        elif marker == _START:
            raise PaperRefused(Refusal.DAMAGED)
    if size is None or not scans:
        raise PaperRefused(Refusal.DAMAGED)
    return *size, at


def _marker(data: bytes, at: int) -> tuple[int, int]:
    if data[at : at + 1] != b"\xff":
        raise PaperRefused(Refusal.DAMAGED)
    found = _MARKER.match(data, at)
    if found is None:
        raise PaperRefused(Refusal.DAMAGED)
    return found[0][-1], found.end()


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[at : at + 2], "big")
    end = at + size
    if size < 2 or end > len(data):  # noqa: PLR2004 - the length counts itself
        raise PaperRefused(Refusal.DAMAGED)
    return data[at + 2 : end], end


def _size(marker: int, body: bytes, pixels: int) -> tuple[int, int]:
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if marker not in _COMMON_FRAMES or body[:1] != b"\x08" or body[5:6] not in (b"\x01", b"\x03", b"\x04"):
        raise PaperRefused(Refusal.DAMAGED)
    if not width or not height:
        raise PaperRefused(Refusal.DAMAGED)
    if width * height > pixels:
        raise PaperRefused(Refusal.TOO_LARGE_IMAGE, limit=pixels)
    return width, height


def _after_scan(data: bytes, at: int) -> int:
    found = _MARKER.search(data, at)
    if found is None:
        raise PaperRefused(Refusal.DAMAGED)
    return found.start()


_NO_ZERO = re.compile(rb"[^\0]")


def _after_zeros(data: bytes, at: int) -> int:
    found = _NO_ZERO.search(data, at)
    return found.start() if found else len(data)
