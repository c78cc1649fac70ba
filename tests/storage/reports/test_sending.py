"""Reports drawn up once, taken by one at a time, and settled by whoever holds them."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from storage.reports import drafting, listing, sending
from storage.reports.content import MonthReport
from storage.reports.gathering import Gathered
from storage.reports.kinds import EVERYBODY, ReportState
from storage.reports.sending import Filing, Settled
from storage.unit_of_work import UnitOfWork
from tests.storage.reports.making import MONTH, NOW, report

Open = Callable[[], UnitOfWork]
LEASE = timedelta(minutes=10)
REST = timedelta(days=7)
ANSWER = {"code": "00", "words": "Đã tiếp nhận"}


async def draft(open_unit: Open, said: MonthReport | None = None, now: datetime = NOW) -> bool:
    """Draw up a report."""
    async with open_unit() as uow:
        done = await drafting.draft(uow, "emc", Gathered.of(said or report(), 3), now=now, rest=REST)
        await uow.commit()
        return done


async def take(open_unit: Open, now: datetime = NOW, month: date | None = None) -> Filing | None:
    """Take a report."""
    async with open_unit() as uow:
        filing = await sending.take(uow, "emc", now=now, lease=LEASE, month=month)
        await uow.commit()
        return filing


async def settle(open_unit: Open, settled: Settled, now: datetime = NOW) -> Filing:
    """Take a report, and settle it."""
    filing = await take(open_unit, now)
    assert filing is not None
    async with open_unit() as uow:
        assert await sending.settle(uow, filing, settled, now=now)
        await uow.commit()
    return filing


def sent(number: str) -> Settled:
    """Say that a report was taken in."""
    return Settled(state=ReportState.SENT, receipt=number, answered=ANSWER)


REFUSED = Settled(state=ReportState.REFUSED, answered={"code": "02", "words": ""})


async def test_a_report_is_drawn_up_once(unit_of_work: Open) -> None:
    """Of many at once, and whoever comes later, one does; another month is another report."""
    done = await asyncio.gather(*(draft(unit_of_work) for _ in range(6)))
    assert sum(done) == 1
    assert not await draft(unit_of_work, now=NOW + REST * 2)
    assert await draft(unit_of_work, report(month=date(2026, 8, 1)))


async def test_a_report_is_taken_by_one(unit_of_work: Open) -> None:
    """Of many at once one gets it, whole, with a key that stays; another system's is nobody's here."""
    await draft(unit_of_work)
    async with unit_of_work() as uow:
        assert await sending.take(uow, "other", now=NOW, lease=LEASE) is None
    taken = [one for one in await asyncio.gather(*(take(unit_of_work) for _ in range(6))) if one]
    (first,) = taken
    assert first.report == report()
    assert (first.number, first.corrects, first.attempt, first.unsure) == (1, None, 1, False)
    assert await take(unit_of_work, NOW + LEASE - timedelta(seconds=1)) is None
    later = await take(unit_of_work, NOW + LEASE)
    assert later is not None
    # Whoever held it may have sent it.
    assert (later.attempt, later.unsure, later.key) == (2, True, first.key)


async def test_who_took_too_long_has_no_say(unit_of_work: Open) -> None:
    """What the one says who took it after counts."""
    await draft(unit_of_work)
    first, second = await take(unit_of_work), await take(unit_of_work, NOW + LEASE)
    assert first is not None
    assert second is not None
    async with unit_of_work() as uow:
        assert not await sending.settle(uow, first, REFUSED, now=NOW)
        assert await sending.settle(uow, second, sent("R1"), now=NOW)
        assert not await sending.settle(uow, second, REFUSED, now=NOW)
        await uow.commit()
        (one,) = await listing.listed(uow)
    assert (one.state, one.receipt, one.answered, one.next_at) == ("sent", "R1", ANSWER, None)
    assert one.settled_at == NOW


async def test_a_change_is_a_correction_of_the_first(unit_of_work: Open) -> None:
    """It waits for the rest, names the first receipt, and so does the one after it, which says the first again."""
    await draft(unit_of_work)
    await settle(unit_of_work, sent("R1"))
    assert not await draft(unit_of_work, report(ratings=9), NOW + timedelta(days=1))
    assert await draft(unit_of_work, report(ratings=9), NOW + REST)
    second = await settle(unit_of_work, sent("R2"), NOW + REST)
    assert (second.number, second.corrects) == (2, "R1")
    assert await draft(unit_of_work, report(), NOW + REST * 2)
    third = await settle(unit_of_work, sent("R3"), NOW + REST * 2)
    assert (third.number, third.corrects) == (3, "R1")
    assert len({second.key, third.key}) == 2


async def test_what_was_refused_is_never_sent_unchanged(unit_of_work: Open) -> None:
    """It is kept with what was said; what has changed is sent as the first, as none was taken in."""
    await draft(unit_of_work)
    await settle(unit_of_work, REFUSED)
    assert not await draft(unit_of_work, now=NOW + REST * 9)
    async with unit_of_work() as uow:
        assert not await drafting.resume(uow, "emc", EVERYBODY, MONTH, now=NOW)
    assert await draft(unit_of_work, report(ratings=9), NOW + REST)
    filing = await take(unit_of_work, NOW + REST)
    assert filing is not None
    assert (filing.number, filing.corrects) == (2, None)


async def test_nothing_overtakes_what_waits(unit_of_work: Open) -> None:
    """What is under way, or was given up in doubt, is settled before anything else is said of the month."""
    await draft(unit_of_work)
    await settle(
        unit_of_work, Settled(state=ReportState.WAITING, unsure=True, next_at=NOW + timedelta(hours=1))
    )
    assert not await draft(unit_of_work, report(ratings=9), NOW + REST)
    assert await take(unit_of_work) is None
    later = NOW + timedelta(hours=1)
    await settle(unit_of_work, Settled(state=ReportState.FAILED, unsure=True), later)
    assert not await draft(unit_of_work, report(ratings=9), NOW + REST)
    async with unit_of_work() as uow:
        assert await drafting.resume(uow, "emc", EVERYBODY, MONTH, now=later)
        await uow.commit()
    again = await take(unit_of_work, later)
    assert again is not None
    assert (again.number, again.attempt, again.unsure) == (1, 3, True)


async def test_only_the_month_that_is_asked_for(unit_of_work: Open) -> None:
    """An operator's month is taken, though another one waits longer."""
    await draft(unit_of_work, report(month=date(2026, 8, 1)), NOW - REST)
    await draft(unit_of_work)
    filing = await take(unit_of_work, month=MONTH)
    assert filing is not None
    assert filing.report.month == MONTH


async def test_how_reports_stand(unit_of_work: Open) -> None:
    """The last report on each month says so, and not those before it."""
    await draft(unit_of_work)
    await settle(unit_of_work, REFUSED)
    async with unit_of_work() as uow:
        assert await listing.standing(uow) == {"waiting": 0, "sent": 0, "refused": 1, "failed": 0}
    await draft(unit_of_work, report(ratings=9), NOW + REST)
    await draft(unit_of_work, report(month=date(2026, 8, 1)))
    async with unit_of_work() as uow:
        assert await listing.standing(uow) == {"waiting": 2, "sent": 0, "refused": 0, "failed": 0}
        assert [each.number for each in await listing.listed(uow, MONTH)] == [2, 1]
        assert len(await listing.listed(uow)) == 3
        newest = (await listing.listed(uow, MONTH))[0]
        assert await listing.content(uow, newest.id) == report(ratings=9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ReportState.SENT},
        {"state": ReportState.REFUSED, "receipt": "R1"},
        {"state": ReportState.WAITING},
        {"state": ReportState.FAILED, "next_at": NOW},
    ],
)
def test_what_can_not_be(wrong: dict[str, object]) -> None:
    """A value that contradicts itself is not made."""
    with pytest.raises(ValueError, match="alone"):
        Settled(**wrong)  # type: ignore[arg-type] # as a mapping, it has no types
