"""What officers see of ratings: many together, of their agencies, and nothing of few."""

import random
from datetime import date
from uuid import UUID

import pytest

from storage.errors import NotFoundError
from storage.officers.desk import READERS, Desk
from storage.officers.roles import Role
from storage.ratings import overview
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from storage.ratings.overview import Overview
from tests.storage.questions import office
from tests.storage.questions.office import OpenUnit
from tests.storage.ratings import crowd

MONTH, BEFORE = date(2026, 11, 1), date(2026, 10, 1)


async def reader(
    open_unit: OpenUnit, agency_id: UUID, role: Role = Role.VIEWER, email: str = "a@b.vn"
) -> Desk:
    """Make an officer of an agency."""
    officer_id = await office.officer(open_unit, email, (role, agency_id))
    return Desk(officer_id=officer_id, roles=READERS)


async def listed(open_unit: OpenUnit, desk: Desk, month: date = MONTH) -> list[Overview]:
    """Return what an officer sees of a month."""
    async with open_unit() as uow:
        return list(await overview.listed(uow, desk, month))


async def written(open_unit: OpenUnit, desk: Desk, agency_id: UUID, limit: int = 99) -> list[str]:
    """Return what an officer reads, page after page."""
    found: list[str] = []
    after: str | None = None
    async with open_unit() as uow:
        while True:
            group = Group(agency_id=agency_id, month=MONTH)
            page = await overview.texts(uow, desk, group, after=after, limit=limit)
            if not page:
                return found
            found += [one.text for one in page]
            after = page[-1].digest


async def test_an_agencys_months_are_compared(unit_of_work: OpenUnit) -> None:
    """With the month before, of the agency itself."""
    town = await office.agency(unit_of_work, "H26.1")
    await crowd.rated(unit_of_work, town, BEFORE, dissatisfied=1, very_satisfied=9)
    await crowd.rated(unit_of_work, town, MONTH, dissatisfied=3, satisfied=2)
    desk = await reader(unit_of_work, town)
    (one,) = await listed(unit_of_work, desk)
    assert one.levels == {"dissatisfied": 3, "satisfied": 2, "very_satisfied": 0}
    assert one.before == {"dissatisfied": 1, "satisfied": 0, "very_satisfied": 9}
    assert (one.code, one.alarming, one.answered) == ("H26.1", True, False)
    (earlier,) = await listed(unit_of_work, desk, BEFORE)
    assert (earlier.before, earlier.alarming) == (None, False)
    async with unit_of_work() as uow:
        assert await overview.months(uow, desk) == [MONTH, BEFORE]
        assert await overview.listed(uow, desk, date(1, 1, 1)) == []


@pytest.mark.parametrize(("mixed", "fresh"), [(4, 0), (4, 9), (0, 9), (0, 0)])
async def test_of_few_nothing_is_told(unit_of_work: OpenUnit, mixed: int, fresh: int) -> None:
    """Whether four, or however many who have not been mixed yet; nor in comparison, nor what they wrote."""
    town = await office.agency(unit_of_work, "H26.1")
    await crowd.rated(unit_of_work, town, MONTH, texts=["Chờ lâu"] * mixed, dissatisfied=mixed)
    await crowd.rated(unit_of_work, town, MONTH, texts=["Mới"] * fresh, fresh=True, satisfied=fresh)
    await crowd.rated(unit_of_work, town, date(2026, 12, 1), satisfied=5)
    desk = await reader(unit_of_work, town)
    (one,) = await listed(unit_of_work, desk)
    assert one.levels is None
    assert await written(unit_of_work, desk, town) == []
    (after,) = await listed(unit_of_work, desk, date(2026, 12, 1))
    assert after.before is None


async def test_the_order_of_texts_tells_nothing(unit_of_work: OpenUnit) -> None:
    """It follows from the words alone: whoever wrote first, at whatever level, the list is the same."""
    said = [f"Ý kiến thứ {n}" for n in range(12)]
    towns = [await office.agency(unit_of_work, f"H26.{n}") for n in (1, 2, 3)]
    lists = []
    for n, town in enumerate(towns):
        texts = [said, said[::-1], random.sample(said, len(said))][n]
        levels = [{"dissatisfied": 12}, {"dissatisfied": 6, "satisfied": 6}, {"very_satisfied": 12}][n]
        await crowd.rated(unit_of_work, town, MONTH, texts=texts, **levels)
        desk = await reader(unit_of_work, town, email=f"a{n}@b.vn")
        lists.append(await written(unit_of_work, desk, town, limit=5))
    assert lists[0] == lists[1] == lists[2]
    assert sorted(lists[0]) == sorted(said)
    assert lists[0] not in (said, said[::-1])


async def test_what_many_wrote_alike_stands_once(unit_of_work: OpenUnit) -> None:
    """How many did is not told: it would be a number below five."""
    town = await office.agency(unit_of_work, "H26.1")
    await crowd.rated(unit_of_work, town, MONTH, texts=["Tốt", "Tốt", "Chậm"], satisfied=5)
    desk = await reader(unit_of_work, town)
    assert sorted(await written(unit_of_work, desk, town)) == ["Chậm", "Tốt"]


async def test_an_officer_reads_what_the_role_reaches(unit_of_work: OpenUnit) -> None:
    """The agency and those below it; neither others, nor by a role that has nothing to do with it."""
    city = await office.agency(unit_of_work, "H26")
    ward = await office.agency(unit_of_work, "H26.1", parent=city)
    other = await office.agency(unit_of_work, "H55")
    for one in (ward, other):
        await crowd.rated(unit_of_work, one, MONTH, texts=["Tốt"], satisfied=5)
    chief = await reader(unit_of_work, city, Role.SUPERVISOR, "chief@b.vn")
    moderator = await reader(unit_of_work, ward, Role.MODERATOR, "m@b.vn")
    assert [one.code for one in await listed(unit_of_work, chief)] == ["H26.1"]
    assert await listed(unit_of_work, moderator) == []
    assert await written(unit_of_work, chief, ward) == ["Tốt"]
    for desk, agency_id, code in ((chief, other, "H55"), (moderator, ward, "H26.1")):
        assert await written(unit_of_work, desk, agency_id) == []
        async with unit_of_work() as uow:
            with pytest.raises(NotFoundError):
                await overview.one(uow, desk, code, MONTH)
    async with unit_of_work() as uow:
        assert (await overview.one(uow, chief, "H26.1", MONTH)).levels == dict(
            zip(Satisfaction, (0, 5, 0), strict=True)
        )


async def test_agencies_stand_in_pages(unit_of_work: OpenUnit) -> None:
    """By code, each once, also those of which nothing is told."""
    city = await office.agency(unit_of_work, "H26")
    for n in range(5):
        ward = await office.agency(unit_of_work, f"H26.{n}", parent=city)
        await crowd.rated(unit_of_work, ward, MONTH, satisfied=4 + n % 2)
    desk = await reader(unit_of_work, city)
    codes: list[str] = []
    async with unit_of_work() as uow:
        while page := await overview.listed(uow, desk, MONTH, after=codes[-1] if codes else None, limit=2):
            codes += [one.code for one in page]
    assert codes == [f"H26.{n}" for n in range(5)]
