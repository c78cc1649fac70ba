"""A picture as a PDF of one page of A4: the pixels as they came, turned as the camera says.

A JPEG goes in byte for byte, and so do the compressed rows of most PNGs. Only a PNG that is interlaced or
partly transparent is packed anew, without loss, upon white.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from storage.papers.kinds import MediaType
from storage.papers.splice import Piece, Splice

_A4 = (210 * 72 / 25.4, 297 * 72 / 25.4)
_ORIENTATION = 0x0112
_TURNS = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How the unit square is turned and mirrored for each orientation of EXIF 2.32 (4.6.4 A)."""
_METHODS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset({5, 6, 7, 8})
_SPACES = {"L": (b"/DeviceGray", 1), "RGB": (b"/DeviceRGB", 3), "CMYK": (b"/DeviceCMYK", 4)}
_INVERTED = b"/Decode [1 0 1 0 1 0 1 0]"
"""Adobe's programs write the ink that is missing."""
_ROWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pixels:
    """What stands in the stream of a picture, and the entries of its dictionary that explain it."""

    entries: bytes
    pieces: list[Piece]


def as_pdf(file: BinaryIO, media_type: MediaType) -> BinaryIO:
    """Return a picture as a PDF of one page, read from the picture's own file as it is needed.

    The page is A4, upright or lying as the picture is. The picture fills it from the top, but is never drawn
    larger than 72 pixels an inch.
    """
    file.seek(0)
    with Image.open(file) as picture:
        spot = _Spot.of(picture)
        width, height = picture.size
        pixels = _jpeg(file, picture) if media_type is MediaType.JPEG else _png(file, picture)
    contents = spot.contents()
    image = b"<</Type/XObject/Subtype/Image/Width %d/Height %d %b/Length %d>>" % (
        width,
        height,
        pixels.entries,
        sum(piece.size for piece in pixels.pieces),
    )
    objects = [
        [Piece.of(b"<</Type/Catalog/Pages 2 0 R>>")],
        [Piece.of(b"<</Type/Pages/Kids[3 0 R]/Count 1>>")],
        [Piece.of(spot.page())],
        [Piece.of(b"<</Length %d>>stream\n%b\nendstream" % (len(contents), contents))],
        [Piece.of(image + b"stream\n"), *pixels.pieces, Piece.of(b"\nendstream")],
    ]
    return io.BufferedReader(Splice(list(_written(objects))))


def preview(file: BinaryIO) -> Image.Image:
    """Return the page of a JPEG in grey, at 72 pixels an inch.

    A JPEG can be opened at an eighth of its size, which takes a fraction of the time and memory.
    """
    file.seek(0)
    with Image.open(file) as picture:
        spot = _Spot.of(picture)
        wanted = round(picture.width * spot.scale) or 1, round(picture.height * spot.scale) or 1
        picture.draft(None, wanted)
        small = picture.resize(wanted, Image.Resampling.BOX).convert("L")
    method = _METHODS.get(spot.turn)
    page = Image.new("L", (round(spot.paper[0]), round(spot.paper[1])), "white")
    page.paste(small if method is None else small.transpose(method), (round(spot.left), 0))
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where a picture is on its page, and how it is turned: in points, and points a pixel."""

    paper: tuple[float, float]
    scale: float
    across: float
    up: float
    turn: int

    @classmethod
    def of(cls, picture: Image.Image) -> "_Spot":
        """Return where a picture goes."""
        turn = picture.getexif().get(_ORIENTATION, 1)
        turn = turn if turn in _TURNS else 1
        width, height = picture.size[::-1] if turn in _LYING else picture.size
        paper = _A4 if height >= width else _A4[::-1]
        scale = min(paper[0] / width, paper[1] / height, 1.0)
        return cls(paper=paper, scale=scale, across=width * scale, up=height * scale, turn=turn)

    @property
    def left(self) -> float:
        """Points to the left of it."""
        return (self.paper[0] - self.across) / 2

    def page(self) -> bytes:
        """Return the dictionary of the page."""
        box = b"/MediaBox[0 0 %.3f %.3f]" % self.paper
        return b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>" % box

    def contents(self) -> bytes:
        """Return the operators that draw the picture."""
        a, b, c, d, e, f = _TURNS[self.turn]
        corner = e * self.across + self.left, f * self.up + self.paper[1] - self.up
        matrix = (a * self.across, b * self.up, c * self.across, d * self.up, *corner)
        return b"q %.4f %.4f %.4f %.4f %.4f %.4f cm /P Do Q" % matrix


def _written(objects: list[list[Piece]]) -> Iterator[Piece]:
    """Yield a PDF of these objects, numbered from 1 on; the first is its catalogue."""
    at = 0
    offsets = []
    for number, parts in enumerate(objects):
        lead = Piece.of((b"" if number else b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") + b"%d 0 obj\n" % (number + 1))
        offsets.append(at + lead.size - len(b"%d 0 obj\n" % (number + 1)))
        for piece in (lead, *parts, Piece.of(b"\nendobj\n")):
            at += piece.size
            yield piece
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    yield Piece.of(
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (count, rows, count, at)
    )


def _jpeg(file: BinaryIO, picture: Image.Image) -> _Pixels:
    space, _ = _SPACES[picture.mode]
    inverted = _INVERTED if picture.mode == "CMYK" and "adobe" in picture.info else b""
    size = file.seek(0, io.SEEK_END)
    return _Pixels(
        entries=b"/ColorSpace %b/BitsPerComponent 8 %b/Filter/DCTDecode" % (space, inverted),
        pieces=[Piece(file=file, start=0, size=size)],
    )


def _png(file: BinaryIO, picture: Image.Image) -> _Pixels:
    file.seek(8)
    header, palette, transparent, rows = b"", b"", False, []
    while True:
        size, kind = int.from_bytes(file.read(4), "big"), file.read(4)
        start = file.tell()
        if kind == b"IHDR":
            header = file.read(size)
        elif kind == b"PLTE":
            palette = file.read(size)
        elif kind == b"IDAT":
            rows.append(Piece(file=file, start=start, size=size))
        transparent |= kind == b"tRNS"
        if kind in {b"IEND", b""}:
            break
        file.seek(start + size + 4)
    depth, colour, *_, interlaced = header[8:13]
    space = {0: (b"/DeviceGray", 1), 2: (b"/DeviceRGB", 3), 3: (_indexed(palette), 1)}.get(colour)
    if transparent or interlaced or space is None:
        return _repacked(picture)
    return _Pixels(entries=_entries(*space, depth, picture.width, predictor=15), pieces=rows)


def _indexed(palette: bytes) -> bytes:
    return b"[/Indexed/DeviceRGB %d<%b>]" % (len(palette) // 3 - 1, palette.hex().encode())


def _repacked(picture: Image.Image) -> _Pixels:
    """Pack a picture anew upon white, some rows at a time."""
    plain = "L" if picture.mode in {"1", "L", "LA", "I;16"} else "RGB"
    packer, packed = zlib.compressobj(), []
    for top in range(0, picture.height, _ROWS_AT_ONCE):
        rows = picture.crop((0, top, picture.width, min(top + _ROWS_AT_ONCE, picture.height)))
        seen = rows.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        packed.append(packer.compress(Image.alpha_composite(white, seen).convert(plain).tobytes()))
    packed.append(packer.flush())
    return _Pixels(
        entries=_entries(*_SPACES[plain], 8, picture.width, predictor=1),
        pieces=[Piece.of(b"".join(packed))],
    )


def _entries(space: bytes, samples: int, depth: int, columns: int, *, predictor: int) -> bytes:
    return (
        b"/ColorSpace %b/BitsPerComponent %d/Filter/FlateDecode"
        b"/DecodeParms<</Predictor %d/Colors %d/BitsPerComponent %d/Columns %d>>"
        % (space, depth, predictor, samples, depth, columns)
    )
