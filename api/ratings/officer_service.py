"""Officers read what was said of their agencies' dossiers, by many together, and answer it for all to read.

Roles are asked in the queries. Nothing here is of a person, so that no reading is noted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import StringConstraints, TypeAdapter, ValidationError

from api.paging import Mark, cut
from api.problems import Problem, from_pydantic, invalid
from api.text import Clean
from auth.principals import Officer
from storage.agencies.codes import MAX_LENGTH
from storage.dossiers.working_days import VIETNAM
from storage.officers.desk import READERS, WORKERS, Desk
from storage.questions import cleaning
from storage.ratings import answers, counting, overview
from storage.ratings.answers import (
    LONGEST_ANSWER,
    Answer,
    AnsweredMeanwhile,
    NewAnswer,
    PersonalFound,
    TooFew,
)
from storage.ratings.counting import FEWEST, Counts
from storage.ratings.kinds import Satisfaction, month_of
from storage.ratings.overview import Overview, WrittenText
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)
PAGE = 50
_TEXT = TypeAdapter(Annotated[str, Clean])


class AgencyPlace(Mark):
    """The agency with which a page ended."""

    code: Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean]


class TextPlace(Mark):
    """The text with which a page ended."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """A page of agencies."""

    items: Sequence[Overview]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was said of an agency's month.

    Attributes:
        counts: none where too few said anything, as then there are no texts.
        answerable: the levels that may be answered by themselves.
        works: the officer may answer.
        next_cursor: leads to further texts.
    """

    overview: Overview
    counts: Counts | None
    texts: Sequence[WrittenText]
    answers: Sequence[Answer]
    answerable: Sequence[Satisfaction]
    works: bool
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDraft:
    """An answer as a page sent it.

    Attributes:
        level: a word of `storage.ratings.kinds.Satisfaction`; empty for all.
        seen: the answers that stood beside the form.
    """

    form_id: UUID
    level: str
    text: str
    seen: Sequence[UUID] = ()


def reader(officer: Officer) -> Desk:
    """Return the desk of an officer who reads."""
    return Desk(officer_id=officer.officer_id, roles=READERS)


def worker(officer: Officer) -> Desk:
    """Return the desk of one who answers."""
    return Desk(officer_id=officer.officer_id, roles=WORKERS)


async def count_alarms(reading: Reading, officer: Officer) -> int:
    """Return how many agencies many more people are dissatisfied with, and have not been answered by.

    Of the months in which ratings come in: this one and the last one.
    """
    this_month = month_of(datetime.now(UTC).astimezone(VIETNAM).date())
    found: list[Overview] = []
    for month in (this_month, month_of(this_month - timedelta(days=1))):
        found += await overview.listed(reading, reader(officer), month)
    return sum(one.alarming and not one.answered for one in found)


async def months(reading: Reading, officer: Officer) -> Sequence[date]:
    """Return the months of which the officer's agencies have ratings, or may have, the last one first."""
    return await overview.months(reading, reader(officer))


async def listed(reading: Reading, officer: Officer, month: date, *, cursor: str | None) -> OverviewPage:
    """Return a page of the officer's agencies. Raises Problem for a cursor that is none."""
    after = AgencyPlace.decode(cursor, parameter="cursor").code if cursor else None
    found = await overview.listed(reading, reader(officer), month, after=after, limit=PAGE + 1)
    shown, more = cut(found, PAGE)
    mark = AgencyPlace(code=shown[-1].code) if more else None
    return OverviewPage(items=shown, next_cursor=mark.encode() if mark else None)


async def opened(reading: Reading, officer: Officer, code: str, month: date, *, cursor: str | None) -> Opened:
    """Return what was said of an agency's month, and what the agency answered.

    Raises:
        NotFoundError: nobody was asked, or the officer does not read for the agency.
        Problem: the cursor is none.
    """
    desk = reader(officer)
    after = TextPlace.decode(cursor, parameter="cursor").digest if cursor else None
    found = await overview.one(reading, desk, code, month)
    counts = await counting.counts(reading, found.group)
    texts = await overview.texts(reading, desk, found.group, after=after, limit=PAGE + 1)
    shown, more = cut(texts, PAGE)
    mark = TextPlace(digest=shown[-1].digest) if more else None
    return Opened(
        overview=found,
        counts=counts,
        texts=shown,
        answers=await answers.standing(reading, found.group),
        answerable=[level for level, n in counts.levels.items() if n >= FEWEST] if counts else (),
        works=await answers.may_answer(reading, worker(officer), found.group.agency_id),
        next_cursor=mark.encode() if mark else None,
    )


async def answer(uow: UnitOfWork, officer: Officer, code: str, month: date, draft: AnswerDraft) -> None:
    """Let everybody read an answer; the same form sent again is the same answer.

    Raises:
        NotFoundError: nobody was asked, or the officer may not answer for the agency.
        Problem: 409 where somebody else has answered meanwhile; 422 for a text that is none, or in which
            scrubbing finds something, and for a level that too few chose.
    """
    text, level = _text(draft.text), _level(draft.level)
    found = await overview.one(uow, worker(officer), code, month)
    new = NewAnswer(id=draft.form_id, group=found.group, level=level, text=text, seen=draft.seen)
    try:
        await answers.write(uow, worker(officer), new, now=datetime.now(UTC))
    except TooFew as error:
        raise invalid("too-few-ratings", "level", fewest=FEWEST) from error
    except PersonalFound as error:
        raise invalid("personal-found", "text") from error
    except AnsweredMeanwhile as error:
        raise Problem("answered-meanwhile", 409) from error
    log.info("ratings_answered", answer_id=str(draft.form_id), officer_id=str(officer.officer_id))


async def take_down(uow: UnitOfWork, officer: Officer, answer_id: UUID) -> None:
    """Let an answer be read no more; done again, it is done. Raises NotFoundError."""
    await answers.take_down(uow, worker(officer), answer_id, now=datetime.now(UTC))
    log.info("ratings_answer_taken_down", answer_id=str(answer_id), officer_id=str(officer.officer_id))


async def without_personal(reading: Reading, agency_id: UUID, typed: str) -> str:
    """Return what was typed as scrubbing leaves it; what is too long for an answer is not looked through."""
    if len(typed) > LONGEST_ANSWER:
        return typed
    return (await cleaning.of_entry(reading, agency_id)).scrub(typed).text


def _level(given: str) -> Satisfaction | None:
    if not given:
        return None
    try:
        return Satisfaction(given)
    except ValueError as error:
        allowed = ", ".join(Satisfaction)
        raise invalid("unknown-value", "level", value=given, allowed=allowed) from error


def _text(typed: str) -> str:
    try:
        text = _TEXT.validate_python(typed)
    except ValidationError as error:
        raise Problem("validation", 422, errors=from_pydantic(error.errors(), below="/text")) from error
    if not text:
        raise invalid("answer-needed", "text")
    if len(text) > LONGEST_ANSWER:
        raise invalid("answer-too-long", "text", most=LONGEST_ANSWER)
    return text
