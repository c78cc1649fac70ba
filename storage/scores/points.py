"""Points of an agency's month after Decision 766/QD-TTg, from what its dossiers count for. Pure, and exact.

Of the 100 points of the decision 72 are told here, those that dossiers, ratings and complaints bear out. What
is met is an exact fraction until it is shown: then it is rounded, once, half up, to two digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Self


class Criterion(StrEnum):
    """What an agency is measured by."""

    ON_TIME = "on_time"
    """Ended by the due time."""
    ONLINE = "online"
    """Sent in over the network, and answered there."""
    DIGITISED = "digitised"
    """The result is there electronically."""
    SATISFACTION = "satisfaction"
    """Neither overdue nor disliked nor complained about."""


MOST: Mapping[Criterion, int] = MappingProxyType(
    {
        Criterion.ON_TIME: 20,
        Criterion.ONLINE: 12,
        Criterion.DIGITISED: 22,
        Criterion.SATISFACTION: 18,
    }
)
"""The most points that each gives."""
FULL_AT = Fraction(9, 10)
"""The share from which on it gives all of them; below, points are in proportion to the share."""
HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many dossiers ended, and what they count for: of so many that could, so many did.

    Attributes:
        ended: all of them.
        judged: those with a verdict on time, of which `on_time` ended on time.
        channelled: those whose channel is known, of which `online` were online.
        granted: those that came to a result, of which `digitised` have it electronically.
        complained: about how many of them somebody complained.
        disliked: how many were disliked. As nobody can tell which (`storage.ratings`), it may be more than
            ended in the month, and some may be among those complained about.
    """

    ended: int = 0
    judged: int = 0
    on_time: int = 0
    channelled: int = 0
    online: int = 0
    granted: int = 0
    digitised: int = 0
    complained: int = 0
    disliked: int = 0

    def __post_init__(self) -> None:
        for met, counted in (
            (self.on_time, self.judged),
            (self.online, self.channelled),
            (self.digitised, self.granted),
            (self.complained, self.ended),
        ):
            if not 0 <= met <= counted <= self.ended:
                raise ValueError("more dossiers meet a criterion than are counted")
        if self.disliked < 0:
            raise ValueError("a number of dislikes is 0 or more")

    def __add__(self, other: Self) -> Self:
        """Sum up two groups that have no dossier in common."""
        return type(self)(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


def counted(counts: Counts, criterion: Criterion) -> int:
    """Return over how many dossiers a criterion is taken."""
    match criterion:
        case Criterion.ON_TIME | Criterion.SATISFACTION:
            return counts.judged
        case Criterion.ONLINE:
            return counts.channelled
        case Criterion.DIGITISED:
            return counts.granted


def share(counts: Counts, criterion: Criterion) -> Fraction | None:
    """Return which share of the dossiers meets a criterion, 0 to 1; none where nothing counts.

    Satisfaction is 1 less the share overdue and less the share complained about or disliked, of all that
    ended. What is both counts twice, as nobody can tell; but together they are no more than all, and
    satisfaction is never below 0.
    """
    if counted(counts, criterion) == 0:
        return None
    match criterion:
        case Criterion.ON_TIME:
            return Fraction(counts.on_time, counts.judged)
        case Criterion.ONLINE:
            return Fraction(counts.online, counts.channelled)
        case Criterion.DIGITISED:
            return Fraction(counts.digitised, counts.granted)
        case Criterion.SATISFACTION:
            displeased = min(counts.ended, counts.complained + counts.disliked)
            pleased = Fraction(counts.on_time, counts.judged) - Fraction(displeased, counts.ended)
            return max(Fraction(0), pleased)


def points(criterion: Criterion, met: Fraction) -> Fraction:
    """Return the points of a share: all from 90% on, in proportion below."""
    return MOST[criterion] * min(Fraction(1), met / FULL_AT)


def rounded(value: Fraction) -> Decimal:
    """Round what is not negative half up to two digits, as it is shown."""
    hundredths = (value * HUNDRED + Fraction(1, 2)) // 1
    return Decimal(int(hundredths)).scaleb(-2)


def percent(met: Fraction) -> Decimal:
    """Return a share as it is shown, 0.00 to 100.00."""
    return rounded(met * HUNDRED)
