"""Providers that hang, and workers that are held up: whoever does not hold a send does not make it."""

import asyncio
import signal
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from notify.compose import Composer
from notify.dispatcher import Dispatcher
from notify.ports import Channel, Outcome, Outgoing
from notify.routes import Routing
from storage.deliveries.claiming import Claimed
from tests.faults.conftest import OpenChannel, StartWorker
from tests.faults.office import Office, email_of
from tests.faults.polling import until
from tests.faults.stand_in import StandIn

HANG = {"kind": "accept_then_hang", "seconds": 600, "times": -1}
BRIEF = timedelta(seconds=0.4)
LEASES = 4


class Understated:
    """A channel that takes longer than it says: only the renewal of its lease keeps others away."""

    timeout = timedelta(0)

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.name, self.batch_size, self.abreast = channel.name, channel.batch_size, channel.abreast
        self.address, self.form = channel.address, channel.form

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        return await self._channel.send(batch)

    async def close(self) -> None:
        await self._channel.close()


class Stalling(Composer):
    """Stops the whole process for a while before the first send, as a suspension does."""

    seconds = 0.0

    def compose(self, row: Claimed, channel: Channel, routing: Routing) -> Outgoing:
        time.sleep(self.seconds)
        self.seconds = 0.0
        return super().compose(row, channel, routing)


@pytest.mark.parametrize("name", ["email", "push"])
async def test_nobody_sends_again_while_a_live_worker_waits_for_the_provider(
    name: str, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """A send that hangs for several leases stays with the worker that made it, and is marked when given up."""
    patience = BRIEF.total_seconds() * LEASES
    hanging = Dispatcher(
        Understated(open_channel(name, timeout=patience)), office.composer, office.open_unit, lease=BRIEF
    )
    other = Dispatcher(open_channel(name), office.composer, office.open_unit)
    await office.announce(1, name)
    await stand_in.script(name, HANG)

    first = asyncio.create_task(hanging.run_once())
    await stand_in.wait_for(1)
    while not first.done():
        held = (await office.waiting())[0]["lease_until"] is not None
        assert not held or await other.run_once() == 0
    assert await first == 1

    (row,) = await office.waiting()
    assert (row["attempt"], row["possible_duplicate"], row["lease_until"]) == (1, True, None)
    await stand_in.mend(name)
    await office.let_pass_until_due()
    assert await other.run_once() == 1
    one, again = await stand_in.arrivals()
    assert again["duplicate_of"] == one["sequence"]
    (ended,) = await office.finished()
    assert (ended["outcome"], ended["attempt"], ended["possible_duplicate"]) == ("accepted", 2, True)


@pytest.mark.parametrize("stall", [1.0, 2.5], ids=["past-the-last-moment-to-send", "past-the-lease"])
async def test_a_stalled_worker_gives_back_what_it_could_not_send_in_time(
    stall: float, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """When the lease might run out during a send, the send is not begun, and the row is free at once."""
    composer = Stalling(office.composer._settings, office.composer._cipher)
    composer.seconds = stall
    channel = open_channel("email", timeout=1.2)
    worker = Dispatcher(channel, composer, office.open_unit, lease=timedelta(seconds=2))
    await office.announce(3, "email")

    assert await worker.run_once() == 3

    assert await stand_in.arrivals() == []
    waiting = await office.waiting()
    assert [(row["lease_until"], row["last_code"]) for row in waiting] == [(None, "unsent")] * 3
    assert await worker.run_once() == 3
    assert {row["possible_duplicate"] for row in await office.finished()} == {False}
    assert set((await stand_in.repeats()).values()) == {1}


async def test_a_suspended_worker_sends_and_records_nothing_that_it_no_longer_holds(
    office: Office, stand_in: StandIn, open_channel: OpenChannel, start_worker: StartWorker
) -> None:
    """Stopped amid a batch until its leases ran out, a worker wakes up, sends none of it, and is not heard."""
    others_lease = timedelta(seconds=20)  # longer than a busy machine takes for all of this
    other = Dispatcher(
        open_channel("email", timeout=3), office.composer, office.open_unit, lease=others_lease
    )
    await office.announce(10, "email")
    await stand_in.script("email", HANG)
    with start_worker("-m", "tests.faults.short_worker", "2.6", "2.2", TINDAN_SMTP_CONNECTIONS="2") as worker:
        await stand_in.wait_for(2)
        worker.signal(signal.SIGSTOP)
        await until(lambda: _none_held(office))
        # Another takes over; one of its own sends is still under way when the first one wakes up.
        await stand_in.script("email", HANG, match={"to": email_of(0)})
        sending = asyncio.create_task(other.run_once())
        await stand_in.wait_for(2 + 10)

        worker.signal(signal.SIGCONT)
        await until(lambda: worker.said("outcomes_overtaken"))

        assert not sending.done()
        assert {(row["attempt"], row["held"]) for row in await office.waiting()} == {(2, True)}
        worker.kill()
    assert await sending == 10
    repeats = await stand_in.repeats()
    assert len(repeats) == 10
    assert repeats.total() == 2 + 10
    finished = await office.finished()
    assert {(row["attempt"], row["outcome"]) for row in finished} == {(2, "accepted")}
    (left,) = await office.waiting()
    assert (left["attempt"], left["possible_duplicate"]) == (2, True)


async def _none_held(office: Office) -> bool:
    return not any(row["held"] for row in await office.waiting())
