"""A month gathered from what is kept: it says what is published, and counts by whom it is on."""

from collections.abc import Callable
from datetime import date

import pytest

from storage.reports.content import AgencyMonth
from storage.reports.gathering import Gathered, gather
from storage.reports.kinds import EVERYBODY
from storage.scores.publishing import lines
from storage.scores.reading import counted_in
from storage.unit_of_work import UnitOfWork
from tests.storage.reports.making import MONTH
from tests.storage.reports.world import populate, rate, suggest, write_about

Open = Callable[[], UnitOfWork]


@pytest.fixture
async def world(unit_of_work: Open) -> None:
    """28 dossiers ended; of some was written, rated and complained, at the edges of the month as well."""
    async with unit_of_work() as uow:
        found = await populate(uow, MONTH)
        await write_about(uow, found["H26.1"], 6)
        await write_about(uow, found["H27"], 3)
        await rate(uow, found["H26.2"], MONTH, 5)
        await rate(uow, found["H26.2"], MONTH, 3, fresh=True)
        await rate(uow, found["H26.2"], date(2026, 8, 1), 4)
        await suggest(uow, found["H26"], "2026-08-31 16:59:59Z", "2026-08-31 17:00:00Z", "2026-09-15 00:00Z")
        await suggest(uow, found["H26.1"], "2026-09-30 16:59:59Z", "2026-09-30 17:00:00Z")
        await suggest(uow, found["H27"], "2026-09-02 00:00Z", "2026-09-03 00:00Z")
        await uow.commit()


async def gathered(open_unit: Open, scope: str = EVERYBODY, month: date = MONTH) -> Gathered | None:
    """Gather a month."""
    async with open_unit() as uow:
        return await gather(uow, month, scope)


async def test_the_country(world: None, unit_of_work: Open) -> None:
    """Its lines are those that are published; usage is of all, and of the month in Vietnam."""
    found = await gathered(unit_of_work)
    assert found is not None
    async with unit_of_work() as uow:
        counted = await counted_in(uow, MONTH)
    published = lines(counted.agencies, counted.own)
    assert list(found.report.agencies) == [AgencyMonth.of(line) for line in published]
    usage = found.report.usage
    assert (usage.dossiers, usage.conversations, usage.ratings, usage.complaints) == (28, 9, 5, 5)
    async with unit_of_work() as uow:
        found_online = await (await uow.driver()).execute("SELECT count(*) FROM dossier WHERE channel = 2")
        assert await found_online.fetchone() == (usage.online,)


async def test_a_city_alone(world: None, unit_of_work: Open) -> None:
    """Its report is on itself and its wards, counts theirs alone, and tells no group of fewer than five."""
    found = await gathered(unit_of_work, "H26")
    assert found is not None
    assert [one.code for one in found.report.agencies] == ["H26", "H26.1", "H26.2"]
    usage = found.report.usage
    assert (usage.dossiers, usage.conversations, usage.ratings) == (19, 6, 5)
    assert usage.complaints is None  # three
    ward = await gathered(unit_of_work, "H26.1")
    assert ward is not None
    assert (ward.report.usage.ratings, ward.report.usage.complaints) == (0, None)


async def test_usage_tells_of_no_number_that_is_hidden(unit_of_work: Open) -> None:
    """A ward is hidden for the sake of the one beside it: of its dossiers no other number is told either."""
    async with unit_of_work() as uow:
        found = await populate(uow, MONTH, {"H26.1": 12, "H26.2": 3})
        await write_about(uow, found["H26.1"], 11)
        await rate(uow, found["H26.1"], MONTH, 11)
        await uow.commit()
    ward = await gathered(unit_of_work, "H26.1")
    assert ward is not None
    usage = ward.report.usage
    assert (usage.dossiers, usage.conversations, usage.ratings) == (None, None, None)


async def test_nothing_to_report(world: None, unit_of_work: Open) -> None:
    """A month without data and an agency that nothing is counted for have no report."""
    assert await gathered(unit_of_work, month=date(2025, 1, 1)) is None
    assert await gathered(unit_of_work, "H99") is None


async def test_what_changes_is_noticed(world: None, unit_of_work: Open) -> None:
    """One more rating is another digest; the same state gathered again is the same."""
    first, again = await gathered(unit_of_work), await gathered(unit_of_work)
    assert first is not None
    assert again is not None
    assert first.digest == again.digest
    async with unit_of_work() as uow:
        found = (await counted_in(uow, MONTH)).agencies[0].id
        await rate(uow, found, MONTH, 6)
        await uow.commit()
    changed = await gathered(unit_of_work)
    assert changed is not None
    assert changed.digest != first.digest
