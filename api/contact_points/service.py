"""Finding an agency, and telling how it is reached."""

from collections.abc import Iterator
from datetime import datetime

from api.contact_points.schemas import (
    AgencyDetail,
    AgencyMark,
    AgencyPage,
    AgencyQuery,
    Contact,
    DatedAgency,
    FoundAgency,
    HotlineNumber,
    NamedAgency,
    OpeningState,
    OtherCode,
    OtherDay,
    PostalAddress,
    TimeSpan,
    WeeklyHours,
)
from api.paging import cut
from api.problems import Problem
from storage.agencies import history
from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code, variants
from storage.agencies.repository import AgencyRef
from storage.contact_points import repository
from storage.contact_points.directory import Directory, Entry
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
        items=[_found(one.entry) for one in rows],
        next_cursor=AgencyMark(rank=rows[-1].rank, code=rows[-1].entry.code).encode() if more else None,
    )


def _found(entry: Entry) -> FoundAgency:
    return FoundAgency(
        code=entry.code,
        name=entry.name,
        above=entry.above,
        forms=list(variants(entry.code)),
        aliases=sorted(entry.aliases),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )


async def detail(reading: Reading, given: str) -> AgencyDetail:
    """Return the agency that a code, in any of its forms, means today. Raises NotFoundError."""
    known = await history.of(reading, (await _meant(reading, given)).id)
    return AgencyDetail(
        code=known.agency.code,
        name=known.agency.name,
        valid_from=known.agency.valid_from,
        valid_to=known.agency.valid_to,
        forms=list(variants(known.agency.code)),
        in_force=known.in_force,
        above=NamedAgency(code=known.above[0], name=known.above[1]) if known.above else None,
        aliases=[OtherCode.model_validate(one) for one in known.aliases],
        successors=[DatedAgency.model_validate(one) for one in known.successors],
        former=[DatedAgency.model_validate(one) for one in known.former],
    )


async def reached(reading: Reading, given: str) -> tuple[Reached, Kept]:
    """Return how the agency of a code, in any of its forms, is reached.

    Raises:
        NotFoundError: there is no such agency.
        Problem: 404; nothing is known of how to reach it.
    """
    found = await repository.of(reading, (await _meant(reading, given)).id)
    if found.kept is None:
        raise Problem("no-contact-known", 404)
    return found, found.kept


async def _meant(reading: Reading, given: str) -> AgencyRef:
    try:
        code = normalise_agency_code(given)
    except InvalidCode as error:
        raise NotFoundError("agency") from error
    known = (await agencies.resolve(reading, [code])).get(code)
    if known is None:
        raise NotFoundError("agency")
    return known


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
