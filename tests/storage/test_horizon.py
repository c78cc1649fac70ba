"""Up to when all changes can be seen: whoever may still write holds it back, and who only reads does not."""

import asyncio
from datetime import timedelta

from storage.horizon import HORIZON, horizon

LONG = "interval '10 minutes'"


async def seconds_behind(uow, since):
    """Return how long ago the horizon lies, where so little counts as long."""
    assert LONG in HORIZON
    statement = f"SELECT now() - ({HORIZON})".replace(LONG, since)
    (found,) = await (await (await uow.driver()).execute(statement.encode(), (timedelta(0),))).fetchone()
    return found.total_seconds()


async def test_a_dump_that_takes_hours_holds_nothing_up(unit_of_work):
    """It reads for long, and has written nothing; who has written, however long ago it began, counts."""
    async with unit_of_work() as dump, unit_of_work() as writer:
        for one in (dump, writer):
            await (await one.driver()).execute("SELECT count(*) FROM dossier")
        await asyncio.sleep(0.3)  # it has to be long ago that it began
        async with unit_of_work() as uow:
            assert await seconds_behind(uow, "interval '200 milliseconds'") < 0.2
            assert await seconds_behind(uow, LONG) >= 0.3
        await (await writer.driver()).execute("SELECT pg_current_xact_id()")
        async with unit_of_work() as uow:
            assert await seconds_behind(uow, "interval '200 milliseconds'") >= 0.3


async def test_who_began_just_now_counts(unit_of_work):
    """It may write yet."""
    async with unit_of_work() as other:
        (began,) = await (await (await other.driver()).execute("SELECT now()")).fetchone()
        async with unit_of_work() as uow:
            assert await horizon(uow, settled=timedelta(0)) <= began
