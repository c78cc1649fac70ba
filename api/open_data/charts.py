"""Charts as SVG, drawn of percentages as they are published and of nothing else. Pure.

They carry classes, no styles: colours, also those of the dark, are the page's. Whatever they show stands in a
table beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

FULL_AT = 90
"""Percent from which on a criterion gives all its points."""
MOST_COLUMNS = 12

_LEFT, _TOP, _HEIGHT, _STEP, _WIDTH = 34, 8, 120, 26, 16
_BELOW = 34
_LINES = (0, 50, FULL_AT, 100)
_WHOLE = 100
_MARK = Markup('<path class="full" d="M{at} 0V8"/>').format(at=FULL_AT)
_FINEST = Decimal("0.1")
"""Coarser than what is published: nothing more can be measured in a picture than is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a chart.

    Attributes:
        label: what stands below it, and `under` what below that.
        percent: 0.00 to 100.00; none where there is nothing to be shown, which a dash stands for.
        current: whether it is the one that the page is about.
    """

    label: str
    under: str = ""
    percent: Decimal | None
    current: bool = False

    def __post_init__(self) -> None:
        if self.percent is not None:
            _require(self.percent)


def bar(percent: Decimal, *, marked: bool) -> Markup:
    """Draw a bar that is as wide as what it stands in.

    Args:
        percent: 0.00 to 100.00.
        marked: whether there is a mark from which on all points are given.

    Raises:
        ValueError: it is less or more.
    """
    _require(percent)
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/><rect class="fill" width="{percent}" height="8"/>'
        "{mark}</svg>"
    ).format(percent=percent, mark=_MARK if marked else "")


def columns(given: Sequence[Column], *, title: str, marked: bool) -> Markup:
    """Draw columns side by side.

    Args:
        given: at most twelve.
        title: what they show, for those who do not see it.
        marked: as for a bar.

    Raises:
        ValueError: they are too many.
    """
    if len(given) > MOST_COLUMNS:
        raise ValueError("more columns than fit")
    width = _LEFT + MOST_COLUMNS * _STEP
    frame = Markup(
        '<svg class="columns" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
        "{lines}{columns}</svg>"
    )
    return frame.format(
        width=width,
        height=_TOP + _HEIGHT + _BELOW,
        title=title,
        lines=Markup("").join(_line(at, width) for at in _LINES if marked or at != FULL_AT),
        columns=Markup("").join(_column(place, one) for place, one in enumerate(given)),
    )


def _line(at: int, width: int) -> Markup:
    return Markup(
        '<path class="{kind}" d="M{left} {y}H{width}"/>'
        '<text x="{end}" y="{y}" dy=".35em" text-anchor="end">{at}</text>'
    ).format(
        kind="full" if at == FULL_AT else "line",
        left=_LEFT,
        y=_y(Decimal(at)),
        width=width,
        end=_LEFT - 6,
        # Below the 100 there is no room.
        at="" if at == FULL_AT else f"{at}%",
    )


def _column(place: int, one: Column) -> Markup:
    left = _LEFT + place * _STEP + (_STEP - _WIDTH) // 2
    middle, foot = left + _WIDTH // 2, _TOP + _HEIGHT
    if one.percent is None:
        drawn = Markup('<text x="{x}" y="{y}" text-anchor="middle">–</text>').format(x=middle, y=foot - 4)
    else:
        top = _y(one.percent)
        drawn = Markup('<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>').format(
            kind="fill current" if one.current else "fill", x=left, y=top, width=_WIDTH, height=foot - top
        )
    label = Markup('<text class="{kind}" x="{x}" y="{y}" text-anchor="middle">{text}</text>')
    kind = "current" if one.current else "label"
    return (
        drawn
        + label.format(kind=kind, x=middle, y=foot + 14, text=one.label)
        + label.format(kind=kind, x=middle, y=foot + 28, text=one.under)
    )


def _y(percent: Decimal) -> Decimal:
    return (_TOP + _HEIGHT - percent * _HEIGHT / _WHOLE).quantize(_FINEST)


def _require(percent: Decimal) -> None:
    if not 0 <= percent <= _WHOLE:
        raise ValueError("a percentage is 0 to 100")
