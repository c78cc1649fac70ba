"""Providers that are down, throttle, or refuse our account: nothing is lost, and all leaves in its time."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from notify.dispatcher import Dispatcher
from notify.outcomes import PAUSE
from notify.retry import DEFAULT_POLICY
from notify.valve import Valve
from tests.faults.conftest import OpenChannel
from tests.faults.office import Office
from tests.faults.stand_in import Fault, StandIn, arrived_at

HOUR = timedelta(hours=1)
STEP = timedelta(minutes=4)
COUNT = 12
MOST_PROBES = 20
"""The breaker's pauses double from 5 s to 5 min: in an hour it lets 16 messages through."""
DOWN: dict[str, list[Fault]] = {
    "email": [
        {"kind": "status", "code": 421, "at": "connect", "times": -1},
        {"kind": "status", "code": 451, "times": -1},
    ],
    "push": [
        {"kind": "status", "code": 503, "times": -1},
        {"kind": "status", "code": 500, "times": -1},
    ],
}
REFUSED: dict[str, list[Fault]] = {
    "email": [
        {"kind": "status", "code": 530, "times": -1},
        {"kind": "status", "code": 535, "at": "connect", "times": -1},
    ],
    "push": [
        {"kind": "status", "code": 401, "times": -1},
        {"kind": "refuse", "code": "THIRD_PARTY_AUTH_ERROR", "times": -1},
    ],
}


def cases(faults: dict[str, list[Fault]]) -> list[object]:
    """Return each fault with its channel."""
    return [
        pytest.param(name, fault, id=f"{name}-{fault['code']}")
        for name, several in faults.items()
        for fault in several
    ]


async def exhaust(dispatcher: Dispatcher) -> None:
    """Send all that is due now."""
    while await dispatcher.run_once():
        pass


async def live_through(office: Office, dispatcher: Dispatcher, time: timedelta) -> None:
    """Let a time pass, sending whenever something is due."""
    for _ in range(time // STEP):
        await exhaust(dispatcher)
        await office.let_pass(STEP)


async def assert_all_leave(office: Office, stand_in: StandIn, dispatcher: Dispatcher) -> None:
    """Send what waits, and find it at the provider once each."""
    await office.let_pass(DEFAULT_POLICY.cap)
    await exhaust(dispatcher)
    assert await office.waiting() == []
    finished = await office.finished()
    assert [row["outcome"] for row in finished] == ["accepted"] * COUNT
    assert not any(row["possible_duplicate"] for row in finished)
    repeats = await stand_in.repeats()
    assert (len(repeats), repeats.total()) == (COUNT, COUNT)


@pytest.mark.parametrize(("name", "fault"), cases(DOWN))
async def test_what_could_not_leave_for_an_hour_leaves_afterwards(
    name: str, fault: Fault, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """A provider that answers that it is down is left alone but for a message now and then, until it works."""
    dispatcher = office.dispatcher(open_channel(name))
    await office.announce(COUNT, name)
    await stand_in.script(name, fault)

    await live_through(office, dispatcher, HOUR)

    waiting = await office.waiting()
    assert len(waiting) == COUNT
    assert COUNT < sum(row["attempt"] for row in waiting) < COUNT + MOST_PROBES
    await stand_in.mend(name)
    await assert_all_leave(office, stand_in, dispatcher)


@pytest.fixture
def closed() -> Iterator[socket.socket]:
    """A port at which nobody listens yet."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


@contextlib.asynccontextmanager
async def forwarding(listener: socket.socket, port: int) -> AsyncIterator[None]:
    """Listen at last, and pass everything on to a port."""
    served: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        for pair in ((reader, inner_writer), (inner_reader, writer)):
            served.add(asyncio.create_task(pump(*pair)))

    async with await asyncio.start_server(serve, sock=listener):
        yield
    for task in served:
        task.cancel()
    await asyncio.gather(*served, return_exceptions=True)


@pytest.mark.parametrize("name", ["email", "push"])
async def test_a_provider_that_nobody_reaches_for_an_hour_gets_everything_afterwards(
    name: str, closed: socket.socket, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """Refused connections are tried again by the same worker, which needs no restart when they work."""
    channel = open_channel(name, port=closed.getsockname()[1])
    dispatcher = office.dispatcher(channel)
    await office.announce(COUNT, name)

    await live_through(office, dispatcher, HOUR)

    assert len(await office.waiting()) == COUNT
    web = int(stand_in.process.http.rpartition(":")[2])
    async with forwarding(closed, stand_in.process.smtp_port if name == "email" else web):
        await assert_all_leave(office, stand_in, dispatcher)
        await channel.close()


@pytest.mark.parametrize("name", ["email", "push"])
async def test_what_expires_meanwhile_is_recorded_as_expired_and_not_sent(
    name: str, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """A notice that is of no use any more when the provider works again is not sent, and its end is told."""
    dispatcher = office.dispatcher(open_channel(name))
    await office.announce(COUNT, name)
    await stand_in.script(name, DOWN[name][1])
    await live_through(office, dispatcher, HOUR)
    await stand_in.mend(name)

    await office.let_pass(timedelta(days=2))
    await exhaust(dispatcher)

    assert await office.waiting() == []
    assert [row["outcome"] for row in await office.finished()] == ["expired"] * COUNT
    assert await stand_in.arrivals() == []


async def test_what_would_be_tried_again_too_late_ends_as_expired_at_once(
    office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """Where the provider asks for a longer pause than the notice has, it is not kept waiting for nothing."""
    dispatcher = office.dispatcher(open_channel("push"))
    await office.announce(1, "push")
    await stand_in.script("push", {"kind": "status", "code": 429, "retry_after": 3600})
    await office.let_pass(timedelta(days=2) - timedelta(minutes=5))

    await exhaust(dispatcher)

    (ended,) = await office.finished()
    assert (ended["outcome"], ended["code"]) == ("expired", "QUOTA_EXCEEDED")


async def test_retry_after_is_obeyed_by_the_row_and_by_all_of_the_channel(
    office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """After a 429 nothing goes to the provider before the time it named, whichever row and dispatcher."""
    asked = timedelta(seconds=1)
    channel, valve = open_channel("push"), Valve("push")
    channel.batch_size = 1
    one, other = (Dispatcher(channel, office.composer, office.open_unit, valve=valve) for _ in range(2))
    await office.announce(COUNT, "push")
    await stand_in.script("push", {"kind": "status", "code": 429, "retry_after": 1})

    before = datetime.now(UTC)
    assert await one.run_once() == 1

    assert before + asked <= max(row["due_at"] for row in await office.waiting())
    while valve.rest.seconds:
        assert await one.run_once() == await other.run_once() == 0
        await asyncio.sleep(valve.rest.seconds / 10)
    await assert_all_leave(office, stand_in, other)
    assert before + asked <= arrived_at((await stand_in.arrivals())[0])


@pytest.mark.parametrize(("name", "fault"), cases(REFUSED))
async def test_an_account_at_fault_stops_the_channel_with_an_alarm_and_keeps_the_rows(
    name: str, fault: Fault, office: Office, stand_in: StandIn, open_channel: OpenChannel
) -> None:
    """While the provider refuses our account no row is given up; once it is mended all leave."""
    valve = Valve(name)
    dispatcher = Dispatcher(open_channel(name), office.composer, office.open_unit, valve=valve)
    await office.announce(COUNT, name)
    await stand_in.script(name, fault)

    with capture_logs() as logs:
        assert await dispatcher.run_once() == COUNT
        assert await dispatcher.run_once() == 0
    assert [entry["log_level"] for entry in logs if entry["event"] == "channel_misconfigured"] == ["error"]
    assert PAUSE.total_seconds() - 5 < valve.rest.seconds <= PAUSE.total_seconds()
    for _ in range(10):
        valve.rest._until = 0.0
        await office.let_pass(PAUSE)
        assert await dispatcher.run_once() == COUNT
    assert len(await office.waiting()) == COUNT

    await stand_in.mend(name)
    valve.rest._until = 0.0
    await assert_all_leave(office, stand_in, dispatcher)
