"""Where on a page the card stands: a place that is free, else room that is made.

A card never covers anything. It prefers the lower corners, in line with the text, then the upper ones, then
whatever is free and near to one of these. Where nothing is free (a full page, a scan to the edges) the page
keeps its size and what it holds is drawn a little smaller above the card or beside it: so it comes out whole
on the paper that every printer has, with the code on the same sheet as what it vouches for. A longer page
would lose the code when printed at its own size, and a page of its own is lost, or put behind another paper.
Only a page so small that its contents would shrink below three quarters (a card, a slip) grows instead.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from storage.papers.ink import Box, Ink
from storage.papers.placed import Room
from storage.papers.sheets import POINTS_PER_MM, Sheet

EDGE = 7 * POINTS_PER_MM
"""What printers leave white, and a little."""
_IN_LINE = 20 * POINTS_PER_MM
"""How far from the edge the card goes to stand in line with the text."""
_GAPS = (4 * POINTS_PER_MM, 1.5 * POINTS_PER_MM)
"""What stays free around the card: as we like it, and what will do."""
_LEAST_SCALE = 0.75
_WIDENED = 1.25
"""How far a page that grows may do so in width too, before the card is better tall."""
_SECOND_FORM, _LEFT, _TOP = (part * POINTS_PER_MM for part in (15, 20, 60))
"""How far the card moves from its place before the other form, the left side, the top are as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A shape of the card, in points."""

    width: float
    height: float

    def times(self, factor: float) -> "Form":
        """Return the shape so many times as large."""
        return Form(width=self.width * factor, height=self.height * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place for the card, in points of the page as seen.

    Attributes:
        form: which of the shapes it is for.
        x, y: lower left corner of the card.
        room: where the room came from.
        width, height: of the page with the card on it.
        scale, dx, dy: how what the page held is drawn: times scale, then moved.
    """

    form: Form
    x: float
    y: float
    room: Room
    width: float
    height: float
    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    @property
    def rectangle(self) -> Box:
        """Left, bottom, right and top of the card."""
        return self.x, self.y, self.x + self.form.width, self.y + self.form.height


def find_place(ink: Ink, sheet: Sheet, *, wide: Form, tall: Form) -> Place:
    """Return where the card goes, and in which form."""
    for gap in _GAPS:
        found = [
            (cost + late, x, y, form)
            for form, late in ((wide, 0.0), (tall, _SECOND_FORM))
            for cost, x, y in _free(ink, sheet, form, gap)
        ]
        if found:
            _, x, y, form = min(found, key=lambda one: one[0])
            return Place(form=form, x=x, y=y, room=Room.FREE, width=sheet.width, height=sheet.height)
    shrunk = max(_shrunk(ink.bounds, sheet, wide, tall), key=lambda place: place.scale, default=None)
    if shrunk and shrunk.scale >= _LEAST_SCALE:
        return shrunk
    return _grown(sheet, wide, tall)


def _free(ink: Ink, sheet: Sheet, form: Form, gap: float) -> Iterator[tuple[float, float, float]]:
    """Yield free places, cost in points, x and y, each better than the one before; the last is the best."""
    left, bottom, right, top = _lines(ink.bounds, sheet)
    across = _steps(sheet.width - form.width, ink.cell, (right - form.width, 0.0), (left, _LEFT))
    up = _steps(sheet.height - form.height, ink.cell, (bottom, 0.0), (top - form.height, _TOP))
    spans = [(cost, x, *_span(x - gap, x + form.width + gap, ink.cell, ink.columns)) for cost, x in across]
    best = math.inf
    for high, y in up:
        down = sheet.height - y
        first, last = _span(down - form.height - gap, down + gap, ink.cell, ink.rows)
        above, below = ink.sums[first], ink.sums[last]
        for wide, x, start, end in spans:
            if high + wide >= best:
                break
            if below[end] - below[start] == above[end] - above[start]:
                best = high + wide
                yield best, x, y
                break


def _lines(bounds: Box | None, sheet: Sheet) -> Box:
    """Return the lines in which the card would like to stand: those of the text, where they are usual."""
    left, bottom, right, top = bounds or (0, 0, sheet.width, sheet.height)
    inset = [
        min(max(blank, EDGE), _IN_LINE) for blank in (left, bottom, sheet.width - right, sheet.height - top)
    ]
    return inset[0], inset[1], sheet.width - inset[2], sheet.height - inset[3]


def _steps(last: float, step: float, *wanted: tuple[float, float]) -> list[tuple[float, float]]:
    """Return where to try along one side, cheapest first, with what it costs.

    Args:
        last: where the card touches the far edge.
        step: between two tries.
        wanted: where it would like to be, and what it costs to be just there.
    """
    count = max(0, math.ceil((last - 2 * EDGE) / step))
    tries = (*(at for at, _ in wanted), *(EDGE + number * step for number in range(count)))
    return sorted(
        (min(abs(at - place) + cost for place, cost in wanted), at)
        for at in tries
        if EDGE <= at <= last - EDGE
    )


def _span(low: float, high: float, cell: float, count: int) -> tuple[int, int]:
    return max(0, math.floor(low / cell)), min(count, math.ceil(high / cell))


def _shrunk(bounds: Box | None, sheet: Sheet, wide: Form, tall: Form) -> Iterator[Place]:
    """Yield the ways of drawing the contents smaller: above the card, and beside it."""
    left, bottom, right, top = bounds or (0, 0, sheet.width, sheet.height)
    gap = _GAPS[0]
    # Contents that keep a margin keep one of EDGE at least; those that go to the edge still do.
    inner = (
        min(left, EDGE),
        min(bottom, EDGE),
        sheet.width - min(sheet.width - right, EDGE),
        sheet.height - min(sheet.height - top, EDGE),
    )
    for form in (wide, tall):
        if form.width + 2 * EDGE <= sheet.width:
            area = (inner[0], EDGE + form.height + gap, inner[2], inner[3])
            yield _fitted((left, bottom, right, top), area, sheet, form, below=True)
    if tall.height + 2 * EDGE <= sheet.height:
        area = (inner[0], inner[1], sheet.width - EDGE - tall.width - gap, inner[3])
        yield _fitted((left, bottom, right, top), area, sheet, tall, below=False)


def _fitted(ink: Box, area: Box, sheet: Sheet, form: Form, *, below: bool) -> Place:
    width, height = ink[2] - ink[0], ink[3] - ink[1]
    scale = min(1.0, (area[2] - area[0]) / width, (area[3] - area[1]) / height)
    # Moved no further than needed: what fits where it stood stays there.
    x = _within((ink[0] + ink[2] - width * scale) / 2, area[0], area[2] - width * scale)
    y = _within((ink[1] + ink[3] - height * scale) / 2, area[1], area[3] - height * scale)
    right = sheet.width - min(max(sheet.width - x - width * scale, EDGE), _IN_LINE)
    return Place(
        form=form,
        x=max(EDGE, right - form.width) if below else sheet.width - EDGE - form.width,
        y=EDGE if below else min(max(y, EDGE), sheet.height - EDGE - form.height),
        room=Room.SHRUNK,
        width=sheet.width,
        height=sheet.height,
        scale=scale,
        dx=x - ink[0] * scale,
        dy=y - ink[1] * scale,
    )


def _within(wanted: float, low: float, high: float) -> float:
    return min(max(wanted, low), max(low, high))


def _grown(sheet: Sheet, wide: Form, tall: Form) -> Place:
    form = wide if wide.width + 2 * EDGE <= _WIDENED * sheet.width else tall
    width = max(sheet.width, form.width + 2 * EDGE)
    strip = EDGE + form.height + _GAPS[0]
    return Place(
        form=form,
        x=width - EDGE - form.width,
        y=EDGE,
        room=Room.GROWN,
        width=width,
        height=sheet.height + strip,
        dx=(width - sheet.width) / 2,
        dy=strip,
    )
