"""Who is asked, and when: once, and when there is something to judge."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import WorkingCalendar
from storage.parties import repository as parties
from storage.ratings import inviting
from storage.ratings.inviting import settled_before
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import NOW, TODAY, make_agency, make_ended
from tests.storage.vault.keeping import keep

Open = Callable[[], UnitOfWork]
CALENDAR = WorkingCalendar()


@pytest.mark.parametrize(
    "ended",
    [date(2026, 11, 13) + timedelta(days=n) for n in range(14)] + [date(2026, 4, 28), date(2027, 2, 4)],
)
def test_an_end_settles_for_two_working_days(ended: date) -> None:
    """Weekends, Liberation Day and Tết do not count: from the first day on with two of them behind it."""
    days = [ended + timedelta(days=n) for n in range(16)]
    at = datetime(ended.year, ended.month, ended.day, 4, tzinfo=UTC)
    settled = [day for day in days if at < settled_before(day, CALENDAR)]
    expected = [day for day in days if CALENDAR.working_days_between(ended, day) >= 2]
    assert settled == expected
    assert expected


async def due_codes(uow: UnitOfWork, now: datetime) -> list[str]:
    """Return the codes of the dossiers that are to be rated."""
    return [one.code for one in await inviting.due(uow, now=now, calendar=CALENDAR, limit=100)]


@pytest.mark.parametrize(
    ("status", "at_once", "later"),
    [
        (DossierStatus.RETURNED, True, True),
        (DossierStatus.RESOLVED, False, True),
        (DossierStatus.REFUSED, False, True),
        (DossierStatus.STOPPED, False, True),
    ],
)
async def test_who_got_a_result_is_asked_at_once(
    unit_of_work: Open, status: DossierStatus, at_once: bool, later: bool
) -> None:
    """Others when the end has settled: Friday's on Wednesday, as Tuesday is a holiday; nobody after thirty days."""
    async with unit_of_work() as uow:
        ended = await make_ended(uow, await make_agency(uow), status=status)
        assert await due_codes(uow, NOW) == [ended.code] * at_once
        assert await due_codes(uow, NOW + timedelta(days=4)) == [ended.code] * at_once
        assert await due_codes(uow, NOW + timedelta(days=5)) == [ended.code] * later
        assert await due_codes(uow, NOW + timedelta(days=31)) == []


async def test_a_result_in_the_store_is_as_good_as_handed_out(unit_of_work: Open) -> None:
    """Of what is resolved; one of another dossier, or a paper of its own, is not."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        ended = await make_ended(uow, agency, status=DossierStatus.RESOLVED)
        await make_ended(uow, agency, 2, status=DossierStatus.RESOLVED)
        assert await due_codes(uow, NOW) == []
        await keep_result(uow, ended)
        assert await due_codes(uow, NOW) == [ended.code]


async def keep_result(uow: UnitOfWork, ended: inviting.Ended) -> None:
    """Put the result of a dossier into its owner's store."""
    await keep(uow, await parties.open_key(uow, ended.party_id), dossier_id=ended.dossier_id)


async def test_an_open_dossier_is_not_rated(unit_of_work: Open) -> None:
    """Nor one whose end its agency dates into the future."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        await make_ended(uow, agency, status=DossierStatus.IN_PROCESS, ended_at=None)
        await make_ended(uow, agency, 2, ended_at=NOW + timedelta(minutes=1))
        assert await due_codes(uow, NOW) == []


async def test_two_workers_invite_once(unit_of_work: Open) -> None:
    """Both find the same dossiers; each is told of by one of them, and found by neither again."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        ended = [await make_ended(uow, agency, n) for n in range(6)]
        await uow.commit()

    async def invite() -> set[str]:
        async with unit_of_work() as uow:
            found = await inviting.due(uow, now=NOW, calendar=CALENDAR, limit=100)
            assert {one.group.month for one in found} <= {date(2026, 11, 1)}
            invited = await inviting.invite(uow, found, today=TODAY)
            await uow.commit()
            return {one.code for one in invited}

    first, second = await asyncio.gather(invite(), invite())
    assert first.isdisjoint(second)
    assert first | second == {one.code for one in ended}
    async with unit_of_work() as uow:
        assert await due_codes(uow, NOW) == []


async def test_a_month_is_one_of_vietnam(unit_of_work: Open) -> None:
    """Its first hours are the last ones of the month before in Greenwich."""
    async with unit_of_work() as uow:
        ended = await make_ended(
            uow, await make_agency(uow), ended_at=datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
        )
        (found,) = await inviting.due(uow, now=NOW, calendar=CALENDAR, limit=100)
        assert found == ended
        assert found.group.month == date(2026, 11, 1)
