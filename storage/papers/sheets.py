"""A page as a person sees it: turned, cut to its crop box, in points of 1/72 inch from its lower left corner.

All that is placed and drawn is reckoned in these; the matrix leads back to the page's own coordinates
(ISO 32000-2, 8.3.2 and 14.11.2).
"""

from dataclasses import dataclass
from typing import Self

from pikepdf import Array, Matrix, Page, Rectangle

POINTS_PER_MM = 72 / 25.4
_LETTER = Rectangle(0, 0, 612, 792)
_RIGHT_ANGLES = {90, 180, 270}
_LEAST_UNIT, _LARGEST_UNIT = 0.1, 75_000
"""Points that a unit of a page may measure; readers take nothing beyond (ISO 32000-1, annex C.2)."""
_SMALLEST = 1.0
"""Points: a box below it is no page; readers then take US letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page as seen.

    Attributes:
        width, height: in points.
        box: what of the page is seen, in its own coordinates.
        matrix: from the page as seen to the page's own coordinates.
    """

    width: float
    height: float
    box: Rectangle
    matrix: Matrix

    @classmethod
    def of(cls, page: Page) -> Self:
        """Return how a page is seen."""
        box = _seen_box(page)
        unit = _number(page.get("/UserUnit"), 1.0)
        unit = unit if _LEAST_UNIT <= unit <= _LARGEST_UNIT else 1.0
        turned = int(_number(page.get("/Rotate"), 0.0)) % 360
        turned = turned if turned in _RIGHT_ANGLES else 0
        across, up = float(box.width) * unit, float(box.height) * unit
        turn = {
            0: Matrix(1, 0, 0, 1, box.llx, box.lly),
            90: Matrix(0, 1, -1, 0, box.urx, box.lly),
            180: Matrix(-1, 0, 0, -1, box.urx, box.ury),
            270: Matrix(0, -1, 1, 0, box.llx, box.ury),
        }[turned]
        lying = turned in {90, 270}
        return cls(
            width=up if lying else across,
            height=across if lying else up,
            box=box,
            matrix=Matrix(1 / unit, 0, 0, 1 / unit, 0, 0) @ turn,
        )

    def settle(self, page: Page) -> None:
        """Have all readers see the page so, however odd the boxes are that it came with."""
        page.obj.CropBox = self.box.as_array()
        if _rectangle(page.get("/MediaBox")) is None:
            page.obj.MediaBox = self.box.as_array()


def _seen_box(page: Page) -> Rectangle:
    media = _rectangle(page.get("/MediaBox")) or _LETTER
    crop = _rectangle(page.get("/CropBox")) or media
    seen = Rectangle(
        max(media.llx, crop.llx), max(media.lly, crop.lly), min(media.urx, crop.urx), min(media.ury, crop.ury)
    )
    return seen if seen.urx - seen.llx >= _SMALLEST and seen.ury - seen.lly >= _SMALLEST else media


def _rectangle(given: object) -> Rectangle | None:
    if not isinstance(given, Array) or len(given) != 4:  # noqa: PLR2004 - the corners
        return None
    try:
        left, bottom, right, top = (float(part) for part in given)
    except (TypeError, ValueError):
        return None
    box = Rectangle(min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    return box if box.width >= _SMALLEST and box.height >= _SMALLEST else None


def _number(given: object, otherwise: float) -> float:
    try:
        return float(given)  # type: ignore[arg-type] # tried, for what it is
    except (TypeError, ValueError):
        return otherwise
