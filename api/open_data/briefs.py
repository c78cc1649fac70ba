"""What a trend keeps of a month: of each line no more than is published, and small."""

import sys
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from typing import NamedTuple

from storage.scores.points import HUNDRED, Criterion
from storage.scores.publishing import Line

_DIGITS = Decimal("0.01")


class Missing(Enum):
    """Why there is no number."""

    HIDDEN = "hidden"
    """The group is small, or tells of one that is."""
    NOTHING = "nothing"
    """No dossier counts."""


class By(StrEnum):
    """What agencies are compared by: all points together, or one criterion."""

    POINTS = "points"
    ON_TIME = "on_time"
    ONLINE = "online"
    DIGITISED = "digitised"
    SATISFACTION = "satisfaction"


class Brief(NamedTuple):
    """A published line without its agency.

    Attributes:
        dossiers: how many ended.
        points: of so many that could have been reached, `out_of`.
        part: the points as a percentage of those, two digits, so that lines can be compared of which
            something is hidden; taken from `points` as they are published.
        percents: by each criterion, in its order.
    """

    dossiers: int | Missing
    points: Decimal | Missing
    out_of: int
    part: Decimal | Missing
    percents: tuple[Decimal | Missing, ...]

    def value(self, by: By) -> Decimal | Missing:
        """Return the percentage, 0.00 to 100.00, by which it is compared."""
        return self.part if by is By.POINTS else self.percents[_PLACES[by]]


_PLACES: Mapping[By, int] = {By(one.value): place for place, one in enumerate(Criterion)}


def brief_of(line: Line) -> Brief:
    """Return what a line says."""
    percents = tuple(_percent(line, one) for one in Criterion)
    points: Decimal | Missing
    part: Decimal | Missing
    if line.points is None:
        points = part = Missing.HIDDEN if Missing.HIDDEN in percents else Missing.NOTHING
    else:
        points = line.points
        part = (line.points * HUNDRED / line.out_of).quantize(_DIGITS, ROUND_HALF_UP)
    dossiers = Missing.HIDDEN if line.dossiers is None else line.dossiers
    return Brief(dossiers=dossiers, points=points, out_of=line.out_of, part=part, percents=percents)


def briefs(lines: Sequence[Line]) -> Mapping[str | None, Brief]:
    """Return a month by the codes of agencies; the country has none.

    Some ten thousand agencies of a dozen months share what is equal: most of them reach nothing unusual.
    """
    same: dict[tuple[object, ...], tuple[Decimal | Missing, ...]] = {}
    numbers: dict[object, Decimal | Missing] = {}
    found: dict[str | None, Brief] = {}
    for line in lines:
        one = brief_of(line)
        percents = tuple(numbers.setdefault(value, value) for value in one.percents)
        found[sys.intern(line.agency.code) if line.agency else None] = one._replace(
            points=numbers.setdefault(one.points, one.points),
            part=numbers.setdefault(one.part, one.part),
            percents=same.setdefault(percents, percents),
        )
    return found


def _percent(line: Line, criterion: Criterion) -> Decimal | Missing:
    standing = line.standings[criterion]
    if standing is None:
        return Missing.HIDDEN
    return Missing.NOTHING if standing.percent is None else standing.percent
