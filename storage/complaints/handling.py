"""What agencies do with a complaint: take it on, decline it, ask for more, send it on, and answer it.

Each is done on a complaint that this transaction holds, as it then is; what happened since somebody saw it
is told by `Overtaken`. What is done too late is done all the same: its entry keeps by when it was due. An
entry's id is its form's: sent twice, it is once, and each function says whether it was done now.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from storage.complaints import entries
from storage.complaints.deadlines import publish_by
from storage.complaints.entries import NewEntry
from storage.complaints.errors import Overtaken
from storage.complaints.holding import Held, save
from storage.complaints.kinds import OPEN, WITH_AGENCY, ComplaintState, ComplaintStep, DeclineGround
from storage.dossiers.working_days import WorkingCalendar
from storage.questions.kinds import Publication
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """By whom, and upon what, something is done.

    Attributes:
        form_id: of the form, and of the entry then.
        seen: the last entry that the officer had before them.
    """

    form_id: UUID
    officer_id: UUID
    seen: UUID
    now: datetime


async def accept(uow: UnitOfWork, held: Held, deed: Deed) -> bool:
    """Take a complaint on.

    Raises, as all of these do:
        Overtaken: something has happened to it since.
        NotNow: it does not wait for that.
        NotFoundError: the form is another complaint's, or the party is no more.
    """
    new = NewEntry(id=deed.form_id, kind=ComplaintStep.ACCEPTED, officer_id=deed.officer_id)
    if await _is_done(uow, held, deed, new, {ComplaintState.RECEIVED}):
        return False
    after = replace(held, state=ComplaintState.ACCEPTED)
    return await _do(uow, held, deed, new, after, due_at=held.terms.accept_by)


async def decline(
    uow: UnitOfWork,
    held: Held,
    deed: Deed,
    reason: DeclineGround,
    text: str | None,
    *,
    calendar: WorkingCalendar,
) -> bool:
    """Decline a complaint that was not taken on, with a reason, and words where there is more to say."""
    new = NewEntry(id=deed.form_id, kind=ComplaintStep.DECLINED, officer_id=deed.officer_id, text=text)
    if await _is_done(uow, held, deed, new, OPEN):
        if held.decline_reason is not reason:
            raise Overtaken(ComplaintStep.DECLINED)
        return False
    running = held.going_on(deed.now, calendar)
    running.require({ComplaintState.RECEIVED})
    after = replace(running, state=ComplaintState.DECLINED, closed_at=_at(held, deed), decline_reason=reason)
    return await _do(uow, held, deed, new, after, due_at=running.terms.accept_by)


async def ask_more(uow: UnitOfWork, held: Held, deed: Deed, text: str) -> bool:
    """Ask whoever filed it for more; the agency's time stands still until they answer."""
    new = NewEntry(id=deed.form_id, kind=ComplaintStep.MORE_ASKED, officer_id=deed.officer_id, text=text)
    if await _is_done(uow, held, deed, new, WITH_AGENCY):
        return False
    after = replace(held, state=ComplaintState.MORE_ASKED, awaited_since=_at(held, deed), resumes=held.state)
    return await _do(uow, held, deed, new, after, due_at=held.terms.ask_by)


async def forward(
    uow: UnitOfWork, held: Held, deed: Deed, agency_id: UUID, text: str | None, *, calendar: WorkingCalendar
) -> bool:
    """Send a complaint on to another agency, in force, which receives it now: see `Terms.forwarded`."""
    new = NewEntry(
        id=deed.form_id,
        kind=ComplaintStep.FORWARDED,
        officer_id=deed.officer_id,
        to_agency_id=agency_id,
        text=text,
    )
    if await _is_done(uow, held, deed, new, WITH_AGENCY):
        return False
    after = replace(
        held,
        agency_id=agency_id,
        state=ComplaintState.RECEIVED,
        terms=held.terms.forwarded(deed.now, calendar),
    )
    due_at = held.terms.accept_by if held.state is ComplaintState.RECEIVED else None
    return await _do(uow, held, deed, new, after, due_at=due_at)


async def answer(uow: UnitOfWork, held: Held, deed: Deed, text: str, *, calendar: WorkingCalendar) -> bool:
    """Answer a complaint that was taken on, also while more is awaited; that is its end.

    Where whoever filed it agreed, it waits for a moderator then.
    """
    new = NewEntry(id=deed.form_id, kind=ComplaintStep.ANSWERED, officer_id=deed.officer_id, text=text)
    if await _is_done(uow, held, deed, new, OPEN):
        return False
    running = held.going_on(deed.now, calendar)
    running.require({ComplaintState.ACCEPTED})
    after = replace(running, state=ComplaintState.ANSWERED, closed_at=_at(held, deed))
    if held.publication is Publication.WANTED:
        decide_by = publish_by(deed.now, calendar)
        after = replace(after, publication=Publication.PENDING, publish_by=decide_by)
    return await _do(uow, held, deed, new, after, due_at=running.terms.process_by)


async def _is_done(
    uow: UnitOfWork, held: Held, deed: Deed, new: NewEntry, states: Collection[ComplaintState]
) -> bool:
    """Say whether the form has done this before. Raises Overtaken, NotNow."""
    if await entries.is_repeat(uow, held, new):
        return True
    held.require_seen(deed.seen)
    held.require(states)
    return False


async def _do(
    uow: UnitOfWork, held: Held, deed: Deed, new: NewEntry, after: Held, *, due_at: datetime | None
) -> bool:
    await entries.add(uow, held, new, at=_at(held, deed), due_at=due_at)
    await save(uow, after)
    return True


def _at(held: Held, deed: Deed) -> datetime:
    return held.next_moment(deed.now)
