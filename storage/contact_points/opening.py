"""Whether an agency is open, until when, and when it opens next. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from storage.contact_points.record import ContactRecord, Hotline, HoursException, Span, Weekday, Weekly
from storage.dossiers.working_days import VIETNAM, WorkingCalendar

HORIZON_DAYS = 31
"""How far ahead it is looked for a time to open or to close."""
_END_OF_DAY = "24:00"

Times = tuple[datetime, datetime]
"""When it opens, and when it is closed again: from the first moment on, until before the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How it stands at a moment.

    Attributes:
        opens_at: when it opens next, while it is closed; none where it does not within `HORIZON_DAYS`.
        closes_at: when it closes next, while it is open; none where it does not within them.
    """

    open_now: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def changes_at(self) -> datetime | None:
        """Until when it stands so."""
        return self.closes_at if self.open_now else self.opens_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day that is other than its week says.

    Attributes:
        spans: when it is open, by time; none where it is closed.
        entry: what the agency says of it; none for a public holiday, of which it says nothing.
    """

    day: date
    spans: tuple[Span, ...]
    entry: HoursException | None


def state(record: ContactRecord, at: datetime, calendar: WorkingCalendar) -> Opening | None:
    """Tell how an agency stands at a moment; none where its hours are not known.

    On public holidays it is closed, unless an exception says otherwise.

    Args:
        record: how it is reached.
        at: with its zone, and within the years of the calendar.
        calendar: tells public holidays.

    Raises:
        ValueError: a date lies outside the calendar.
    """
    if not record.hours and not record.exceptions:
        return None
    return _state(record.hours, _by_day(record.exceptions), at, calendar)


def hotline_state(
    hotline: Hotline, record: ContactRecord, at: datetime, calendar: WorkingCalendar
) -> Opening | None:
    """Tell how a hotline stands at a moment: by its own hours, else by those of its agency.

    One with hours of its own is closed on public holidays and on the agency's days off, unless it says that
    it is not; what the agency works on other days is not said of it.

    Raises:
        ValueError: a date lies outside the calendar.
    """
    if not hotline.hours:
        return state(record, at, calendar)
    if hotline.holidays:
        return _state(hotline.hours, {}, at, None)
    off = {one.day: () for one in record.exceptions if one.closed}
    return _state(hotline.hours, off, at, calendar)


def days_apart(record: ContactRecord, since: date, count: int, calendar: WorkingCalendar) -> Iterator[Day]:
    """Yield the days, of so many from one on, that are other than their week says.

    Raises:
        ValueError: a date lies outside the calendar.
    """
    said = {day: tuple(entries) for day, entries in groupby(_ordered(record.exceptions), lambda one: one.day)}
    for ahead in range(count):
        day = since + timedelta(days=ahead)
        if entries := said.get(day):
            noted = next((one for one in entries if one.note), entries[0])
            yield Day(day=day, spans=_spans(entries), entry=noted)
        elif calendar.is_holiday(day) and _usual(record.hours, day):
            yield Day(day=day, spans=(), entry=None)


def _state(
    hours: Sequence[Weekly],
    exceptions: Mapping[date, tuple[Span, ...]],
    at: datetime,
    calendar: WorkingCalendar | None,
) -> Opening:
    first = at.astimezone(VIETNAM).date()
    days = (first + timedelta(days=ahead) for ahead in range(HORIZON_DAYS + 1))
    times = (one for day in days for one in _times(hours, exceptions, day, calendar))
    opens, closes = next((one for one in times if at < one[1]), (None, None))
    if opens is None or closes is None:
        return Opening(open_now=False)
    if at < opens:
        return Opening(open_now=False, opens_at=opens)
    for next_opens, next_closes in times:
        if next_opens != closes:
            return Opening(open_now=True, closes_at=closes)
        closes = next_closes
    never = closes.date() > first + timedelta(days=HORIZON_DAYS)
    return Opening(open_now=True, closes_at=None if never else closes)


def _times(
    hours: Sequence[Weekly],
    exceptions: Mapping[date, tuple[Span, ...]],
    day: date,
    calendar: WorkingCalendar | None,
) -> list[Times]:
    spans = exceptions.get(day)
    if spans is None:
        spans = () if calendar and calendar.is_holiday(day) else _usual(hours, day)
    return [(_moment(day, span.opens), _moment(day, span.closes)) for span in spans]


def _usual(hours: Sequence[Weekly], day: date) -> tuple[Span, ...]:
    found = (span for span in hours if Weekday.of(day) in span.days)
    return tuple(sorted(found, key=lambda span: span.opens))


def _by_day(exceptions: Sequence[HoursException]) -> dict[date, tuple[Span, ...]]:
    return {
        day: _spans(tuple(entries)) for day, entries in groupby(_ordered(exceptions), lambda one: one.day)
    }


def _ordered(exceptions: Sequence[HoursException]) -> list[HoursException]:
    return sorted(exceptions, key=lambda one: (one.day, one.opens or ""))


def _spans(entries: Sequence[HoursException]) -> tuple[Span, ...]:
    return tuple(span for one in entries if (span := one.span()))


def _moment(day: date, clock: str) -> datetime:
    if clock == _END_OF_DAY:
        return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
    return datetime.combine(day, time.fromisoformat(clock), VIETNAM)
