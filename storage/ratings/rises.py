"""When many more people are dissatisfied than the month before. Pure."""

from collections.abc import Mapping

from storage.ratings.kinds import Satisfaction

RISE = 10
"""Percentage points by which the share of the dissatisfied must have risen."""
LEAST = 3
"""Dissatisfied people below whom nobody is alarmed: of five ratings, one is twenty percent."""

Levels = Mapping[Satisfaction, int]


def has_risen(before: Levels | None, now: Levels | None) -> bool:
    """Whether the share of the dissatisfied rose; never where of either month nothing may be told."""
    if before is None or now is None or now[Satisfaction.DISSATISFIED] < LEAST:
        return False
    then_total, total = sum(before.values()), sum(now.values())
    # Both shares times both totals: whole numbers, so that ten points are ten points.
    risen = now[Satisfaction.DISSATISFIED] * then_total - before[Satisfaction.DISSATISFIED] * total
    return risen * 100 >= RISE * total * then_total


def percent(levels: Levels, level: Satisfaction) -> int:
    """Return the share of a level, rounded half up; of nothing, none."""
    total = sum(levels.values())
    return (200 * levels[level] + total) // (2 * total) if total else 0
