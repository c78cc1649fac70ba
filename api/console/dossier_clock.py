"""The clock of a dossier, as officers read it."""

from datetime import datetime

from api.console.moments import Clock, tell
from api.due import Timed
from storage.dossiers.working_days import VIETNAM, WorkingCalendar, deadline


def clock_of(dossier: Timed, *, now: datetime, calendar: WorkingCalendar, locale: str) -> Clock | None:
    """Judge a dossier that is under way; none where nothing is due, or it has ended."""
    if dossier.due_at is None or dossier.ended_at is not None:
        return None
    judged = deadline(
        due_at=dossier.due_at,
        due_set_at=dossier.due_set_at,
        now=now,
        ended_at=None,
        waits=dossier.waits,
        calendar=calendar,
    )
    return tell(judged, locale=locale)


def working_days_since(since: datetime, *, now: datetime, calendar: WorkingCalendar) -> int:
    """Count the working days after the day of a time, up to today."""
    start, today = since.astimezone(VIETNAM).date(), now.astimezone(VIETNAM).date()
    return max(0, calendar.working_days_between(start, today))
