"""A crowd that waits stands in nobody's way, and several who serve it never serve one twice."""

import contextlib
from collections import Counter
from uuid import UUID

import pytest

from notify.categories import Lane
from notify.dispatcher import Dispatcher
from notify.rates import Rate
from notify.valve import Valve
from storage.channels import repository as channels
from tests.faults.conftest import StartWorker
from tests.faults.office import Office, email_of
from tests.faults.polling import until
from tests.faults.stand_in import StandIn
from tests.notify.twin import ScriptedChannel

PEOPLE, CROWD = 200, 20_000
SMALLEST, LARGEST = UUID(int=1), UUID(int=(1 << 128) - 1)


@pytest.fixture
def channel() -> ScriptedChannel:
    """Takes everything, a hundred at once."""
    return ScriptedChannel("push", batch_size=100)


async def crowd(office: Office, lane: Lane) -> None:
    """Have 20,000 sends of one agency wait in a lane."""
    await office.announce(PEOPLE, "push")
    await office.queue(CROWD, lane=int(lane))


async def test_a_code_is_in_the_very_next_claim(office: Office, channel: ScriptedChannel) -> None:
    """Whatever waits in the last lane, and however far claims have come in it."""
    worker = office.dispatcher(channel)
    await crowd(office, Lane.BULK)
    for _ in range(5):
        assert await worker.run_once() == 100
        taken = len(channel.taken)
        (code,) = await office.queue(1, lane=int(Lane.OTP))

        await worker.run_once()

        assert code in {outgoing.delivery_id for outgoing in channel.taken[taken:]}


@pytest.mark.parametrize("agency_id", [SMALLEST, LARGEST], ids=["before-the-flood", "behind-the-flood"])
async def test_another_agencys_notice_is_in_the_next_claim(
    agency_id: UUID, office: Office, channel: ScriptedChannel
) -> None:
    """One agency's flood in the same lane does not delay it, in whichever order the agencies are walked."""
    worker = office.dispatcher(channel)
    await crowd(office, Lane.NORMAL)
    for _ in range(5):
        assert await worker.run_once() == 100
        taken = len(channel.taken)
        (notice,) = await office.queue(1, agency_id=agency_id)

        await worker.run_once()

        assert notice in {outgoing.delivery_id for outgoing in channel.taken[taken:]}


async def test_a_paused_channel_sends_nothing_until_it_is_resumed(office: Office) -> None:
    """Amid a crowd: no row is touched meanwhile, and afterwards each is sent, once."""
    paused = ScriptedChannel("email", batch_size=40)
    await office.announce(PEOPLE, "email")
    workers = [office.dispatcher(paused), office.dispatcher(paused)]
    assert await workers[0].run_once() == 40
    async with office.open_unit() as uow:
        assert await channels.pause(uow, "email", author="test", reason="test")
        await uow.commit()
    waiting = await office.waiting()

    assert [await worker.run_once() for worker in workers * 2] == [0] * 4
    left = await office.waiting()
    assert [(row["id"], row["attempt"]) for row in left] == [(row["id"], 0) for row in waiting]
    assert len(paused.taken) == 40
    async with office.open_unit() as uow:
        assert await channels.resume(uow, "email")
        await uow.commit()
    while sum([await worker.run_once() for worker in workers]):
        pass
    taken = Counter(outgoing.target for outgoing in paused.taken)
    assert taken == Counter(email_of(serial) for serial in range(PEOPLE))


@pytest.mark.verify
@pytest.mark.parametrize("count", [2, 4])
async def test_worker_processes_share_a_crowd_and_send_nothing_twice(
    count: int, office: Office, stand_in: StandIn, start_worker: StartWorker
) -> None:
    """Each of 2,000 mails arrives once, at its first attempt, and every process has sent some of them."""
    await office.announce(PEOPLE, "email")
    await office.queue(2000 - PEOPLE)
    await stand_in.script("email", {"kind": "delay", "seconds": 0.02, "times": -1})
    senders = {f"worker-{serial}@tindan.example" for serial in range(count)}
    with contextlib.ExitStack() as running:
        for sender in senders:
            running.enter_context(start_worker("-m", "api.cli", "worker", TINDAN_MAIL_FROM=sender))
        await until(lambda: _all_sent(office), seconds=60, poll=0.1)

    arrivals = await stand_in.arrivals()
    assert len(arrivals) == 2000
    assert not any("duplicate_of" in item for item in arrivals)
    assert {item["from"] for item in arrivals} == senders
    finished = await office.finished()
    assert len(finished) == 2000
    assert {(row["outcome"], row["attempt"], row["possible_duplicate"]) for row in finished} == {
        ("accepted", 1, False)
    }


async def _all_sent(office: Office) -> bool:
    return not await office.waiting()


async def test_a_rate_keeps_agencies_in_turn(office: Office, channel: ScriptedChannel) -> None:
    """Whoever had to wait for the rate goes on behind the agency that was served last."""
    valve = Valve(channel.name, Rate(per_second=0.0001, burst=1))
    worker = Dispatcher(channel, office.composer, office.open_unit, valve=valve)
    await office.announce(1, "push")
    await office.queue(2)
    await office.queue(3, agency_id=LARGEST)
    for _ in range(4):
        assert await worker.run_once() == 1
        assert await worker.run_once() == 0
        async with office.open_unit() as uow:
            await (await uow.driver()).execute("UPDATE rate_bucket SET tokens = 1")
            await uow.commit()

    served = Counter(row["agency_id"] for row in await office.finished())

    assert served == {office.agency_id: 2, LARGEST: 2}
