"""Moderators let complaints and their answers be read by everybody, or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog

from api.complaints.drafts import needed, overtaken, require_scrubbed
from api.complaints.officer_service import PAGE, Place, note
from api.complaints.telling import tell
from api.paging import cut
from auth.principals import Officer
from notify.matters import ComplaintMatter
from storage.access_log.kinds import ObjectKind
from storage.complaints import moderating, opening, publishing
from storage.complaints.holding import Held, hold
from storage.complaints.moderating import Counts
from storage.complaints.opening import OpenedComplaint
from storage.complaints.publishing import Published
from storage.complaints.queue import Queued
from storage.errors import NotFoundError
from storage.officers.desk import MODERATORS, Desk
from storage.questions import cleaning
from storage.questions.cleaning import Cleaning
from storage.questions.kinds import Publication
from storage.questions.scrubbing import Scrubbed
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
_SHOWN = (Publication.PENDING, Publication.PUBLISHED)
_KEPT = (Publication.PRIVATE, Publication.WANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A page of what waits; the complaints are as scrubbing leaves them."""

    items: Sequence[tuple[Queued, Scrubbed]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A complaint before a moderator: what scrubbing leaves of it, and of its answer.

    Attributes:
        clean: scrubs whatever is typed, too.
        proposed: complaint and answer as a moderator goes on from: as they are published, where they are,
            else as scrubbing leaves them.
    """

    kept: OpenedComplaint
    text: Scrubbed
    answer: Scrubbed
    clean: Cleaning
    proposed: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be read by everybody, as a page sent it; see `storage.complaints.publishing.Published`."""

    text: str
    answer: str
    seen: Publication = Publication.PENDING


def desk_of(officer: Officer) -> Desk:
    """Return the desk of an officer who moderates."""
    return Desk(officer_id=officer.officer_id, roles=MODERATORS)


async def counts(reading: Reading, officer: Officer) -> Counts:
    """Return how many complaints wait for the officer, and how many of them for too long."""
    return await moderating.counts(reading, desk_of(officer))


async def pending(uow: UnitOfWork, officer: Officer, *, cursor: str | None) -> PendingPage:
    """Return a page of what waits, and note that it was read. Raises Problem for a cursor that is none."""
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await moderating.pending(uow, desk_of(officer), after=after, limit=PAGE + 1)
    shown, more = cut(found, PAGE)
    await note(uow, officer, {one.party_id for one in shown}, ObjectKind.COMPLAINTS)
    last = shown[-1] if more else None
    mark = Place(at=last.publish_by, id=last.id) if last and last.publish_by else None
    clean = {pair: await cleaning.of_question(uow, *pair) for pair in {one.between for one in shown}}
    items = [(one, clean[one.between].scrub(one.text)) for one in shown]
    return PendingPage(items=items, next_cursor=mark.encode() if mark else None)


async def look(uow: UnitOfWork, officer: Officer, complaint_id: UUID) -> Looked:
    """Return a complaint that waits or is published, scrubbed, and note that it was read.

    Raises NotFoundError, also for one that whoever filed it keeps to themselves.
    """
    found = await opening.opened(uow, desk_of(officer), complaint_id, publications=_SHOWN)
    if found.answer is None:
        raise NotFoundError("answer")
    row = found.row
    await note(uow, officer, {row.party_id}, ObjectKind.COMPLAINT, complaint_id)
    clean = await cleaning.of_question(uow, *row.between)
    text, answer = clean.scrub(row.text), clean.scrub(found.answer)
    proposed = (text.text, answer.text)
    if found.published_id:
        live = await moderating.live(uow, desk_of(officer), complaint_id)
        proposed = (live.text, live.answer)
    return Looked(kept=found, text=text, answer=answer, clean=clean, proposed=proposed)


async def publish(uow: UnitOfWork, officer: Officer, complaint_id: UUID, draft: Draft, *, link: str) -> None:
    """Let everybody read a complaint and its answer, as a moderator leaves them.

    Whoever filed it is told of it, the first time.

    Raises:
        NotFoundError: there is no such complaint, or the officer does not moderate for its agency.
        Problem: 409 where it is not any more as it was seen; 422 for a text that is none, or in which
            scrubbing still finds something: that is shown before it is published.
    """
    text, answer = needed("text", draft.text), needed("answer", draft.answer)
    held, now = await _held(uow, officer, complaint_id), datetime.now(UTC)
    clean = await cleaning.of_question(uow, held.agency_id, held.party_id, held.author_ref)
    require_scrubbed({"text": text, "answer": answer}, clean)
    new = Published(text=text, answer=answer, seen=draft.seen)
    with overtaken():
        fresh = await publishing.publish(uow, held, new, officer_id=officer.officer_id, now=now)
    if not fresh:
        return
    if held.publication is Publication.PENDING:
        await tell(uow, held, ComplaintMatter.PUBLISHED, link=link, now=now)
    _log("complaint_published", officer, complaint_id)


async def refuse(uow: UnitOfWork, officer: Officer, complaint_id: UUID) -> None:
    """Let nobody read a complaint that waits. Raises NotFoundError, Problem (409)."""
    held = await _held(uow, officer, complaint_id)
    with overtaken():
        if await publishing.refuse(uow, held, officer_id=officer.officer_id, now=datetime.now(UTC)):
            _log("complaint_refused", officer, complaint_id)


async def take_down(uow: UnitOfWork, officer: Officer, complaint_id: UUID) -> None:
    """Let a complaint that is published be read no more, for good. Raises NotFoundError, Problem (409)."""
    held = await _held(uow, officer, complaint_id)
    with overtaken():
        if await publishing.take_down(uow, held, officer_id=officer.officer_id, now=datetime.now(UTC)):
            _log("complaint_taken_down", officer, complaint_id)


async def _held(uow: UnitOfWork, officer: Officer, complaint_id: UUID) -> Held:
    """Return a complaint, held. Raises NotFoundError, also for one whose owner keeps it to themselves."""
    held = await hold(uow, desk_of(officer), complaint_id)
    # Before anything is asked of the party: what is taken out of a moderator's words would tell their name.
    if held.publication in _KEPT:
        raise NotFoundError("complaint")
    return held


def _log(deed: str, officer: Officer, complaint_id: UUID) -> None:
    log.info(deed, complaint_id=str(complaint_id), officer_id=str(officer.officer_id))
