"""Working days in Vietnam, and deadlines that count them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from storage.dossiers.timeline import Period

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_YEAR, LAST_YEAR = 1950, 2099
"""The years that a calendar covers: the lunar calendar behind the holidays is known for little more."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Monday to Friday, without public holidays (Labour Code 2019, article 112).

    Holidays, and days swapped by decree, come from the ``holidays`` package; what it does not know yet, a
    deployment adds. One instance serves the whole process: it keeps the days of each year once used, and the
    very first use loads the package (about a quarter of a second).

    Attributes:
        extra_holidays: further days off.
        extra_working_days: further working days, such as a Saturday worked for a bridge day.

    All methods raise ValueError for days outside `FIRST_YEAR` to `LAST_YEAR`.
    """

    extra_holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()
    _years: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _off: dict[int, frozenset[date]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if both := self.extra_holidays & self.extra_working_days:
            raise ValueError(f"both holiday and working day: {min(both)}")

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        days = self._days(day.year)
        place = bisect_left(days, day.toordinal())
        return place < len(days) and days[place] == day.toordinal()

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday or another day off, at a weekend too; one that is worked is none."""
        self._days(day.year)
        return day in self._off[day.year]

    def add_working_days(self, day: date, n: int) -> date:
        """Return the n-th working day after ``day``, itself not counted; before it, if n is negative.

        For n = 0 that is ``day`` itself, whether it is a working day or not.
        """
        if n == 0:
            return day
        year = day.year
        days = self._days(year)
        # The place of the day sought among those of the year: below 0 or past the end, it is in another year.
        place = (
            bisect_right(days, day.toordinal()) + n - 1 if n > 0 else bisect_left(days, day.toordinal()) + n
        )
        while place >= len(days):
            place -= len(days)
            year += 1
            days = self._days(year)
        while place < 0:
            year -= 1
            days = self._days(year)
            place += len(days)
        return date.fromordinal(days[place])

    def working_days_between(self, a: date, b: date) -> int:
        """Count the working days after ``a`` up to and with ``b``; if ``b`` is earlier, minus those after it.

        So a term of n working days from ``a`` ends on the first ``b`` for which this is n, as the Civil Code
        2015, article 147, counts: the day of the event is left out.
        """
        if b < a:
            return -self.working_days_between(b, a)
        before = bisect_right(self._days(a.year), a.toordinal())
        until = bisect_right(self._days(b.year), b.toordinal())
        return sum(len(self._days(year)) for year in range(a.year, b.year)) + until - before

    def _days(self, year: int) -> list[int]:
        """Return the working days of a year as ordinals, in order."""
        days = self._years.get(year)
        if days is None:
            days = self._years[year] = self._compute(year)
        return days

    def _compute(self, year: int) -> list[int]:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"no calendar for {year}")
        from holidays import country_holidays

        known = country_holidays("VN", years=year)
        off = known.keys() | self.extra_holidays
        on = known.weekend_workdays | self.extra_working_days
        self._off[year] = frozenset(off - on)
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        return [
            ordinal
            for ordinal in range(first, last + 1)
            if (day := date.fromordinal(ordinal)) in on or (day.weekday() < _SATURDAY and day not in off)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How a dossier stands against its due time.

    Attributes:
        at: the due time in effect: the one given, moved on by the working days that the citizen was awaited.
        working_days_left: working days until the day of ``at``, its own included; 0 on that day and after it.
        overdue: whether ``at`` has passed; once the dossier has ended, whether it had passed by then.
        overdue_by: whole working days since the day of ``at``; 0 when late within the day, or not late.
        paused: whether the citizen is awaited, so that ``at`` moves on with every working day.
    """

    at: datetime
    working_days_left: int
    overdue: bool
    overdue_by: int
    paused: bool


def deadline(
    *,
    due_at: datetime,
    due_set_at: datetime | None,
    now: datetime,
    ended_at: datetime | None,
    waits: Iterable[Period],
    calendar: WorkingCalendar,
) -> Deadline:
    """Judge a dossier by Decision 766/QD-TTg: ended by its due time, time awaiting the citizen deducted.

    A wait moves the due time on by its working days, counted as those of the term are: the first day is left
    out, the last one counts. Only waiting after ``due_set_at`` does: an agency that gave a new due time has
    counted what was before. The time of day stays. A due *day* must come as the end of that day.

    Args:
        due_at: the due time last given.
        due_set_at: when it was given; if none, every wait counts.
        now: the time to judge at, while the dossier is open.
        ended_at: end of processing; from then on the verdict stays as it is.
        waits: periods awaiting the citizen, apart from each other (`storage.dossiers.timeline.State.waits`).
        calendar: the working days.

    Raises:
        ValueError: a date lies outside the calendar.
    """
    moment = now if ended_at is None else ended_at
    waits = list(waits)
    waited = sum(_waited(start, end, due_set_at, moment, calendar) for start, end in waits)
    due = due_at.astimezone(VIETNAM)
    at = datetime.combine(calendar.add_working_days(due.date(), waited), due.timetz())
    distance = calendar.working_days_between(moment.astimezone(VIETNAM).date(), at.date())
    return Deadline(
        at=at,
        working_days_left=max(0, distance),
        overdue=moment > at,
        overdue_by=max(0, -distance),
        paused=ended_at is None and any(end is None for _, end in waits),
    )


def _waited(
    start: datetime, end: datetime | None, since: datetime | None, until: datetime, calendar: WorkingCalendar
) -> int:
    start = start if since is None else max(start, since)
    end = until if end is None else min(end, until)
    if end <= start:
        return 0
    return calendar.working_days_between(start.astimezone(VIETNAM).date(), end.astimezone(VIETNAM).date())
