"""What an agency answers to many: once, by whom it may, to no few, and nothing personal."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers.desk import WORKERS, Desk
from storage.officers.roles import Role
from storage.ratings import answers
from storage.ratings.answers import AnsweredMeanwhile, NewAnswer, PersonalFound, TooFew
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from tests.storage.questions import office
from tests.storage.questions.office import OpenUnit
from tests.storage.ratings import crowd

MONTH, NOW = date(2026, 11, 1), datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DISSATISFIED = Satisfaction.DISSATISFIED


@pytest.fixture
async def town(unit_of_work: OpenUnit) -> UUID:
    """An agency that many have rated: three dissatisfied, and five satisfied."""
    agency_id = await office.agency(unit_of_work, "H26.1")
    await crowd.rated(unit_of_work, agency_id, MONTH, dissatisfied=3, satisfied=5)
    return agency_id


@pytest.fixture
async def desk(unit_of_work: OpenUnit, town: UUID) -> Desk:
    """An officer of it."""
    officer_id = await office.officer(unit_of_work, "a@b.vn", (Role.OFFICER, town))
    return Desk(officer_id=officer_id, roles=WORKERS)


def answer(
    town: UUID, text: str = "Cảm ơn.", level: Satisfaction | None = None, seen: Sequence[UUID] = ()
) -> NewAnswer:
    """Return an answer of November."""
    return NewAnswer(id=new_id(), group=Group(agency_id=town, month=MONTH), level=level, text=text, seen=seen)


async def write(open_unit: OpenUnit, desk: Desk, new: NewAnswer) -> None:
    """Write it."""
    async with open_unit() as uow:
        await answers.write(uow, desk, new, now=NOW)
        await uow.commit()


async def standing(open_unit: OpenUnit, town: UUID) -> list[tuple[Any, ...]]:
    """Return what stands."""
    async with open_unit() as uow:
        found = await answers.standing(uow, Group(agency_id=town, month=MONTH))
    return [(one.level, one.text) for one in found]


async def test_one_answer_stands_for_each(unit_of_work: OpenUnit, town: UUID, desk: Desk) -> None:
    """Of all, and of a level; what is written anew takes the place of what was seen, and is kept."""
    first, second = answer(town), answer(town, "Đã xem xét.", Satisfaction.SATISFIED)
    for one in (first, second, first):
        await write(unit_of_work, desk, one)
    with pytest.raises(AnsweredMeanwhile):
        await write(unit_of_work, desk, answer(town, "Lần hai."))
    await write(unit_of_work, desk, answer(town, "Lần hai.", seen=[first.id, second.id]))
    assert await standing(unit_of_work, town) == [(None, "Lần hai."), ("satisfied", "Đã xem xét.")]
    async with unit_of_work() as uow:
        rows = await (
            await (await uow.driver()).execute("SELECT text, taken_down_at FROM rating_answer ORDER BY id")
        ).fetchall()
    assert rows == [("Cảm ơn.", NOW), ("Đã xem xét.", None), ("Lần hai.", None)]


async def test_sent_at_once_it_is_one(unit_of_work: OpenUnit, town: UUID, desk: Desk) -> None:
    """The same form however often; of two others the second is told of the first."""
    one = answer(town)
    await asyncio.gather(*(write(unit_of_work, desk, one) for _ in range(5)))
    assert await standing(unit_of_work, town) == [(None, "Cảm ơn.")]
    two = [answer(town, text, seen=[one.id]) for text in ("A", "B")]
    ended = await asyncio.gather(*(write(unit_of_work, desk, new) for new in two), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["AnsweredMeanwhile", "NoneType"]
    assert len(await standing(unit_of_work, town)) == 1


async def test_few_are_not_answered(unit_of_work: OpenUnit, town: UUID, desk: Desk) -> None:
    """Neither three of a level, nor a month of four, nor of many who have not been mixed yet."""
    with pytest.raises(TooFew):
        await write(unit_of_work, desk, answer(town, level=DISSATISFIED))
    await crowd.rated(unit_of_work, town, MONTH, fresh=True, dissatisfied=9)
    with pytest.raises(TooFew):
        await write(unit_of_work, desk, answer(town, level=DISSATISFIED))
    await crowd.rated(unit_of_work, town, MONTH, dissatisfied=2)
    await write(unit_of_work, desk, answer(town, level=DISSATISFIED))
    other = NewAnswer(
        id=new_id(), group=Group(agency_id=town, month=date(2026, 10, 1)), level=None, text="Cảm ơn."
    )
    await crowd.rated(unit_of_work, town, date(2026, 10, 1), satisfied=4)
    with pytest.raises(TooFew):
        await write(unit_of_work, desk, other)


@pytest.mark.parametrize(
    "text", ["Chị Nguyễn Thị An nói đúng.", "Hồ sơ H26.1-261120-0001 đã xong.", "Gọi số 0912345678 nhé."]
)
async def test_nothing_personal_is_answered(
    unit_of_work: OpenUnit, town: UUID, desk: Desk, text: str
) -> None:
    """What names a person or a dossier is refused as it is."""
    with pytest.raises(PersonalFound):
        await write(unit_of_work, desk, answer(town, text))
    assert await standing(unit_of_work, town) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR])
async def test_who_only_reads_does_not_answer(
    unit_of_work: OpenUnit, town: UUID, desk: Desk, role: Role
) -> None:
    """Nor takes down; nor does an officer of another agency."""
    await write(unit_of_work, desk, kept := answer(town))
    elsewhere = await office.agency(unit_of_work, "H55")
    for email, agency_id, held in (("v@b.vn", town, role), ("o@b.vn", elsewhere, Role.SUPERVISOR)):
        officer_id = await office.officer(unit_of_work, email, (held, agency_id))
        other = Desk(officer_id=officer_id, roles=WORKERS)
        with pytest.raises(NotFoundError):
            await write(unit_of_work, other, answer(town, seen=[kept.id]))
        async with unit_of_work() as uow:
            assert not await answers.may_answer(uow, other, town)
            with pytest.raises(NotFoundError):
                await answers.take_down(uow, other, kept.id, now=NOW)
    assert await standing(unit_of_work, town) == [(None, "Cảm ơn.")]


async def test_what_is_taken_down_is_gone(unit_of_work: OpenUnit, town: UUID, desk: Desk) -> None:
    """Once; then another may stand."""
    await write(unit_of_work, desk, kept := answer(town))
    for _ in range(2):
        async with unit_of_work() as uow:
            await answers.take_down(uow, desk, kept.id, now=NOW)
            await uow.commit()
    assert await standing(unit_of_work, town) == []
    await write(unit_of_work, desk, answer(town, "Mới."))
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await answers.take_down(uow, desk, new_id(), now=NOW)
    assert await standing(unit_of_work, town) == [(None, "Mới.")]


def test_an_answer_says_something() -> None:
    """And not too much."""
    group = Group(agency_id=new_id(), month=MONTH)
    for text in ("", "x" * (answers.LONGEST_ANSWER + 1)):
        with pytest.raises(ValueError, match="says something"):
            NewAnswer(id=new_id(), group=group, level=None, text=text)
