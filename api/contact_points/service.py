"""Finding an agency, and telling how it is reached."""

from collections.abc import Iterator
from datetime import datetime

from api.contact_points.schemas import (
    AgencyMark,
    AgencyPage,
    AgencyQuery,
    Contact,
    FoundAgency,
    HotlineNumber,
    NamedAgency,
    OpeningState,
    OtherDay,
    PostalAddress,
    TimeSpan,
    WeeklyHours,
)
from api.paging import cut
from api.problems import Problem
from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.contact_points import repository
from storage.contact_points.directory import Directory
from storage.contact_points.opening import Day, days_apart, hotline_state, state
from storage.contact_points.record import ContactRecord, Hotline
from storage.contact_points.repository import AgencyName, Kept, Reached
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.errors import NotFoundError
from storage.unit_of_work import Reading

DAYS_AHEAD = 30
HOLIDAY = {"vi": "Nghỉ lễ, tết", "en": "Public holiday"}


def find(directory: Directory, query: AgencyQuery) -> AgencyPage:
    """Return a page of agencies. Raises Problem (422) for a cursor that is none."""
    mark = AgencyMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    after = (mark.rank, mark.code) if mark else (-1, "")
    rows, more = cut(directory.find(query.q, after=after, limit=query.limit + 1), query.limit)
    return AgencyPage(
        items=[FoundAgency(code=one.entry.code, name=one.entry.name, above=one.entry.above) for one in rows],
        next_cursor=AgencyMark(rank=rows[-1].rank, code=rows[-1].entry.code).encode() if more else None,
    )


async def reached(reading: Reading, given: str) -> tuple[Reached, Kept]:
    """Return how the agency of a code, in any of its forms, is reached.

    Raises:
        NotFoundError: there is no such agency.
        Problem: 404; nothing is known of how to reach it.
    """
    try:
        code = normalise_agency_code(given)
    except InvalidCode as error:
        raise NotFoundError("agency") from error
    known = (await agencies.resolve(reading, [code])).get(code)
    if known is None:
        raise NotFoundError("agency")
    found = await repository.of(reading, known.id)
    if found.kept is None:
        raise Problem("no-contact-known", 404)
    return found, found.kept


def told(found: Reached, kept: Kept, *, now: datetime, calendar: WorkingCalendar, locale: str) -> Contact:
    """Tell how an agency is reached, as it is at a time, in a language."""
    record = kept.record
    today = now.astimezone(VIETNAM).date()
    return Contact(
        agency=NamedAgency.model_validate(found.agency),
        successor=_named(found.successor),
        inherited_from=_named(found.inherited_from),
        opening=OpeningState.of(state(record, now, calendar)),
        hotlines=[_hotline(one, record, now, calendar) for one in record.hotlines],
        emails=list(record.emails),
        websites=list(record.websites),
        addresses=[PostalAddress.model_validate(one) for one in record.addresses],
        hours=[WeeklyHours.of_week(one) for one in record.hours],
        exceptions=[_other(one, locale) for one in days_apart(record, today, DAYS_AHEAD, calendar)],
        notes=record.notes and record.notes.in_locale(locale),
        updated_at=kept.updated_at,
    )


def changes_at(contact: Contact) -> datetime | None:
    """Return when something of it opens or closes next, so that what is told is no longer so."""
    return min(_changes(contact), default=None)


def _changes(contact: Contact) -> Iterator[datetime]:
    for opening in (contact.opening, *(one.opening for one in contact.hotlines)):
        if opening is not None:
            yield from filter(None, (opening.opens_at, opening.closes_at))


def _hotline(
    hotline: Hotline, record: ContactRecord, now: datetime, calendar: WorkingCalendar
) -> HotlineNumber:
    return HotlineNumber(
        label=hotline.label,
        number=hotline.number,
        opening=OpeningState.of(hotline_state(hotline, record, now, calendar)),
        hours=[WeeklyHours.of_week(one) for one in hotline.hours],
    )


def _other(day: Day, locale: str) -> OtherDay:
    note = day.entry.note.in_locale(locale) if day.entry and day.entry.note else None
    return OtherDay(
        day=day.day,
        closed=not day.spans,
        times=[TimeSpan.of(span) for span in day.spans],
        public_holiday=day.entry is None,
        note=HOLIDAY[locale] if day.entry is None else note,
    )


def _named(agency: AgencyName | None) -> NamedAgency | None:
    return None if agency is None else NamedAgency.model_validate(agency)
