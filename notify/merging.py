"""Which notices leave alone, which become one, and which wait a moment for more: pure.

The first change leaves at once. Further ones within two minutes become one following notice, so that an
office that closes a hundred files of a company in a minute rings its phone twice and not a hundred times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage.notifications.planning import DueNotification


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What to do about the mergeable notices of one party that are due together.

    Attributes:
        leaving: those that leave as one, the one that gives the wording first.
        held: those that wait, until `held_until`.
    """

    leaving: tuple[DueNotification, ...] = ()
    held: tuple[DueNotification, ...] = ()
    held_until: datetime | None = None


def merge(
    due: Sequence[DueNotification], last_left_at: datetime | None, window: timedelta, now: datetime
) -> Merged:
    """Sort the first-step notices of one party.

    What was held before leaves together with whatever else is due by now; where nothing was, the oldest
    leaves alone. The newest gives the wording, as its status is the one that holds.
    """
    if last_left_at is not None and now < last_left_at + window:
        return Merged(held=tuple(due), held_until=last_left_at + window)
    newest_first = sorted(due, key=age, reverse=True)
    if any(notice.held for notice in due):
        return Merged(leaving=tuple(newest_first))
    *later, first = newest_first
    return Merged(leaving=(first,), held=tuple(later), held_until=now + window)


def age(notice: DueNotification) -> tuple[datetime, UUID]:
    """Order notices from the oldest on."""
    return notice.created_at, notice.id
