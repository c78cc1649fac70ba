"""How an agency is reached, as it is kept: hotlines, addresses, and when it is open.

A hotline is among what each channel must show (official letter 3109 of 1 August 2023). Times are of Vietnam.
A time is text, `HH:MM`: of one length, so that texts compare as times do, and `24:00` can be said.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError, Url

from storage.contacts.addresses import normalise_email, normalise_phone

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SHORT_NUMBER = re.compile(r"1[0-9]{2,4}|1[89]00[0-9]{4,6}")
_SPACING = re.compile(r"[\s.\-]")
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_KEPT = object()


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """Return that of a day."""
        return tuple(cls)[day.weekday()]


def _tidy(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if _CONTROL.search(given):
        raise PydanticCustomError("control_character", "Text must hold no control characters")
    return unicodedata.normalize("NFC", given).strip()


def _number(given: str) -> str:
    plain = _SPACING.sub("", given)
    if _SHORT_NUMBER.fullmatch(plain):
        return plain
    try:
        return normalise_phone(given)
    except ValueError as error:
        raise PydanticCustomError("invalid-phone", "It is no telephone number") from error


def _email(given: str) -> str:
    try:
        return normalise_email(given)
    except ValueError as error:
        raise PydanticCustomError("invalid-email", "It is no email address") from error


def _website(given: str) -> str:
    try:
        address = Url(given)
    except ValueError as error:
        raise PydanticCustomError("not-https", "It is no https address") from error
    if address.scheme != "https" or not address.host or address.username or address.password:
        raise PydanticCustomError("not-https", "It is no https address")
    return str(address)


def _checked(work: Callable[[str], str]) -> AfterValidator:
    """Check what is entered. What was kept stays readable, also when other numbers are given out by then."""

    def run(given: str, info: ValidationInfo) -> str:
        return given if info.context is _KEPT else work(given)

    return AfterValidator(run)


def _written(given: Any) -> Any:
    """Read `2026-11-22`, and nothing else: a number would be taken for seconds."""
    try:
        if isinstance(given, str) and _DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise PydanticCustomError("not-a-day", "A day must be written as 2026-11-22")


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(_tidy)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=1000), BeforeValidator(_tidy)]
Number = Annotated[str, StringConstraints(max_length=32), BeforeValidator(_tidy), _checked(_number)]
Email = Annotated[str, StringConstraints(max_length=254), BeforeValidator(_tidy), _checked(_email)]
Website = Annotated[str, StringConstraints(max_length=500), BeforeValidator(_tidy), _checked(_website)]
Day = Annotated[date, BeforeValidator(_written)]
OpenTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
CloseTime = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Part(BaseModel):
    """What all parts of it share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Note(Part):
    """A remark, in one language or both."""

    vi: Paragraph | None = None
    en: Paragraph | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.vi is None and self.en is None:
            raise PydanticCustomError("nothing-said", "It says nothing")
        return self

    def in_locale(self, locale: str) -> str | None:
        """Return it in `vi` or `en`; in the other one where it is not said in that."""
        return (self.en or self.vi) if locale == "en" else (self.vi or self.en)


class Span(Part):
    """A time within one day: from the first moment on, until before the last.

    It ends on the day on which it began, at 24:00 at the latest: of what goes on past midnight the rest is
    said of the next day.
    """

    opens: OpenTime = Field(alias="from")
    closes: CloseTime = Field(alias="to")

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.closes <= self.opens:
            raise PydanticCustomError("hours-backwards", "It ends before it begins, or past midnight")
        return self


class Weekly(Span):
    """A time on some days of every week."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]


def _apart(spans: Iterable[Span]) -> None:
    """Refuse what overlaps, and what touches: it would be one time said as two."""
    ordered = sorted(spans, key=lambda span: span.opens)
    for one, next_one in pairwise(ordered):
        if next_one.opens <= one.closes:
            params = {"first": f"{one.opens}-{one.closes}", "second": f"{next_one.opens}-{next_one.closes}"}
            raise PydanticCustomError("hours-touch", "{first} and {second} overlap or touch", params)


def _week(hours: tuple[Weekly, ...]) -> tuple[Weekly, ...]:
    for day in Weekday:
        _apart(span for span in hours for named in span.days if named is day)
    return hours


Hours = Annotated[tuple[Weekly, ...], Field(max_length=50), AfterValidator(_week)]


class Hotline(Part):
    """A number to call: in E.164, or a short one as it is dialled, `1022` or `18001096`.

    Attributes:
        hours: when it is answered; when the agency is open, where nothing is said.
        holidays: it is answered on public holidays, and on the agency's days off, as well.
    """

    label: Line
    number: Number
    hours: Hours = ()
    holidays: bool = False

    @model_validator(mode="after")
    def _has_hours_for_holidays(self) -> Self:
        if self.holidays and not self.hours:
            raise PydanticCustomError("hours-needed", "A number that is answered on holidays has hours")
        return self


class Address(Part):
    """A place to go to, as it is written on a letter."""

    label: Line
    text: Paragraph


class HoursException(Part):
    """What a day is other than its week says: closed, or open at one of its times.

    A working Saturday has an entry for its morning and one for its afternoon.
    """

    day: Day = Field(alias="date")
    closed: bool = False
    opens: OpenTime | None = Field(default=None, alias="from")
    closes: CloseTime | None = Field(default=None, alias="to")
    note: Note | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.opens is None) != (self.closes is None) or self.closed == (self.opens is not None):
            raise PydanticCustomError("exception-unclear", "It is closed, or has both from and to")
        if self.opens is not None:
            self.span()
        return self

    def span(self) -> Span | None:
        """Return the time at which it is open, none where it is closed. Raises ValueError at the making."""
        return None if self.opens is None else Span.model_validate({"from": self.opens, "to": self.closes})


def _days(exceptions: tuple[HoursException, ...]) -> tuple[HoursException, ...]:
    of_day: dict[date, list[HoursException]] = defaultdict(list)
    for one in exceptions:
        of_day[one.day].append(one)
    for day, entries in of_day.items():
        if len(entries) > 1 and any(one.closed for one in entries):
            params = {"day": day.isoformat()}
            raise PydanticCustomError("exceptions-differ", "{day} is closed, and something else", params)
        _apart(span for one in entries if (span := one.span()))
    return exceptions


class ContactRecord(Part):
    """All that people are told of how to reach an agency.

    Attributes:
        emails: where it takes letters, in lower case.
        websites: https addresses.
        hours: when it is open in every week, but on public holidays; nothing, where that is not known.
        exceptions: days off, and days that are worked, each as a whole in place of what its week says.
    """

    hotlines: Annotated[tuple[Hotline, ...], Field(max_length=50)] = ()
    emails: Annotated[tuple[Email, ...], Field(max_length=20)] = ()
    websites: Annotated[tuple[Website, ...], Field(max_length=20)] = ()
    addresses: Annotated[tuple[Address, ...], Field(max_length=50)] = ()
    hours: Hours = ()
    exceptions: Annotated[tuple[HoursException, ...], Field(max_length=400), AfterValidator(_days)] = ()
    notes: Note | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.hotlines or self.emails or self.websites or self.addresses):
            raise PydanticCustomError("nothing-said", "It says no way to reach anybody")
        return self

    @property
    def said(self) -> tuple[str, ...]:
        """Return numbers and addresses of all kinds: what anybody may write of the agency."""
        numbers = (one.number for one in self.hotlines)
        return (*numbers, *self.emails, *self.websites, *(one.text for one in self.addresses))

    @classmethod
    def from_kept(cls, details: Mapping[str, Any]) -> Self:
        """Read what was checked when it was entered."""
        return cls.model_validate(details, context=_KEPT)
