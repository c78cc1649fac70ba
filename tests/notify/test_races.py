"""Planners, dispatchers and whoever else holds the rows that these want, at the same time."""

import asyncio
from datetime import UTC, datetime, timedelta

from notify.dispatcher import Dispatcher
from notify.ports import OutcomeKind
from notify.rounds import LANES
from storage.deliveries.claiming import FIRST
from storage.ids import new_id
from storage.notifications import planning
from storage.notifications.claiming import claim_due
from storage.notifications.planning import Advance
from tests.faults.office import Office
from tests.faults.polling import until
from tests.notify.twin import ScriptedChannel, always

_WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_DUE = "UPDATE notification SET plan_at = now() - interval '1 second'"


async def waits_for_a_lock(office: Office) -> bool:
    """Whether any transaction waits for another."""
    async with office.open_unit() as uow:
        return bool(await (await (await uow.driver()).execute(_WAITS)).fetchall())


async def test_a_failure_is_heard_while_its_notice_is_planned(office: Office) -> None:
    """A send ends between what a planner reads and what it writes: the next look is at once all the same."""
    await office.announce(1, "email")
    dispatcher = Dispatcher(failing := ScriptedChannel("email"), office.composer, office.open_unit)
    failing.answer = always(OutcomeKind.REJECTED)
    async with office.open_unit() as uow:
        await (await uow.driver()).execute(_DUE)
        await uow.commit()
    async with office.open_unit() as planner:
        (notice,), _ = await claim_due(planner, 1, after=dict.fromkeys(LANES, FIRST))
        reach = await planning.reach(planner, [notice], ["email"])
        assert [one.state for one in reach[notice.party_id].sent[notice.id]] == ["waiting"]
        sending = asyncio.create_task(dispatcher.run_once())

        async def come_so_far() -> bool:
            return sending.done() or await waits_for_a_lock(office)

        await until(come_so_far)
        later = datetime.now(UTC) + timedelta(minutes=10)
        await planning.advance(planner, [Advance(id=notice.id, step=notice.step, plan_at=later)])
        await planner.commit()
    assert await sending == 1
    async with office.open_unit() as uow:
        (woken,), _ = await claim_due(uow, 1, after=dict.fromkeys(LANES, FIRST))
    assert woken.id == notice.id


async def test_what_was_sent_is_recorded_though_two_waited_for_each_other(office: Office) -> None:
    """PostgreSQL ends one of the two: what the dispatcher had sent must not go out a second time for that."""
    await office.announce(1, "email")
    (sent,) = await office.waiting()
    channel = ScriptedChannel("email")
    channel.answer = always(OutcomeKind.REJECTED)
    dispatcher = Dispatcher(channel, office.composer, office.open_unit)
    async with office.open_unit() as other:
        driver = await other.driver()
        await driver.execute(
            "SELECT FROM notification WHERE id = %s FOR UPDATE", (sent["notification_ids"][0],)
        )
        sending = asyncio.create_task(dispatcher.run_once())
        await until(lambda: waits_for_a_lock(office))
        # It has ended the send, and waits for the notice. Now this one waits for the send; who has waited
        # for longer finds out, and is ended.
        await driver.execute("SELECT FROM delivery WHERE id = %s FOR UPDATE", (sent["id"],))
        await other.commit()
    assert await sending == 1
    assert channel.calls == 1
    assert [row["outcome"] for row in await office.finished()] == ["rejected"]


async def test_one_planner_at_a_time_decides_what_leaves_first(office: Office) -> None:
    """While one has not committed, another lets nothing leave that might merge with what does."""
    await office.announce(1, "email")
    async with office.open_unit() as one, office.open_unit() as other:
        (sent,) = await office.waiting()
        parties = {sent["party_id"], stranger := new_id()}
        assert await planning.alone_with(one, parties) == parties
        assert await planning.alone_with(other, parties) == {stranger}
        await one.commit()
        assert await planning.alone_with(other, parties) == parties
