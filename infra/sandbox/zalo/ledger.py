"""What was sent today, and which messages there are."""

import collections
import datetime as dt
import zoneinfo
from collections.abc import Callable

DAILY_QUOTA = 10_000_000
KEPT_MESSAGES = 200_000

_LOCAL = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")


def _now() -> dt.datetime:
    return dt.datetime.now(_LOCAL)


class Ledger:
    """Counts against the quota of the day, and keeps the newest messages."""

    def __init__(self, clock: Callable[[], dt.datetime] = _now) -> None:
        self._clock = clock
        self._day = clock().date()
        self._sent_today = 0
        self._sent_at: collections.OrderedDict[str, str] = collections.OrderedDict()

    def add(self, message_id: str) -> str:
        """Note a message; return when it was sent, in milliseconds since the epoch, as Zalo writes it."""
        self._begin_day()
        self._sent_today += 1
        self._sent_at[message_id] = sent_at = f"{self._clock().timestamp() * 1000:.0f}"
        if len(self._sent_at) > KEPT_MESSAGES:
            self._sent_at.popitem(last=False)
        return sent_at

    def sent_at(self, message_id: str) -> str | None:
        """Return when a message was sent, or None if there is none."""
        return self._sent_at.get(message_id)

    def quota(self) -> dict[str, str]:
        """Return how many messages the day has, and how many of them are left."""
        self._begin_day()
        return {"dailyQuota": str(DAILY_QUOTA), "remainingQuota": str(DAILY_QUOTA - self._sent_today)}

    def _begin_day(self) -> None:
        today = self._clock().date()
        if today != self._day:
            self._day, self._sent_today = today, 0
