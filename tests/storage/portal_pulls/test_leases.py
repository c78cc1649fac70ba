"""One worker at a time has a chore of a deployment, and one that dies does not have it for ever."""

import asyncio
from datetime import timedelta

from storage.ids import new_id
from storage.portal_pulls import leases

GONE = timedelta(seconds=-1)
CHORE = ("quoc-gia", "pull")


async def held(unit_of_work, holder, **given):
    """Try to take the chore."""
    async with unit_of_work() as uow:
        taken = await leases.hold(uow, *CHORE, holder, **given)
        await uow.commit()
    return taken


async def test_one_of_many_gets_it(unit_of_work):
    """However many ask at once; another chore, and another deployment, are other turns."""
    holders = [new_id() for _ in range(8)]
    assert sum(await asyncio.gather(*(held(unit_of_work, one) for one in holders))) == 1
    async with unit_of_work() as uow:
        assert await leases.hold(uow, "quoc-gia", "backfill", holders[0])
        assert await leases.hold(uow, "bo-moi", "pull", holders[0])


async def test_it_runs_out_and_is_given_back(unit_of_work):
    """Whoever lost it can neither renew it nor take it from the next one."""
    first, second = new_id(), new_id()
    assert await held(unit_of_work, first, life=GONE)
    assert await held(unit_of_work, second)
    async with unit_of_work() as uow:
        assert not await leases.renew(uow, *CHORE, first)
        await leases.release(uow, *CHORE, first)
        assert await leases.renew(uow, *CHORE, second)
        await uow.commit()
    assert not await held(unit_of_work, first)
    async with unit_of_work() as uow:
        await leases.release(uow, *CHORE, second)
        await uow.commit()
    assert await held(unit_of_work, first)


async def test_whoever_renews_it_keeps_others_from_it_until_the_commit(unit_of_work):
    """Even when its time is over meanwhile: what is kept with it is kept by one."""
    first, second = new_id(), new_id()
    assert await held(unit_of_work, first, life=GONE)
    async with unit_of_work() as uow:
        assert await leases.renew(uow, *CHORE, first)
        other = asyncio.create_task(held(unit_of_work, second))
        done, _ = await asyncio.wait([other], timeout=0.2)
        assert not done
        await uow.commit()
    assert not await other
