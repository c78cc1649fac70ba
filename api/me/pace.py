"""How often codes are sent: pure. Each costs money, and whoever gets one did perhaps not ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many within any span of time of this length."""

    most: int
    within: timedelta

    def free_at(self, sent: Sequence[datetime]) -> datetime | None:
        """Return from when on this allows another one, given when others were sent, newest first."""
        return sent[self.most - 1] + self.within if len(sent) >= self.most else None


BETWEEN = Limit(most=1, within=timedelta(minutes=1))
TO_ADDRESS = Limit(most=5, within=timedelta(hours=1))
BY_PARTY = Limit(most=10, within=timedelta(days=1))


def next_at(to_address: Sequence[datetime], by_party: Sequence[datetime], *, now: datetime) -> datetime:
    """Return when a code may be sent: `now`, or later.

    Args:
        to_address: when codes were sent to this address, whoever had asked, newest first.
        by_party: when codes were sent because this party had asked, newest first.
        now: the time.
    """
    bounds = (BETWEEN.free_at(to_address), TO_ADDRESS.free_at(to_address), BY_PARTY.free_at(by_party))
    return max([now, *(bound for bound in bounds if bound)])
