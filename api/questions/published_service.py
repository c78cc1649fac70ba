"""Moderators look after what everybody may read: they take it down, and write what is asked often."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog

from api.paging import cut
from api.questions.drafts import (
    Basis,
    answer_text,
    founded,
    invalid,
    overtaken,
    question_text,
    require_scrubbed,
)
from api.questions.moderator_service import Place, desk_of
from api.questions.officer_service import PAGE
from auth.principals import Officer
from storage.agencies import repository as agency_repository
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.questions import cleaning, moderating, publishing
from storage.questions.cleaning import Cleaning
from storage.questions.errors import Change, Overtaken
from storage.questions.holding import hold
from storage.questions.moderating import Live
from storage.questions.publishing import Entry
from storage.unit_of_work import Reading, UnitOfWork

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """A page of what is published."""

    items: Sequence[Live]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What is asked often, as a page sent it; `about` is one of the catalogue's, or empty."""

    question: str
    answer: str
    about: str = ""
    basis: Basis = field(default_factory=Basis)


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

    Raises:
        NotFoundError: what has the id is another agency's, or came from a question.
        Problem: 422 where something is wrong, 409 where the entry was changed or taken down since.
    """
    agency_id = await _own_agency(uow, officer, agency_code)
    entry = await _checked(uow, entry_id, agency_id, draft)
    with overtaken(), founded("procedure_code", entry.rests_on):
        await publishing.add(uow, entry, by=str(officer.officer_id), now=datetime.now(UTC))
    _log(officer, entry_id)


async def change_entry(
    uow: UnitOfWork, officer: Officer, entry_id: UUID, draft: EntryDraft, *, shown: datetime
) -> None:
    """Change what is asked often, if it is still as it was `shown`, that is, when it was changed last.

    Raises:
        NotFoundError: there is no such entry, it was taken down, or came from a question.
        Problem: as `write_entry`, and 409 where somebody else has changed it.
    """
    await publishing.hold_entry(uow, desk_of(officer), entry_id)
    kept = await moderating.one(uow, desk_of(officer), entry_id)
    found = await agency_repository.resolve(uow, [kept.agency_code])
    entry = await _checked(uow, entry_id, found[kept.agency_code].id, draft)
    with overtaken(), founded("procedure_code", entry.rests_on):
        if kept.updated_at != shown and not _is_as(kept, entry):
            raise Overtaken(Change.DECIDED)
        await publishing.put(uow, entry, by=str(officer.officer_id), now=datetime.now(UTC))
    _log(officer, entry_id)


async def cleaning_of(reading: Reading, agency_code: str) -> Cleaning:
    """Return by what is scrubbed that an agency writes itself, also where there is no such agency."""
    with suppress(InvalidCode):
        normal = normalise_agency_code(agency_code)
        found = await agency_repository.resolve(reading, [normal])
        if normal in found:
            return await cleaning.of_entry(reading, found[normal].id)
    return Cleaning()


def _is_as(kept: Live, entry: Entry) -> bool:
    return (kept.question, kept.answer, kept.field, kept.rests_on) == (
        entry.question,
        entry.answer,
        entry.field,
        entry.rests_on,
    )


async def _checked(reading: Reading, entry_id: UUID, agency_id: UUID, draft: EntryDraft) -> Entry:
    """Return what is to be kept. Raises Problem (422)."""
    question, answer = question_text("question", draft.question), answer_text("answer", draft.answer)
    rests_on = draft.basis.checked()
    if rests_on and draft.about:
        raise invalid("field", "procedure-or-field")
    if draft.about and draft.about not in await moderating.fields(reading):
        raise invalid("field", "unknown-field", value=draft.about)
    require_scrubbed({"question": question, "answer": answer}, await cleaning.of_entry(reading, agency_id))
    return Entry(
        id=entry_id,
        agency_id=agency_id,
        question=question,
        answer=answer,
        field=draft.about or None,
        rests_on=rests_on,
    )


def _log(officer: Officer, entry_id: UUID) -> None:
    log.info("entry_written", published_id=str(entry_id), officer_id=str(officer.officer_id))


async def _own_agency(reading: Reading, officer: Officer, code: str) -> UUID:
    try:
        normal = normalise_agency_code(code)
    except InvalidCode as error:
        raise invalid("agency_code", "malformed-agency") from error
    found = (await agency_repository.resolve(reading, [normal])).get(normal)
    # Of an agency that is not the officer's nothing is told, not even whether there is one.
    if found is None or not await publishing.may_publish(reading, desk_of(officer), found.id):
        raise invalid("agency_code", "not-your-agency", value=normal)
    return found.id
