"""Zalo's days and nights: pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
"""Between them Zalo takes no notices."""
QUOTA_RETURNS = time(0, 5)
"""The quota of a day is whole again at midnight; some minutes for clocks that differ."""
SKEW = timedelta(minutes=5)
"""By so much Zalo's clock may be behind ours."""


def closed_until(now: datetime) -> datetime | None:
    """Return when the night ends, if it is night now; in Vietnam's time."""
    clock = now.astimezone(VIETNAM).time()
    return None if NIGHT_ENDS <= clock < NIGHT_BEGINS else _next(NIGHT_ENDS, after=now)


def until_morning(now: datetime) -> timedelta:
    """Return how long to wait where Zalo says that it is night."""
    # Just after six by our clock Zalo's may not be there yet: that is no reason to wait for a day.
    return max(_next(NIGHT_ENDS, after=now - SKEW) - now, SKEW)


def until_tomorrow(now: datetime) -> timedelta:
    """Return how long to wait where the quota of the day is used up."""
    return _next(QUOTA_RETURNS, after=now) - now


def _next(at: time, *, after: datetime) -> datetime:
    local = after.astimezone(VIETNAM)
    found = datetime.combine(local.date(), at, VIETNAM)
    return found if found > local else found + timedelta(days=1)
