"""Token buckets that all workers share."""

import asyncio
from collections.abc import Callable

from storage.limits import repository
from storage.unit_of_work import UnitOfWork

OpenUnit = Callable[[], UnitOfWork]


async def test_a_bucket_begins_full_and_fills_with_time(unit_of_work: OpenUnit) -> None:
    """Never beyond its burst; what was taken comes back at its rate."""
    async with unit_of_work() as uow:
        assert await repository.available(uow, "sms", rate=2, burst=10) == 10
        await repository.take(uow, "sms", 10)
        await uow.commit()
    async with unit_of_work() as uow:
        assert await repository.available(uow, "sms", rate=2, burst=10) < 1
        await (await uow.driver()).execute(
            "UPDATE rate_bucket SET refilled_at = refilled_at - interval '3 s'"
        )
        assert 6 <= await repository.available(uow, "sms", rate=2, burst=10) < 7
        await (await uow.driver()).execute(
            "UPDATE rate_bucket SET refilled_at = refilled_at - interval '1 h'"
        )
        assert await repository.available(uow, "sms", rate=2, burst=10) == 10


async def test_a_clock_set_back_takes_nothing_away(unit_of_work: OpenUnit) -> None:
    """It only fills no further until the time is reached again."""
    async with unit_of_work() as uow:
        await repository.available(uow, "sms", rate=2, burst=10)
        await repository.take(uow, "sms", 4)
        await (await uow.driver()).execute(
            "UPDATE rate_bucket SET refilled_at = refilled_at + interval '1 h'"
        )
        assert await repository.available(uow, "sms", rate=2, burst=10) == 6


async def test_two_workers_never_take_the_same_token(unit_of_work: OpenUnit) -> None:
    """The second waits for the first, and finds what that has left; undone, nothing was taken."""

    async def work(wanted: int, *, commit: bool = True) -> int:
        async with unit_of_work() as uow:
            granted = min(wanted, int(await repository.available(uow, "zalo", rate=0.001, burst=10)))
            await asyncio.sleep(0)
            await repository.take(uow, "zalo", granted)
            if commit:
                await uow.commit()
        return granted

    assert await work(10, commit=False) == 10
    granted = await asyncio.gather(*(work(4) for _ in range(5)))
    assert sorted(granted) == [0, 0, 2, 4, 4]
