"""What may be said of a dossier. Kept as words: never renamed."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

EDITABLE = timedelta(days=7)
"""How long a rating may be changed, the day on which it was given not counted."""
ASKED_WITHIN = timedelta(days=30)
"""After its end, so long may a dossier come to be rated."""
OPEN = timedelta(days=60)
"""After the day on which its party was asked, so long may a dossier be rated."""
LONGEST_TEXT = 1_000
"""Characters that may be written with a rating."""


class Satisfaction(StrEnum):
    """How satisfied somebody is, by the form of Decision 766/QD-TTg."""

    DISSATISFIED = "dissatisfied"
    SATISFIED = "satisfied"
    VERY_SATISFIED = "very_satisfied"


class Reason(StrEnum):
    """Why."""

    LATE = "late"
    ASKED_AGAIN = "asked_again"
    UNCLEAR_GUIDANCE = "unclear_guidance"
    DISCOURTEOUS = "discourteous"
    EXTRA_COSTS = "extra_costs"
    HARD_ONLINE = "hard_online"
    WRONG_RESULT = "wrong_result"
    ON_TIME = "on_time"
    SIMPLE_PAPERS = "simple_papers"
    CLEAR_GUIDANCE = "clear_guidance"
    COURTEOUS = "courteous"
    EASY_ONLINE = "easy_online"


_AGAINST = (
    Reason.LATE,
    Reason.ASKED_AGAIN,
    Reason.UNCLEAR_GUIDANCE,
    Reason.DISCOURTEOUS,
    Reason.EXTRA_COSTS,
    Reason.HARD_ONLINE,
    Reason.WRONG_RESULT,
)
_FOR = (
    Reason.ON_TIME,
    Reason.SIMPLE_PAPERS,
    Reason.CLEAR_GUIDANCE,
    Reason.COURTEOUS,
    Reason.EASY_ONLINE,
)
REASONS: Mapping[Satisfaction, tuple[Reason, ...]] = MappingProxyType(
    {Satisfaction.DISSATISFIED: _AGAINST, Satisfaction.SATISFIED: _FOR, Satisfaction.VERY_SATISFIED: _FOR}
)
"""The reasons that go with a level, in the order in which they are shown."""


def month_of(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def last_day_of_casting(month: date) -> date:
    """Return the last day on which a dossier closed in a month may be rated for the first time."""
    after = month_of(month + timedelta(days=31))
    return after - timedelta(days=1) + ASKED_WITHIN + OPEN
