"""How large, deep and slow a file may be."""

from dataclasses import astuple, dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one examination.

    Attributes:
        file_bytes: of the file as it came.
        copy_bytes: of the display copy that is made of it.
        pages: of a PDF.
        objects: of a PDF; pictures, fonts, tags and pages are each some.
        depth: of page trees, and of arrays in dictionaries in arrays.
        page_points: of the longer side of a page, in points (1/72 inch).
        pixels: of one picture.
        unpacked_bytes: of everything in a PDF that is compressed and no picture, opened.
    """

    file_bytes: int = 50 * MIB
    copy_bytes: int = 120 * MIB
    pages: int = 2000
    objects: int = 200_000
    depth: int = 60
    page_points: int = 14_400
    pixels: int = 100_000_000
    unpacked_bytes: int = 256 * MIB

    def __post_init__(self) -> None:
        if min(astuple(self)) < 1:
            raise ValueError("a limit is a positive number")
