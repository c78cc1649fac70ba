"""Whether a month is to be reported, or corrected. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.reports.kinds import ReportState

CORRECTED_FOR = 12
"""So many months, the last one among them, are corrected where they have changed since they were reported."""
REPORTED_FOR = 3
"""So many are reported that never were: so what stood still for weeks, or was set up late, misses none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last report on a month: see `storage.reports.models.Report`."""

    number: int
    digest: bytes
    state: ReportState
    unsure: bool
    made_at: datetime


def months(today: date, *, day: int) -> list[date]:
    """Return the first days of the months that are looked at, newest first.

    Args:
        today: the day in Vietnam.
        day: of the month after, from which on a month is reported.
    """
    newest = 1 if today.day >= day else 2
    return [_before(today, newest + back) for back in range(CORRECTED_FOR)]


def is_over(month: date, today: date) -> bool:
    """Whether a month, given by its first day, has ended."""
    return month < today.replace(day=1)


def may_change(last: Last | None, *, now: datetime, rest: timedelta) -> bool:
    """Whether another report may follow the last one, should it say something else.

    What is on its way is settled first, and so is what may have arrived before it was given up.

    Args:
        last: none where nothing was reported of the month.
        now: the moment.
        rest: how long a report, be it refused, stands before it is corrected.
    """
    if last is None:
        return True
    match last.state:
        case ReportState.WAITING:
            return False
        case ReportState.FAILED:
            return not last.unsure
        case ReportState.SENT | ReportState.REFUSED:
            return last.made_at + rest <= now


def _before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
