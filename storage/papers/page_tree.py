"""The tree of pages of a PDF (ISO 32000-1, 7.7.3), walked without trusting it."""

import math

import pikepdf

from storage.papers.limits import Limits
from storage.papers.refusals import PaperRefused, Refusal

_CORNERS = 4


def count_pages(document: pikepdf.Pdf, *, limits: Limits) -> int:
    """Return how many pages there are.

    Raises:
        PaperRefused: the tree is no tree (a page or branch hangs in it twice, so that readers go in circles),
            is too deep or too large, is empty, or a page has no size or an absurd one.
    """
    met: set[tuple[int, int]] = set()
    waiting: list[tuple[pikepdf.Object, int, object]] = [(document.Root.Pages, 0, None)]
    pages = 0
    while waiting:
        node, depth, box = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary) or not node.is_indirect or node.objgen in met:
            raise PaperRefused(Refusal.DAMAGED)
        if depth > limits.depth:
            raise PaperRefused(Refusal.TOO_DEEP, limit=limits.depth)
        met.add(node.objgen)
        box = node.get("/MediaBox", box)
        if "/Kids" in node:
            waiting += [(kid, depth + 1, box) for kid in node.Kids]
        else:
            pages += 1
            _hold_to_size(box, limits)
        if pages > limits.pages:
            raise PaperRefused(Refusal.TOO_MANY_PAGES, limit=limits.pages)
    if not pages:
        raise PaperRefused(Refusal.DAMAGED)
    return pages


def _hold_to_size(box: object, limits: Limits) -> None:
    if not isinstance(box, pikepdf.Array) or len(box) != _CORNERS:
        raise PaperRefused(Refusal.DAMAGED)
    left, bottom, right, top = (float(corner) for corner in box)
    width, height = abs(right - left), abs(top - bottom)
    if not (math.isfinite(width * height) and width and height):
        raise PaperRefused(Refusal.DAMAGED)
    if max(width, height) > limits.page_points:
        raise PaperRefused(Refusal.TOO_LARGE_PAGE, limit=limits.page_points)
