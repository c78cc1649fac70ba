"""Officers read what was complained of and suggested to their agencies, and do with it what the law asks.

Roles are asked in the queries, every reading is noted for whoever filed it to see, in the same transaction,
and what a page sent is judged here as if nobody had looked at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import AwareDatetime

from api.accesses import note_officer
from api.complaints.drafts import Attempt, decline_reason, needed, optional, overtaken
from api.complaints.telling import tell
from api.paging import Mark, cut
from api.problems import invalid
from auth.principals import Officer
from notify.matters import ComplaintMatter
from storage.access_log.kinds import ObjectKind, Purpose
from storage.agencies import reading as agency_reading
from storage.agencies import repository as agency_repository
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.complaints import entries, handling, opening, queue
from storage.complaints.deadlines import end_of
from storage.complaints.handling import Deed
from storage.complaints.holding import Held, hold
from storage.complaints.opening import OpenedComplaint
from storage.complaints.queue import AddressedAgency, Counts, Pile, Queued
from storage.dossiers.working_days import WorkingCalendar
from storage.errors import NotFoundError
from storage.officers.desk import READERS, WORKERS, Desk
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
PAGE = 25
MOST_AGENCIES = 300
SOON_DAYS = 1
"""What is due by the end of the next working day is due soon."""


class Place(Mark):
    """The complaint with which a page ended, by the time in whose order they stand."""

    at: AwareDatetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintPage:
    """A page of complaints."""

    items: Sequence[Queued]
    next_cursor: str | None


def reader(officer: Officer) -> Desk:
    """Return the desk of an officer who reads."""
    return Desk(officer_id=officer.officer_id, roles=READERS)


def worker(officer: Officer) -> Desk:
    """Return the desk of one who handles them."""
    return Desk(officer_id=officer.officer_id, roles=WORKERS)


async def counts(reading: Reading, officer: Officer, calendar: WorkingCalendar) -> Counts:
    """Return how many wait at the officer's agencies, are overdue, and are due by the next working day."""
    soon = end_of(datetime.now(UTC), SOON_DAYS, calendar)
    return await queue.counts(reading, reader(officer), soon=soon)


async def agencies(reading: Reading, officer: Officer) -> Sequence[AddressedAgency]:
    """Return the officer's agencies that have had complaints, 300 at most."""
    return await queue.agencies(reading, reader(officer), limit=MOST_AGENCIES)


async def listed(
    uow: UnitOfWork, officer: Officer, pile: Pile, *, agency: str | None, cursor: str | None
) -> ComplaintPage:
    """Return a page of complaints, and note that they were read. Raises Problem for a cursor that is none."""
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await queue.complaints(uow, reader(officer), pile, agency=agency, after=after, limit=PAGE + 1)
    shown, more = cut(found, PAGE)
    await note(uow, officer, {one.party_id for one in shown}, ObjectKind.COMPLAINTS)
    if not more:
        return ComplaintPage(items=shown, next_cursor=None)
    at, last_id = shown[-1].place(pile)
    return ComplaintPage(items=shown, next_cursor=Place(at=at, id=last_id).encode())


async def note(
    uow: UnitOfWork, officer: Officer, parties: set[UUID], kind: ObjectKind, complaint_id: UUID | None = None
) -> None:
    """Note that an officer reads what parties wrote."""
    seen = [(party_id, kind, complaint_id) for party_id in sorted(parties)]
    await note_officer(uow, officer, Purpose.COMPLAINT, seen)


async def opened(uow: UnitOfWork, officer: Officer, complaint_id: UUID) -> OpenedComplaint:
    """Return a complaint with all that happened, and note that it was read. Raises NotFoundError."""
    found = await opening.opened(uow, reader(officer), complaint_id)
    await note(uow, officer, {found.row.party_id}, ObjectKind.COMPLAINT, complaint_id)
    return found


async def may_work(reading: Reading, officer: Officer, complaint_id: UUID) -> bool:
    """Say whether the officer may handle a complaint, and not only read it."""
    return await opening.reaches(reading, worker(officer), complaint_id)


async def accept(
    uow: UnitOfWork, officer: Officer, complaint_id: UUID, attempt: Attempt, *, link: str
) -> None:
    """Take a complaint on, and tell whoever filed it; by the same form again, nothing more is done.

    Args:
        uow: the unit of work.
        officer: who does it.
        complaint_id: with which one.
        attempt: the form.
        link: opens the complaint in the app of whoever filed it.

    Raises, as all of these do:
        NotFoundError: there is no such complaint, or it is not the officer's to handle.
        Problem: 409 where the complaint is not any more as the officer saw it (`complaint-changed`), or that
            can not be done as it stands (`complaint-not-now`); 422 where something typed is wrong.
    """
    held, deed = await _hold(uow, officer, complaint_id, attempt)
    with overtaken():
        fresh = await handling.accept(uow, held, deed)
    if fresh:
        await _tell(uow, held, deed, ComplaintMatter.ACCEPTED, link)


async def decline(
    uow: UnitOfWork,
    officer: Officer,
    complaint_id: UUID,
    attempt: Attempt,
    *,
    reason: str,
    text: str,
    calendar: WorkingCalendar,
    link: str,
) -> None:
    """Decline a complaint for a reason (`DeclineGround`), with words, which may be empty."""
    chosen, words = decline_reason(reason), optional("text", text)
    held, deed = await _hold(uow, officer, complaint_id, attempt)
    with overtaken():
        fresh = await handling.decline(uow, held, deed, chosen, words, calendar=calendar)
    if fresh:
        await _tell(uow, held, deed, ComplaintMatter.DECLINED, link)


async def ask_more(
    uow: UnitOfWork, officer: Officer, complaint_id: UUID, attempt: Attempt, *, text: str, link: str
) -> None:
    """Ask whoever filed a complaint for more."""
    words = needed("text", text)
    held, deed = await _hold(uow, officer, complaint_id, attempt)
    with overtaken():
        fresh = await handling.ask_more(uow, held, deed, words)
    if fresh:
        await _tell(uow, held, deed, ComplaintMatter.MORE_ASKED, link)


async def answer(
    uow: UnitOfWork,
    officer: Officer,
    complaint_id: UUID,
    attempt: Attempt,
    *,
    text: str,
    calendar: WorkingCalendar,
    link: str,
) -> None:
    """Answer a complaint that was taken on."""
    words = needed("text", text)
    held, deed = await _hold(uow, officer, complaint_id, attempt)
    with overtaken():
        fresh = await handling.answer(uow, held, deed, words, calendar=calendar)
    if fresh:
        await _tell(uow, held, deed, ComplaintMatter.ANSWERED, link)


async def forward(
    uow: UnitOfWork,
    officer: Officer,
    complaint_id: UUID,
    attempt: Attempt,
    *,
    agency_code: str,
    text: str,
    calendar: WorkingCalendar,
    link: str,
) -> None:
    """Send a complaint on to another agency in force, with words, which may be empty.

    Who has sent it on may not be let see it any more: the same form, sent again to the same agency, is known
    all the same.
    """
    words, target = optional("text", text), await _in_force(uow, agency_code)
    try:
        held, deed = await _hold(uow, officer, complaint_id, attempt)
    except NotFoundError:
        if await entries.was_sent_on(uow, complaint_id, officer.officer_id, attempt.form_id, target.id):
            return
        raise
    if await entries.was_sent_on(uow, complaint_id, officer.officer_id, attempt.form_id, target.id):
        return
    if target.id == held.agency_id:
        raise invalid("complaint-same-agency", "agency_code")
    with overtaken():
        await handling.forward(uow, held, deed, target.id, words, calendar=calendar)
    sent = replace(held, agency_id=target.id, agency_name=target.name)
    await _tell(uow, sent, deed, ComplaintMatter.FORWARDED, link)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The agency to which a complaint is sent on."""

    id: UUID
    name: str


async def _in_force(reading: Reading, code: str) -> _Target:
    try:
        normal = normalise_agency_code(code)
    except InvalidCode as error:
        raise invalid("malformed-agency", "agency_code") from error
    found = (await agency_repository.resolve(reading, [normal])).get(normal)
    if found is None:
        raise invalid("unknown-agency", "agency_code", value=normal)
    view, _ = await agency_reading.agency(reading, found.id)
    if not view.in_force:
        raise invalid("agency-ended", "agency_code", value=normal)
    return _Target(id=found.id, name=view.name)


async def _hold(uow: UnitOfWork, officer: Officer, complaint_id: UUID, attempt: Attempt) -> tuple[Held, Deed]:
    held = await hold(uow, worker(officer), complaint_id)
    deed = Deed(
        form_id=attempt.form_id, officer_id=officer.officer_id, seen=attempt.seen, now=datetime.now(UTC)
    )
    return held, deed


async def _tell(uow: UnitOfWork, held: Held, deed: Deed, matter: ComplaintMatter, link: str) -> None:
    await tell(uow, held, matter, link=link, now=deed.now)
    log.info(
        "complaint_handled",
        matter=matter.value,
        complaint_id=str(held.id),
        officer_id=str(deed.officer_id),
    )
