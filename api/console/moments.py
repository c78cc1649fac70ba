"""Times as officers read them: of Vietnam, and for what waits, how long is left in words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.dossiers.working_days import VIETNAM, Deadline, WorkingCalendar, deadline

_WORDS = {
    "vi": {
        "stopped": "đang tạm dừng",
        "late": "quá hạn {days} ngày làm việc",
        "late_today": "vừa quá hạn",
        "today": "đến hạn hôm nay",
        "open": "còn {days} ngày làm việc",
    },
    "en": {
        "stopped": "stopped",
        "late": "{days} working days overdue",
        "late_1": "1 working day overdue",
        "late_today": "just overdue",
        "today": "due today",
        "open": "{days} working days left",
        "open_1": "1 working day left",
    },
}


class Urgency(StrEnum):
    """How a clock stands."""

    OPEN = "open"
    TODAY = "today"
    LATE = "late"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When something is due, and what that means now, in words."""

    at: datetime
    urgency: Urgency
    words: str


def clock(
    due_at: datetime, *, now: datetime, calendar: WorkingCalendar, locale: str, stopped: bool = False
) -> Clock:
    """Judge what is due at a time, in working days of Vietnam; `stopped` while somebody else is awaited."""
    judged = deadline(due_at=due_at, due_set_at=None, now=now, ended_at=None, waits=(), calendar=calendar)
    return tell(judged, locale=locale, stopped=stopped)


def tell(judged: Deadline, *, locale: str, stopped: bool = False) -> Clock:
    """Word a deadline that was judged."""
    if stopped or judged.paused:
        return Clock(at=judged.at, urgency=Urgency.STOPPED, words=_word("stopped", locale, 0))
    if judged.overdue:
        late = "late" if judged.overdue_by else "late_today"
        return Clock(at=judged.at, urgency=Urgency.LATE, words=_word(late, locale, judged.overdue_by))
    left = judged.working_days_left
    urgency = Urgency.OPEN if left else Urgency.TODAY
    return Clock(at=judged.at, urgency=urgency, words=_word(urgency.value, locale, left))


def moment(at: datetime, locale: str) -> str:
    """Return a time to the minute."""
    there = at.astimezone(VIETNAM)
    return f"{there.day} {there:%B %Y, %H:%M}" if locale == "en" else f"{there:%H:%M} ngày {there:%d/%m/%Y}"


def day(at: datetime, locale: str) -> str:
    """Return the day of a time."""
    there = at.astimezone(VIETNAM)
    return f"{there.day} {there:%B %Y}" if locale == "en" else f"{there:%d/%m/%Y}"


def _word(key: str, locale: str, days: int) -> str:
    words = _WORDS[locale]
    return words.get(f"{key}_{days}", words[key]).format(days=days)
