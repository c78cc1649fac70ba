"""A question is taken back by whose it is, once, with what was published of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.questions import asking
from storage.questions.asking import NewQuestion, QuestionDeclined
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.models import PublishedAnswer, Question
from storage.unit_of_work import UnitOfWork
from tests.storage.questions import office
from tests.storage.questions.office import NOW

LATER = NOW + timedelta(hours=1)
OpenUnit = Callable[[], UnitOfWork]


@pytest.fixture
async def agency_id(unit_of_work: OpenUnit) -> UUID:
    """An agency."""
    return await office.agency(unit_of_work, "H26")


@pytest.fixture
async def asker(unit_of_work: OpenUnit) -> UUID:
    """Who asks."""
    return await office.asker(unit_of_work)


async def withdraw(open_unit: OpenUnit, party_id: UUID, question_id: UUID) -> None:
    """Take a question back."""
    async with open_unit() as uow:
        await asking.withdraw(uow, party_id, question_id, now=LATER)
        await uow.commit()


async def stand(open_unit: OpenUnit, question_id: UUID, **fields: object) -> None:
    """Let a question stand as it is said."""
    async with open_unit() as uow:
        row = await uow.session.get_one(Question, question_id)
        for name, value in fields.items():
            setattr(row, name, value)
        await uow.commit()


async def test_a_question_of_anothers_is_not_taken_back(
    unit_of_work: OpenUnit, asker: UUID, agency_id: UUID
) -> None:
    """It is as if it were not there, and stays as it was."""
    question_id = await office.question(unit_of_work, asker, agency_id)
    stranger = await office.asker(unit_of_work, "Trần Thị Bình", "001190000022")
    for named in (question_id, new_id()):
        with pytest.raises(NotFoundError):
            await withdraw(unit_of_work, stranger, named)
    assert (await office.row_of(unit_of_work, question_id)).state == QuestionState.ASKED


@pytest.mark.parametrize(
    ("before", "live", "after"),
    [
        (Publication.PRIVATE, False, Publication.PRIVATE),
        (Publication.WANTED, False, Publication.PRIVATE),
        (Publication.PENDING, False, Publication.PRIVATE),
        (Publication.PENDING, True, Publication.TAKEN_DOWN),
        (Publication.PUBLISHED, True, Publication.TAKEN_DOWN),
        (Publication.REFUSED, False, Publication.REFUSED),
        (Publication.TAKEN_DOWN, False, Publication.TAKEN_DOWN),
    ],
)
async def test_what_is_published_goes_with_the_question(  # noqa: PLR0917 - what it was, and what it is then
    unit_of_work: OpenUnit,
    asker: UUID,
    agency_id: UUID,
    before: Publication,
    live: bool,
    after: Publication,
) -> None:
    """Nothing waits for a moderator any more, and nothing of it is read; when it was closed first, stays."""
    question_id = await office.question(unit_of_work, asker, agency_id)
    state = QuestionState.ASKED if before is Publication.WANTED else QuestionState.ANSWERED
    closed_at = None if state is QuestionState.ASKED else NOW
    await stand(unit_of_work, question_id, state=state, publication=before, closed_at=closed_at)
    entry = PublishedAnswer(
        question_id=question_id,
        agency_id=agency_id,
        question="?",
        answer="!",
        published_by="test",
        published_at=NOW,
        updated_at=NOW,
        taken_down_at=None if live else NOW,
    )
    entry_id = entry.id
    async with unit_of_work() as uow:
        uow.session.add(entry)
        await uow.commit()
    await withdraw(unit_of_work, asker, question_id)
    row = await office.row_of(unit_of_work, question_id)
    assert (row.state, row.publication) == (QuestionState.WITHDRAWN, after)
    assert row.closed_at == (closed_at or LATER)
    async with unit_of_work() as uow:
        kept = await uow.session.get_one(PublishedAnswer, entry_id)
        assert kept.taken_down_at == (LATER if live else NOW)


async def test_a_declined_question_is_not_taken_back(
    unit_of_work: OpenUnit, asker: UUID, agency_id: UUID
) -> None:
    """It has come to another end."""
    question_id = await office.question(unit_of_work, asker, agency_id)
    declined = {"state": QuestionState.DECLINED, "decline_reason": DeclineReason.UNCLEAR, "closed_at": NOW}
    await stand(unit_of_work, question_id, **declined)
    with pytest.raises(QuestionDeclined):
        await withdraw(unit_of_work, asker, question_id)


async def test_a_second_time_changes_nothing(unit_of_work: OpenUnit, asker: UUID, agency_id: UUID) -> None:
    """No app that keeps a copy is told of it."""
    question_id = await office.question(unit_of_work, asker, agency_id)
    await withdraw(unit_of_work, asker, question_id)
    before = await office.row_of(unit_of_work, question_id)
    await withdraw(unit_of_work, asker, question_id)
    assert (await office.row_of(unit_of_work, question_id)).changed_xid == before.changed_xid


def test_a_question_says_something_and_gives_time() -> None:
    """What could not be answered is not kept."""
    new = NewQuestion(
        id=new_id(),
        author_ref="",
        agency_id=new_id(),
        procedure_code=None,
        text="Cần giấy gì?",
        public=False,
        asked_at=NOW,
        due_at=LATER,
    )
    for wrong in ({"text": ""}, {"due_at": NOW}):
        with pytest.raises(ValueError, match=r"says something|takes time"):
            replace(new, **wrong)
