"""Moderators let questions and answers be read by everybody, or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import AwareDatetime

from api.paging import Mark, cut
from api.questions.drafts import answer_text, overtaken, question_text, require_scrubbed
from api.questions.officer_service import PAGE, note
from auth.principals import Officer
from storage.access_log.kinds import ObjectKind
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers.desk import MODERATORS, Desk
from storage.questions import cleaning, moderating, opening, publishing
from storage.questions.cleaning import Cleaning
from storage.questions.holding import Held, hold
from storage.questions.kinds import Publication
from storage.questions.opening import OpenedQuestion
from storage.questions.publishing import Published
from storage.questions.queue import Queued
from storage.questions.scrubbing import Scrubbed
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
_SHOWN = (Publication.PENDING, Publication.PUBLISHED)
_KEPT = (Publication.PRIVATE, Publication.WANTED)


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
class Looked:
    """A question before a moderator: what scrubbing leaves of it, and of the answer that counts.

    Attributes:
        clean: scrubs whatever is typed, too.
        proposed: question and answer as a moderator goes on from: as they were edited before, where what is
            published is of this answer, else as scrubbing leaves them.
    """

    kept: OpenedQuestion
    question: Scrubbed
    answer: Scrubbed
    answer_id: UUID
    clean: Cleaning
    proposed: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be read by everybody, as a page sent it; see `storage.questions.publishing.Published`."""

    question: str
    answer: str
    seen_answer: UUID
    seen: Publication = Publication.PENDING


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
    clean = {pair: await cleaning.of_question(uow, *pair) for pair in {one.between for one in shown}}
    items = [(one, clean[one.between].scrub(one.text)) for one in shown]
    return PendingPage(items=items, next_cursor=mark.encode() if mark else None)


async def look(uow: UnitOfWork, officer: Officer, question_id: UUID) -> Looked:
    """Return a question that waits or is published, scrubbed, and note that it was read.

    Raises NotFoundError, also for one that its asker keeps to itself.
    """
    found = await opening.opened(uow, desk_of(officer), question_id, publications=_SHOWN)
    if found.answer is None:
        raise NotFoundError("answer")
    await note(uow, officer, {found.party_id}, ObjectKind.QUESTION, question_id)
    clean = await cleaning.of_question(uow, found.agency_id, found.party_id, found.author_ref)
    question, answer = clean.scrub(found.text), clean.scrub(found.answer.text)
    proposed = (question.text, answer.text)
    if found.publication is Publication.PUBLISHED and found.published_id:
        live = await moderating.one(uow, desk_of(officer), found.published_id)
        proposed = (live.question, live.answer)
    return Looked(
        kept=found,
        question=question,
        answer=answer,
        proposed=proposed,
        answer_id=found.answer.id,
        clean=clean,
    )


async def publish(uow: UnitOfWork, officer: Officer, question_id: UUID, draft: Draft) -> None:
    """Let everybody read a question and its answer, as a moderator leaves them.

    Raises:
        NotFoundError: there is no such question, or the officer does not moderate for its agency.
        Problem: 409 where it is not any more as it was seen; 422 for a text that is none, or in which
            scrubbing still finds something: that is shown before it is published.
    """
    question, answer = question_text("question", draft.question), answer_text("answer", draft.answer)
    held = await _held(uow, officer, question_id)
    clean = await cleaning.of_question(uow, held.agency_id, held.party_id, held.author_ref)
    require_scrubbed({"question": question, "answer": answer}, clean)
    new = Published(id=new_id(), question=question, answer=answer, seen=draft.seen_answer, decided=draft.seen)
    with overtaken():
        fresh = await publishing.publish(uow, held, new, by=str(officer.officer_id), now=datetime.now(UTC))
    if fresh:
        _log("question_published", officer, question_id)


async def refuse(uow: UnitOfWork, officer: Officer, question_id: UUID, *, seen_answer: UUID) -> None:
    """Let nobody read a question that waits. Raises NotFoundError, Problem (409)."""
    held = await _held(uow, officer, question_id)
    with overtaken():
        if await publishing.refuse(uow, held, seen=seen_answer, now=datetime.now(UTC)):
            _log("question_refused", officer, question_id)


async def _held(uow: UnitOfWork, officer: Officer, question_id: UUID) -> Held:
    """Return a question, held. Raises NotFoundError, also for one that its asker keeps; Problem (409)."""
    held = await hold(uow, desk_of(officer), question_id)
    # Before anything is asked of the asker: what is taken out of a moderator's words would tell their name.
    with overtaken():
        held.require_going_on()
    if held.publication in _KEPT:
        raise NotFoundError("question")
    return held


def _log(deed: str, officer: Officer, question_id: UUID) -> None:
    log.info(deed, question_id=str(question_id), officer_id=str(officer.officer_id))
