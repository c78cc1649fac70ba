"""Officers read what was asked of their agencies, answer it, decline it, and send it on.

Roles are asked in the queries, every reading is noted for the asker to see, in the same transaction, and what
a page sent is judged here as if nobody had looked at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import AwareDatetime

from api.accesses import note_officer
from api.paging import Mark, cut
from api.questions import telling
from api.questions.drafts import AnswerDraft, founded, invalid, overtaken
from auth.principals import Officer
from storage.access_log.kinds import ObjectKind, Purpose
from storage.agencies import reading as agency_reading
from storage.agencies import repository as agency_repository
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.errors import NotFoundError
from storage.idempotency import repository as idempotency
from storage.officers.desk import READERS, WORKERS, Desk
from storage.questions import handling, opening, queue
from storage.questions.handling import NewAnswer
from storage.questions.holding import Held, hold
from storage.questions.kinds import DeclineReason
from storage.questions.opening import OpenedQuestion
from storage.questions.queue import AskedAgency, Counts, Pile, Queued
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
PAGE = 25
MOST_AGENCIES = 300
FORWARDED = "question.forwarded"


class Place(Mark):
    """The question with which a page ended, by the time in whose order they stand."""

    at: AwareDatetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    """A page of questions."""

    items: Sequence[Queued]
    next_cursor: str | None


def reader(officer: Officer) -> Desk:
    """Return the desk of an officer who reads."""
    return Desk(officer_id=officer.officer_id, roles=READERS)


def worker(officer: Officer) -> Desk:
    """Return the desk of one who answers."""
    return Desk(officer_id=officer.officer_id, roles=WORKERS)


async def counts(reading: Reading, officer: Officer) -> Counts:
    """Return how much there is to do at the officer's agencies."""
    return await queue.counts(reading, reader(officer))


async def agencies(reading: Reading, officer: Officer) -> Sequence[AskedAgency]:
    """Return the officer's agencies that were ever asked, 300 at most."""
    return await queue.agencies(reading, reader(officer), limit=MOST_AGENCIES)


async def listed(
    uow: UnitOfWork, officer: Officer, pile: Pile, *, agency: str | None, cursor: str | None
) -> QuestionPage:
    """Return a page of questions, and note that they were read. Raises Problem for a cursor that is none."""
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found = await queue.questions(uow, reader(officer), pile, agency=agency, after=after, limit=PAGE + 1)
    shown, more = cut(found, PAGE)
    await note(uow, officer, {one.party_id for one in shown}, ObjectKind.QUESTIONS)
    if not more:
        return QuestionPage(items=shown, next_cursor=None)
    at, last_id = shown[-1].place(pile)
    return QuestionPage(items=shown, next_cursor=Place(at=at, id=last_id).encode())


async def note(
    uow: UnitOfWork, officer: Officer, parties: set[UUID], kind: ObjectKind, question_id: UUID | None = None
) -> None:
    """Note that an officer reads what parties asked."""
    seen = [(party_id, kind, question_id) for party_id in sorted(parties)]
    await note_officer(uow, officer, Purpose.QUESTION, seen)


async def opened(uow: UnitOfWork, officer: Officer, question_id: UUID) -> OpenedQuestion:
    """Return a question with all its answers, and note that it was read. Raises NotFoundError."""
    found = await opening.opened(uow, reader(officer), question_id)
    await note(uow, officer, {found.party_id}, ObjectKind.QUESTION, question_id)
    return found


async def may_work(reading: Reading, officer: Officer, question_id: UUID) -> bool:
    """Say whether the officer may answer a question, and not only read it."""
    return await opening.reaches(reading, worker(officer), question_id)


async def answer(
    uow: UnitOfWork, officer: Officer, question_id: UUID, draft: AnswerDraft, *, link: str
) -> None:
    """Answer a question, and tell the asker; what the same form has answered before is answered.

    Args:
        uow: the unit of work.
        officer: who answers.
        question_id: which one.
        draft: what was written, unchecked.
        link: opens the question in the asker's app.

    Raises:
        NotFoundError: there is no such question, or it is not the officer's to answer.
        Problem: 409 where the question is not any more as the officer saw it, 422 where something is wrong.
    """
    text, rests_on = draft.checked()
    held, now = await hold(uow, worker(officer), question_id), datetime.now(UTC)
    new = NewAnswer(id=draft.form_id, text=text, rests_on=rests_on, seen=draft.seen_answer)
    with overtaken(), founded("procedure_code", rests_on):
        fresh = await handling.answer(uow, held, officer.officer_id, new, now=now)
    if fresh:
        await telling.answered(uow, held, link=link, now=now)
        _log("question_answered", officer, held)


async def confirm(
    uow: UnitOfWork, officer: Officer, question_id: UUID, *, form_id: UUID, seen: UUID, version: int
) -> None:
    """Say that the last answer is still right under the version in force, of which nobody is told.

    Raises as `answer`.
    """
    held = await hold(uow, worker(officer), question_id)
    code = held.last.procedure_code if held.last else None
    with overtaken(), founded("state", code):
        await handling.confirm(
            uow, held, officer.officer_id, form_id, seen=seen, version=version, now=datetime.now(UTC)
        )
    _log("question_confirmed", officer, held)


async def decline(uow: UnitOfWork, officer: Officer, question_id: UUID, reason: str, *, link: str) -> None:
    """Decline to answer, and tell the asker. Raises as `answer`."""
    if reason not in set(DeclineReason):
        raise invalid("reason", "reason-needed")
    held, now = await hold(uow, worker(officer), question_id), datetime.now(UTC)
    with overtaken():
        fresh = await handling.decline(uow, held, DeclineReason(reason), now=now)
    if fresh:
        await telling.declined(uow, held, link=link, now=now)
        _log("question_declined", officer, held)


async def forward(
    uow: UnitOfWork, officer: Officer, question_id: UUID, agency_code: str, *, form_id: UUID
) -> None:
    """Send a question that waits on to another agency in force.

    Who has sent it on may not be let see it any more: the same form sent again, to the same agency, is known
    by its id.

    Raises as `answer`.
    """
    asked = f"{officer.officer_id}\n{question_id}\n{form_id}\n{agency_code}"
    request_id = uow.cipher.blind_index(FORWARDED, asked)
    now = datetime.now(UTC)
    try:
        held = await hold(uow, worker(officer), question_id)
    except NotFoundError:
        if await idempotency.find(uow, request_id, now=now):
            return
        raise
    if await idempotency.find(uow, request_id, now=now):
        return
    agency_id = await _another_agency(uow, agency_code, held)
    with overtaken():
        await handling.forward(uow, held, agency_id)
    await idempotency.keep(uow, request_id, content_hash=b"", answer="", now=now)
    _log("question_forwarded", officer, held)


async def _another_agency(reading: Reading, code: str, held: Held) -> UUID:
    try:
        normal = normalise_agency_code(code)
    except InvalidCode as error:
        raise invalid("agency_code", "malformed-agency") from error
    found = (await agency_repository.resolve(reading, [normal])).get(normal)
    if found is None:
        raise invalid("agency_code", "unknown-agency", value=normal)
    if found.id == held.agency_id:
        raise invalid("agency_code", "same-agency")
    view, _ = await agency_reading.agency(reading, found.id)
    if not view.in_force:
        raise invalid("agency_code", "agency-ended", value=normal)
    return found.id


def _log(deed: str, officer: Officer, held: Held) -> None:
    log.info(deed, question_id=str(held.id), officer_id=str(officer.officer_id))
