"""Moderators let questions and answers be read by everybody, or not, and write what is asked often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import AwareDatetime

from api.paging import Mark, cut
from api.problems import FieldError, Problem
from api.questions.drafts import Basis, answer_text, founded, invalid, overtaken, question_text
from api.questions.officer_service import PAGE, note
from auth.principals import Officer
from storage.access_log.kinds import ObjectKind
from storage.agencies import repository as agency_repository
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.questions import moderating, opening, publishing
from storage.questions.desk import MODERATORS, Desk, RestsOn
from storage.questions.errors import Change, Overtaken
from storage.questions.holding import hold
from storage.questions.kinds import Publication
from storage.questions.moderating import Live
from storage.questions.opening import OpenedQuestion
from storage.questions.publishing import Entry, Published
from storage.questions.queue import Queued
from storage.questions.scrubbing import Scrubbed, scrub
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
_SHOWN = (Publication.PENDING, Publication.PUBLISHED)


class Place(Mark):
    """The entry with which a page ended: when it was asked, or changed."""

    at: AwareDatetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A page of what waits; the questions are as scrubbing leaves them."""

    items: Sequence[tuple[Queued, Scrubbed]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """A page of what is published."""

    items: Sequence[Live]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A question before a moderator: what scrubbing leaves of it, and of the answer that counts."""

    kept: OpenedQuestion
    question: Scrubbed
    answer: Scrubbed
    answer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be read by everybody, as a page sent it; see `storage.questions.publishing.Published`."""

    question: str
    answer: str
    seen_answer: UUID
    seen: Publication = Publication.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What is asked often, as a page sent it; `field` is one of the catalogue's, or empty."""

    question: str
    answer: str
    field: str = ""
    basis: Basis = Basis()


def desk_of(officer: Officer) -> Desk:
    """Return the desk of an officer who moderates."""
    return Desk(officer_id=officer.officer_id, roles=MODERATORS)


async def count_pending(reading: Reading, officer: Officer) -> int:
    """Return how many questions wait for the officer."""
    return await moderating.count_pending(reading, desk_of(officer))


async def pending(uow: UnitOfWork, officer: Officer, *, cursor: str | None) -> PendingPage:
    """Return a page of what waits, and note that it was read. Raises Problem for a cursor that is none."""
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await moderating.pending(uow, desk_of(officer), after=after, limit=PAGE + 1)
    shown, more = cut(found, PAGE)
    await note(uow, officer, {one.party_id for one in shown}, ObjectKind.QUESTIONS)
    mark = Place(at=shown[-1].asked_at, id=shown[-1].id) if more else None
    items = [(one, scrub(one.text)) for one in shown]
    return PendingPage(items=items, next_cursor=mark.encode() if mark else None)


async def look(uow: UnitOfWork, officer: Officer, question_id: UUID) -> Looked:
    """Return a question that waits or is published, scrubbed, and note that it was read.

    Raises NotFoundError, also for one that its asker keeps to itself.
    """
    found = await opening.opened(uow, desk_of(officer), question_id, publications=_SHOWN)
    if found.answer is None:
        raise NotFoundError("answer")
    await note(uow, officer, {found.party_id}, ObjectKind.QUESTION, question_id)
    known = await publishing.known_of(uow, *_askers(found.party_id, found.author_ref))
    return Looked(
        kept=found,
        question=scrub(found.text, known),
        answer=scrub(found.answer.text, known),
        answer_id=found.answer.id,
    )


def _askers(party_id: UUID, author_ref: str) -> Sequence[UUID]:
    """Return whose names must not be read: the party's, and of who acted for it."""
    return (party_id, UUID(author_ref))


async def publish(uow: UnitOfWork, officer: Officer, question_id: UUID, draft: Draft) -> None:
    """Let everybody read a question and its answer, as a moderator leaves them.

    Raises:
        NotFoundError: there is no such question, or the officer does not moderate for its agency.
        Problem: 409 where it is not any more as it was seen; 422 for a text that is none, or in which
            scrubbing still finds something: that is shown before it is published.
    """
    question, answer = question_text("question", draft.question), answer_text("answer", draft.answer)
    held = await hold(uow, desk_of(officer), question_id)
    known = await publishing.known_of(uow, *await _askers_of(uow, officer, question_id))
    _require_scrubbed({"question": question, "answer": answer}, known)
    new = Published(id=new_id(), question=question, answer=answer, seen=draft.seen_answer, decided=draft.seen)
    with overtaken():
        fresh = await publishing.publish(
            uow, held, new, known=known, by=str(officer.officer_id), now=datetime.now(UTC)
        )
    if fresh:
        _log("question_published", officer, question_id)


async def _askers_of(uow: UnitOfWork, officer: Officer, question_id: UUID) -> Sequence[UUID]:
    found = await opening.opened(uow, desk_of(officer), question_id)
    return _askers(found.party_id, found.author_ref)


def _require_scrubbed(texts: dict[str, str], known: Sequence[str] = ()) -> None:
    """Raise Problem naming each text in which something personal is found."""
    found = [field for field, text in texts.items() if scrub(text, known).text != text]
    if found:
        errors = [FieldError(pointer=f"/{field}", code="personal-found") for field in found]
        raise Problem("validation", 422, errors=errors)


async def refuse(uow: UnitOfWork, officer: Officer, question_id: UUID, *, seen_answer: UUID) -> None:
    """Let nobody read a question that waits. Raises NotFoundError, Problem (409)."""
    held = await hold(uow, desk_of(officer), question_id)
    with overtaken():
        if await publishing.refuse(uow, held, seen=seen_answer, now=datetime.now(UTC)):
            _log("question_refused", officer, question_id)


async def published(
    reading: Reading, officer: Officer, *, words: str, only_stale: bool, cursor: str | None
) -> LivePage:
    """Return a page of what is published by agencies for which the officer moderates.

    Raises Problem for a cursor that is none.
    """
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await moderating.published(
        reading,
        desk_of(officer),
        words=words.strip() or None,
        only_stale=only_stale,
        after=after,
        limit=PAGE + 1,
    )
    shown, more = cut(found, PAGE)
    mark = Place(at=shown[-1].updated_at, id=shown[-1].id) if more else None
    return LivePage(items=shown, next_cursor=mark.encode() if mark else None)


async def live(reading: Reading, officer: Officer, published_id: UUID) -> Live:
    """Return one of them, also if it was taken down. Raises NotFoundError."""
    return await moderating.one(reading, desk_of(officer), published_id)


async def take_down(uow: UnitOfWork, officer: Officer, published_id: UUID) -> None:
    """Let something be read no more; done again, it is done. Raises NotFoundError."""
    question_id = await publishing.question_of(uow, desk_of(officer), published_id)
    now = datetime.now(UTC)
    if question_id is None:
        await publishing.take_down_entry(uow, published_id, now=now)
    else:
        held = await hold(uow, desk_of(officer), question_id)
        await publishing.take_down(uow, held, now=now)
    log.info("answer_taken_down", published_id=str(published_id), officer_id=str(officer.officer_id))


async def write_entry(
    uow: UnitOfWork, officer: Officer, entry_id: UUID, agency_code: str, draft: EntryDraft
) -> None:
    """Publish what is asked often for an agency; the same form sent again is the same entry.

    Raises Problem (422) where something is wrong.
    """
    agency_id = await _own_agency(uow, officer, agency_code)
    await _put(uow, officer, entry_id, agency_id, draft)


async def change_entry(
    uow: UnitOfWork, officer: Officer, entry_id: UUID, draft: EntryDraft, *, shown: datetime
) -> None:
    """Change what is asked often, if it is still as it was `shown`, that is, when it was changed last.

    Raises:
        NotFoundError: there is no such entry, it was taken down, or came from a question.
        Problem: as `write_entry`, and 409 where somebody else has changed it.
    """
    kept = await moderating.one(uow, desk_of(officer), entry_id)
    if kept.question_id is not None or kept.taken_down_at is not None:
        raise NotFoundError("entry")
    with overtaken():
        if kept.updated_at != shown and not _is_as(kept, draft):
            raise Overtaken(Change.DECIDED)
    found = await agency_repository.resolve(uow, [kept.agency_code])
    await _put(uow, officer, entry_id, found[kept.agency_code].id, draft)


def _is_as(kept: Live, draft: EntryDraft) -> bool:
    return (kept.question, kept.answer) == (draft.question.strip(), draft.answer.strip())


async def _put(uow: UnitOfWork, officer: Officer, entry_id: UUID, agency_id: UUID, draft: EntryDraft) -> None:
    question, answer = question_text("question", draft.question), answer_text("answer", draft.answer)
    rests_on: RestsOn | None = draft.basis.checked()
    if rests_on and draft.field:
        raise invalid("field", "procedure-or-field")
    if draft.field and draft.field not in await moderating.fields(uow):
        raise invalid("field", "unknown-field", value=draft.field)
    _require_scrubbed({"question": question, "answer": answer})
    entry = Entry(
        id=entry_id,
        agency_id=agency_id,
        question=question,
        answer=answer,
        field=draft.field or None,
        rests_on=rests_on,
    )
    with founded("procedure_code", rests_on):
        await publishing.put(uow, entry, by=str(officer.officer_id), now=datetime.now(UTC))
    log.info("entry_written", published_id=str(entry_id), officer_id=str(officer.officer_id))


async def _own_agency(reading: Reading, officer: Officer, code: str) -> UUID:
    try:
        normal = normalise_agency_code(code)
    except InvalidCode as error:
        raise invalid("agency", "malformed-code") from error
    found = (await agency_repository.resolve(reading, [normal])).get(normal)
    # Of an agency that is not the officer's nothing is told, not even whether there is one.
    if found is None or not await publishing.may_publish(reading, desk_of(officer), found.id):
        raise invalid("agency", "not-your-agency", value=normal)
    return found.id


def _log(deed: str, officer: Officer, question_id: UUID) -> None:
    log.info(deed, question_id=str(question_id), officer_id=str(officer.officer_id))
