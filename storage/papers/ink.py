"""What of a page is not background: a coarse grid, read off a small picture of the page."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pypdfium2
from PIL import Image

from storage.papers.sheets import Sheet

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points of the page as seen."""

_LONGEST_SIDE = 1200
"""Pixels: A4 at 72 dpi is well below, and a page of any size costs no more."""
_PIXELS_A_CELL = 4
_LIGHT = 128
_CLEAR, _NOISY = 10, 32
"""Grey levels by which ink differs from paper: of one colour, and scanned or patterned."""
_NOISE = 0.08
"""The part of a page that is almost as the paper from which on it counts as noise, and not as fine type."""
_ALIKE = 0.01
"""How far the proportions that two readers see may differ before we trust neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Where a page holds something.

    Attributes:
        cell: side of a cell in points.
        sums: sums[row][column] counts the inked cells above and left of that corner; rows from the top.
        bounds: the box around all ink; None where there is none.
    """

    cell: float
    sums: Sequence[Sequence[int]]
    bounds: Box | None

    @property
    def rows(self) -> int:
        """Cells from top to bottom."""
        return len(self.sums) - 1

    @property
    def columns(self) -> int:
        """Cells from left to right."""
        return len(self.sums[0]) - 1

    @classmethod
    def everywhere(cls, sheet: Sheet) -> "Ink":
        """Return a page that is full to its edges."""
        cell = max(sheet.width, sheet.height)
        return cls(cell=cell, sums=((0, 0), (0, 1)), bounds=(0, 0, sheet.width, sheet.height))


def read_ink(file: BinaryIO, page: int, sheet: Sheet) -> Ink:
    """Draw a page small, and return where it holds something.

    A page that can not be drawn, or that is drawn in other proportions than it was taken for, counts as full.
    """
    try:
        picture = _draw(file, page, sheet)
    except pypdfium2.PdfiumError:
        picture = None
    return Ink.everywhere(sheet) if picture is None else ink_of(picture, sheet)


def _draw(file: BinaryIO, page: int, sheet: Sheet) -> Image.Image | None:
    with pypdfium2.PdfDocument(file) as document:
        document.init_forms()  # else what stands in fields is not drawn, signatures among it
        drawn = document[page]
        width, height = drawn.get_size()
        if (
            not width
            or not height
            or abs(width * sheet.height - height * sheet.width) > _ALIKE * width * sheet.height
        ):
            return None
        # What the reader calls a point may be another unit of ours, so the scale goes by the pixels wanted.
        pixels = min(max(sheet.width, sheet.height), _LONGEST_SIDE)
        bitmap = drawn.render(scale=pixels / max(width, height), grayscale=True)
        picture: Image.Image = bitmap.to_pil().copy()  # its own pixels: the bitmap goes with the document
        return picture


def ink_of(picture: Image.Image, sheet: Sheet) -> Ink:
    """Return where a page holds something, from a small picture of it in grey."""
    counts = picture.histogram()
    paper = max(range(_LIGHT, 256), key=counts.__getitem__)
    almost = sum(counts[paper - _NOISY : paper - 1]) + sum(counts[paper + 2 : paper + _NOISY])
    contrast = _NOISY if almost > _NOISE * picture.width * picture.height else _CLEAR
    inked = picture.point([255 * (abs(level - paper) > contrast) for level in range(256)])
    points = sheet.width / picture.width
    found = inked.getbbox()
    cells = inked.reduce(_PIXELS_A_CELL)
    return Ink(
        cell=points * _PIXELS_A_CELL,
        sums=_sums(cells),
        bounds=found
        and (
            found[0] * points,
            sheet.height - found[3] * points,
            found[2] * points,
            sheet.height - found[1] * points,
        ),
    )


def _sums(cells: Image.Image) -> list[list[int]]:
    marks = cells.point([0] + [1] * 255).tobytes()
    sums = [[0] * (cells.width + 1)]
    for start in range(0, len(marks), cells.width):
        row = itertools.accumulate(marks[start : start + cells.width], initial=0)
        sums.append([above + here for above, here in zip(sums[-1], row, strict=True)])
    return sums
