"""Agencies to choose from, and how they are reached."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.paging import Mark, PageQuery
from api.text import Clean
from storage.agencies.codes import MAX_LENGTH
from storage.contact_points.opening import Opening
from storage.contact_points.record import Span, Weekday, Weekly


class AgencyMark(Mark):
    """Where a page ended: see `storage.contact_points.directory.Directory.find`."""

    rank: Annotated[int, Field(ge=0, le=2)]
    code: Annotated[str, StringConstraints(max_length=MAX_LENGTH)]


class AgencyQuery(PageQuery):
    """Which agencies are looked for."""

    q: Annotated[str, StringConstraints(max_length=200), Clean] = Field(
        default="",
        description="A name or a part of one, with or without marks, or a code; nothing for all",
        examples=["phuong hoan kiem"],
    )


class FoundAgency(BaseModel):
    """An agency in force."""

    code: str = Field(examples=["H26.1"])
    name: str = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    above: str | None = Field(description="Name of the one above it", examples=["Thành phố Hà Nội"])
    forms: list[str] = Field(
        description="Its code as it may be written: the new form first, then the old one, if there was one",
        examples=[["H26.1", "000.00.1.H26"]],
    )
    aliases: list[str] = Field(description="Its other codes", examples=[["G09.7"]])
    valid_from: date | None = Field(description="Its first day in Vietnam; null where nobody said")
    valid_to: date | None = Field(description="Its last day; null where none is set")


class AgencyPage(BaseModel):
    """Agencies, those that fit best first."""

    items: list[FoundAgency]
    next_cursor: str | None


class NamedAgency(BaseModel):
    """An agency."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str


class DatedAgency(BaseModel):
    """An agency with its first and its last day in Vietnam; null where it has no such day."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(examples=["H26.2"])
    name: str = Field(examples=["Ủy ban nhân dân phường Hàng Bạc"])
    valid_from: date | None
    valid_to: date | None = Field(examples=["2025-06-30"])


class OtherCode(BaseModel):
    """Another code of an agency, from its first day to its last; null where it is open.

    A code may have been given on: before `valid_from` and after `valid_to` it may be another agency's.
    """

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(examples=["G09.7"])
    valid_from: date | None
    valid_to: date | None


class AgencyDetail(DatedAgency):
    """An agency, by which codes it is met, and what became of it.

    `successors` took over one after the other, the next first; what is meant for one that has ended goes to
    the last of them. Of `former` it is the successor itself.
    """

    forms: list[str] = Field(
        description="Its code as it may be written: the new form first, then the old one, if there was one",
        examples=[["H26.2", "000.00.2.H26"]],
    )
    in_force: bool
    above: NamedAgency | None
    aliases: list[OtherCode]
    successors: list[DatedAgency]
    former: list[DatedAgency]


class OpeningState(BaseModel):
    """How it stands now. While it is open `closes_at` tells until when, else `opens_at` when it opens.

    None of a month to come is null: what is answered day and night has no `closes_at`.
    """

    model_config = ConfigDict(from_attributes=True)

    open_now: bool
    opens_at: datetime | None
    closes_at: datetime | None

    @classmethod
    def of(cls, opening: Opening | None) -> Self | None:
        """Return it, none where the hours are not known."""
        return None if opening is None else cls.model_validate(opening)


class TimeSpan(BaseModel):
    """A time of a day in Vietnam; `to` is at most `24:00`."""

    opens: str = Field(alias="from", examples=["07:30"])
    closes: str = Field(alias="to", examples=["11:30"])

    model_config = ConfigDict(from_attributes=True, validate_by_name=True)

    @classmethod
    def of(cls, span: Span) -> Self:
        """Return it."""
        return cls(opens=span.opens, closes=span.closes)


class WeeklyHours(TimeSpan):
    """A time on some days of every week."""

    days: list[Weekday]

    @classmethod
    def of_week(cls, hours: Weekly) -> Self:
        """Return it."""
        return cls(opens=hours.opens, closes=hours.closes, days=list(hours.days))


class OtherDay(BaseModel):
    """A day that is other than its week says."""

    day: date = Field(alias="date")
    closed: bool
    times: list[TimeSpan]
    public_holiday: bool = Field(description="It is closed as a public holiday")
    note: str | None

    model_config = ConfigDict(validate_by_name=True)


class HotlineNumber(BaseModel):
    """A number to call, in E.164 or as it is dialled; without hours, answered while the agency is open."""

    label: str
    number: str = Field(examples=["+842438253536", "1022"])
    opening: OpeningState | None
    hours: list[WeeklyHours]


class PostalAddress(BaseModel):
    """A place to go to."""

    label: str
    text: str

    model_config = ConfigDict(from_attributes=True)


class Contact(BaseModel):
    """How an agency is reached.

    `agency` is the one that was asked for. Where it has ended, `successor` is in charge, and all else is that
    one's. `inherited_from` is the nearest above it, where it has said nothing of itself.
    """

    agency: NamedAgency
    successor: NamedAgency | None
    inherited_from: NamedAgency | None
    opening: OpeningState | None = Field(description="Null where its hours are not known")
    hotlines: list[HotlineNumber]
    emails: list[str]
    websites: list[str]
    addresses: list[PostalAddress]
    hours: list[WeeklyHours]
    exceptions: list[OtherDay] = Field(description="Of the 30 days to come, public holidays among them")
    notes: str | None
    updated_at: datetime
