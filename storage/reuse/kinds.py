"""The words of using results again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

LONGEST_LIFE = timedelta(days=30)
"""From asking to the end, whatever was granted."""
USUAL_LIFE = timedelta(days=7)
VISIT = timedelta(hours=1)
"""Within which files may be opened as often as one likes, and count as fetched once."""
MOST_VISITS = 5
MOST_TYPES = 20
MOST_GRANTED = 20


class Answer(StrEnum):
    """What the owner said."""

    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Granted first."""


class ReuseState(StrEnum):
    """How a request stands at a moment."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    EXPIRED = "expired"
    USED_UP = "used_up"
    """Fetched as often as a grant allows."""
    WITHDRAWN = "withdrawn"


class SubmissionChannel(IntEnum):
    """How the procedure is carried out for which a result is needed, as numbered for exchange (KENH)."""

    IN_PERSON = 1
    ONLINE = 2
    POST = 3


_FOLLOWS: Mapping[Answer | None, frozenset[Answer]] = MappingProxyType(
    {
        None: frozenset({Answer.GRANTED, Answer.DECLINED}),
        Answer.GRANTED: frozenset({Answer.WITHDRAWN}),
        Answer.DECLINED: frozenset(),
        Answer.WITHDRAWN: frozenset(),
    }
)


def may_follow(before: Answer | None, after: Answer) -> bool:
    """Tell whether an owner who said one thing, or nothing yet, may say the other."""
    return after in _FOLLOWS[before]


def state_of(
    answer: Answer | None,
    *,
    expires_at: datetime,
    visits: int,
    visit_ends_at: datetime | None,
    now: datetime,
) -> ReuseState:
    """Return how a request stands, by its owner's word, its time, and how often it was used.

    What the owner ended stays told as that; a grant is used up once its last visit is over.
    """
    if answer in (Answer.DECLINED, Answer.WITHDRAWN):
        return ReuseState(answer.value)
    if expires_at <= now:
        return ReuseState.EXPIRED
    if answer is None:
        return ReuseState.ASKED
    over = visit_ends_at is not None and visit_ends_at <= now
    return ReuseState.USED_UP if visits >= MOST_VISITS and over else ReuseState.GRANTED
