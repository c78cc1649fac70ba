"""From the claim to the record, with a channel that does as it is told."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from notify.compose import Composer
from notify.dispatcher import BREATH, TURN_SECONDS, Dispatcher
from notify.leases import LEASE, SHARE
from notify.planner import Planner
from notify.ports import Channel, Outcome, OutcomeKind, Outgoing
from notify.routes import Routing
from notify.valve import Valve
from storage.deliveries.claiming import WIDTH, Claimed
from storage.engine import Engine
from tests.faults.office import Office, email_of, token_of
from tests.faults.polling import until
from tests.notify.twin import ScriptedChannel, accepted, always


def dispatcher(office: Office, channel: ScriptedChannel, **rest: object) -> Dispatcher:
    """A dispatcher of the office."""
    return Dispatcher(channel, office.composer, office.open_unit, rng=Random(7), **rest)  # type: ignore[arg-type]


async def run(office: Office, query: str, *params: object) -> None:
    """Change something by SQL."""
    async with office.open_unit() as uow:
        await (await uow.driver()).execute(query.encode(), params)
        await uow.commit()


@pytest.fixture
def channel() -> ScriptedChannel:
    """Takes everything."""
    return ScriptedChannel()


async def test_everything_due_is_sent_once(office: Office, channel: ScriptedChannel) -> None:
    """In batches of the channel's size, worded and addressed, and recorded with the provider's name for it."""
    await office.announce(25, "email")
    worker = dispatcher(office, channel)
    assert [await worker.run_once() for _ in range(4)] == [10, 10, 5, 0]
    assert Counter(outgoing.target for outgoing in channel.taken) == Counter(email_of(n) for n in range(25))
    assert await office.waiting() == []
    finished = await office.finished()
    assert {row["outcome"] for row in finished} == {"accepted"}
    assert len({row["provider_id"] for row in finished}) == 25
    first = channel.taken[0]
    assert first.attempt == 1
    assert first.title.startswith("Hồ sơ H26.1-261121-")
    assert first.html is not None
    assert first.opt_out_link is not None
    assert first.link.startswith("https://app.tindan.example/dossiers/H26.1-261121-")


async def test_a_push_is_short_and_goes_to_the_phone(office: Office) -> None:
    """Its address is the token, in clear only here."""
    channel = ScriptedChannel("push")
    await office.announce(1, "push")
    await dispatcher(office, channel).run_once()
    (outgoing,) = channel.taken
    assert (outgoing.target, outgoing.html, outgoing.opt_out_link) == (token_of(0), None, None)


async def test_a_claim_that_finds_nothing_stays_planned(
    engine: Engine, office: Office, channel: ScriptedChannel
) -> None:
    """PostgreSQL takes ten times as long to plan one as to run it, and most find nothing."""
    await engine.pool.dispose()  # so that all goes over one connection
    worker, planner = dispatcher(office, channel), Planner(office.open_unit, {})
    for _ in range(3):
        assert (await worker.run_once(), await planner.run_once()) == (0, 0)
    async with office.open_unit() as uow:
        query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%SKIP LOCKED%%'"
        assert await (await (await uow.driver()).execute(query)).fetchone() == (2,)


async def test_many_dispatchers_send_nothing_twice(office: Office) -> None:
    """Side by side, as in several processes."""
    channels = [ScriptedChannel(batch_size=3) for _ in range(6)]
    await office.announce(60, "email")

    async def work(channel: ScriptedChannel) -> None:
        worker = dispatcher(office, channel)
        while await worker.run_once():
            pass

    await asyncio.gather(*map(work, channels))
    taken = Counter(outgoing.target for channel in channels for outgoing in channel.taken)
    assert taken == Counter(email_of(n) for n in range(60))
    assert len(await office.finished()) == 60


async def test_dispatchers_of_a_channel_word_in_turn(office: Office, channel: ScriptedChannel) -> None:
    """One claims while another words: so the database and the interpreter are both at work."""
    await office.announce(10, "email")
    valve = Valve("email")
    async with valve.turn:
        working = asyncio.create_task(dispatcher(office, channel, valve=valve).run_once())

        async def claimed() -> bool:
            return all(row["held"] for row in await office.waiting())

        await until(claimed)
        assert channel.taken == []
    assert await working == 10
    assert len(channel.taken) == 10


async def test_others_go_on_while_many_messages_are_worded(office: Office, composer: Composer) -> None:
    """A batch of hundreds must not silence a worker for the time that it takes."""
    channel = ScriptedChannel(batch_size=4 * BREATH)
    await office.announce(1, "email")
    await office.queue(4 * BREATH - 1)
    worded_at: list[int] = []
    turns = 0

    class Watched:
        def compose(self, row: Claimed, channel: Channel, routing: Routing) -> Outgoing:
            worded_at.append(turns)
            return composer.compose(row, channel, routing)

    async def live() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(live())
    worker = Dispatcher(channel, Watched(), office.open_unit)  # type: ignore[arg-type] # all that it is asked for
    assert await worker.run_once() == 4 * BREATH
    other.cancel()
    assert max(Counter(worded_at).values()) == BREATH


async def test_what_failed_for_now_is_tried_again_later(office: Office, channel: ScriptedChannel) -> None:
    """With backoff, the same delivery id and the next attempt, until it is taken."""
    await office.announce(1, "email")
    seen: list[Outgoing] = []

    def flaky(outgoing: Outgoing) -> Outcome:
        seen.append(outgoing)
        return accepted(outgoing) if len(seen) == 4 else always(OutcomeKind.RETRYABLE)(outgoing)

    channel.answer = flaky
    worker = dispatcher(office, channel)
    while await office.waiting():
        await office.let_pass_until_due()
        assert await worker.run_once() == 1
    assert [outgoing.attempt for outgoing in seen] == [1, 2, 3, 4]
    assert len({outgoing.delivery_id for outgoing in seen}) == 1
    (row,) = await office.finished()
    assert (row["outcome"], row["attempt"], row["possible_duplicate"]) == ("accepted", 4, False)


async def test_what_is_never_taken_ends_at_its_expiry(office: Office, channel: ScriptedChannel) -> None:
    """The last word of the provider is kept with it."""
    await office.announce(1, "email")
    channel.answer = always(OutcomeKind.RETRYABLE)
    worker = dispatcher(office, channel)
    await run(office, "UPDATE delivery SET expires_at = now() + interval '1 minute'")
    for _ in range(100):
        if not await office.waiting():
            break
        await office.let_pass_until_due()
        await worker.run_once()
    (row,) = await office.finished()
    assert (row["outcome"], row["code"]) == ("expired", "retryable")


@pytest.mark.parametrize("kind", [OutcomeKind.REJECTED, OutcomeKind.UNREACHABLE])
async def test_what_will_never_be_taken_ends_at_once(
    office: Office, channel: ScriptedChannel, kind: OutcomeKind
) -> None:
    """Without another try."""
    await office.announce(2, "email")
    channel.answer = always(kind)
    await dispatcher(office, channel).run_once()
    assert [(row["outcome"], row["code"]) for row in await office.finished()] == [
        (kind.value, kind.value)
    ] * 2
    assert await office.waiting() == []


async def test_a_phone_that_is_gone_is_retired(office: Office) -> None:
    """With the outcome; others keep theirs, and an address of mail is not retired by one refusal."""
    channel = ScriptedChannel("push")
    await office.announce(3, "push")

    def gone(outgoing: Outgoing) -> Outcome:
        answer = always(OutcomeKind.UNREACHABLE) if outgoing.target == token_of(1) else accepted
        return answer(outgoing)

    channel.answer = gone
    await dispatcher(office, channel).run_once()
    async with office.open_unit() as uow:
        query = "SELECT id, retired_at IS NOT NULL FROM device ORDER BY id"
        found = await (await (await uow.driver()).execute(query)).fetchall()
    assert found == [(UUID(int=1), False), (UUID(int=2), True), (UUID(int=3), False)]


async def test_a_lost_answer_is_sent_again_and_marked(office: Office) -> None:
    """The provider may have had it: honestly at least once."""
    channel = ScriptedChannel(timeout=timedelta(milliseconds=50))
    channel.open.clear()
    await office.announce(1, "email")
    worker = dispatcher(office, channel)
    assert await worker.run_once() == 1
    (row,) = await office.waiting()
    assert (row["possible_duplicate"], row["last_code"]) == (True, "timeout")
    channel.open.set()
    await office.let_pass_until_due()
    await worker.run_once()
    (row,) = await office.finished()
    assert (row["outcome"], row["possible_duplicate"]) == ("accepted", True)


async def test_a_throttled_channel_keeps_still(office: Office, channel: ScriptedChannel) -> None:
    """All dispatchers that share the rest, for as long as the provider said; the row waits as well."""
    valve = Valve("email")
    await office.announce(12, "email")
    channel.answer = always(OutcomeKind.THROTTLED, retry_after=timedelta(seconds=30))
    first, second = (dispatcher(office, channel, valve=valve) for _ in range(2))
    assert await first.run_once() == 10
    assert 29 < valve.rest.seconds <= 30
    assert (await first.run_once(), await second.run_once()) == (0, 0)
    assert channel.calls == 1
    put_off = [row for row in await office.waiting() if row["attempt"]]
    assert all(row["due_at"] - row["now"] > timedelta(seconds=28) for row in put_off)


async def test_a_misconfigured_channel_keeps_its_rows(office: Office, channel: ScriptedChannel) -> None:
    """It rests, and loses nothing."""
    valve = Valve("email")
    await office.announce(3, "email")
    channel.answer = always(OutcomeKind.MISCONFIGURED)
    await dispatcher(office, channel, valve=valve).run_once()
    assert valve.rest.seconds > 50
    assert [row["last_code"] for row in await office.waiting()] == ["misconfigured"] * 3


async def test_a_lease_that_can_not_cover_the_send_gives_the_rows_back(
    office: Office, channel: ScriptedChannel
) -> None:
    """Nothing is handed over, and the rows are free at once for somebody else."""
    await office.announce(3, "email")
    worker = dispatcher(office, channel)
    # As if the claim itself had taken so long that a call might outlast what is left.
    channel.timeout = timedelta(minutes=1)
    assert await worker.run_once() == 3
    assert channel.calls == 0
    rows = await office.waiting()
    assert [(row["last_code"], row["held"], row["possible_duplicate"]) for row in rows] == [
        ("unsent", None, False)
    ] * 3
    channel.timeout = timedelta(seconds=5)
    assert await dispatcher(office, channel).run_once() == 3
    assert {row["attempt"] for row in await office.finished()} == {2}


def test_a_channel_slower_than_its_lease_is_refused(office: Office) -> None:
    """It could never send anything, and would claim and give back for ever."""
    channel = ScriptedChannel(timeout=timedelta(seconds=30))
    with pytest.raises(ValueError, match="lease"):
        dispatcher(office, channel)
    dispatcher(office, channel, lease=timedelta(seconds=31))


async def test_what_can_not_be_worded_stops_no_other(office: Office, channel: ScriptedChannel) -> None:
    """It is put off for whoever may know how to word it, and the rest of the claim is sent."""
    await office.announce(3, "email")
    await run(
        office,
        "UPDATE notification SET params = '{}' WHERE id = (SELECT min(id::text)::uuid FROM notification)",
    )
    await dispatcher(office, channel).run_once()
    found = Counter((row["outcome"], row["code"]) for row in await office.finished())
    assert found == {("accepted", None): 2}
    assert [row["last_code"] for row in await office.waiting()] == ["not_worded"]


async def test_a_fault_of_the_channel_is_an_unknown_outcome(office: Office, channel: ScriptedChannel) -> None:
    """What a broken channel was given is marked and put off, so that it is not sent over and over."""
    await office.announce(2, "email")

    def broken(_outgoing: Outgoing) -> Outcome:
        raise AssertionError("a fault of the program")

    channel.answer = broken
    await dispatcher(office, channel).run_once()
    rows = await office.waiting()
    assert [(row["last_code"], row["held"], row["possible_duplicate"]) for row in rows] == [
        ("channel_failed", None, True)
    ] * 2


async def test_an_unreadable_address_waits_for_its_key(office: Office, channel: ScriptedChannel) -> None:
    """An operator can mend it: the row is put off and not ended, and the others are sent."""
    await office.announce(2, "email")
    await run(
        office,
        "UPDATE contact SET value_sealed = '\\x00' WHERE id = (SELECT target_id FROM delivery ORDER BY id LIMIT 1)",
    )
    assert await dispatcher(office, channel).run_once() == 2
    (waits,) = await office.waiting()
    assert (waits["last_code"], waits["held"]) == ("unreadable_address", None)
    assert waits["due_at"] > waits["now"]
    assert len(channel.taken) == 1


async def test_an_address_given_up_while_waiting_gets_nothing(
    office: Office, channel: ScriptedChannel
) -> None:
    """An opt-out holds from its commit on."""
    await office.announce(2, "email")
    await run(
        office,
        "UPDATE contact SET opted_out_at = now() WHERE id = (SELECT target_id FROM delivery ORDER BY id LIMIT 1)",
    )
    await dispatcher(office, channel).run_once()
    assert Counter(row["outcome"] for row in await office.finished()) == {"no_address": 1, "accepted": 1}


async def test_what_expired_while_waiting_is_not_sent(office: Office, channel: ScriptedChannel) -> None:
    """It ends, and the provider is not asked."""
    await office.announce(2, "email")
    await run(office, "UPDATE delivery SET expires_at = now() - interval '1 second'")
    assert await dispatcher(office, channel).run_once() == 2
    assert channel.calls == 0
    assert [row["outcome"] for row in await office.finished()] == ["expired"] * 2


async def test_a_row_behind_many_agencies_is_found_at_once(office: Office, channel: ScriptedChannel) -> None:
    """Though none of those before it has anything due, a dispatcher does not rest before it looked at all."""
    await office.announce(1, "email")
    for number in range(1, 2 * WIDTH + 3):
        await run(
            office,
            "INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, expires_at,"
            " due_at, attempt, possible_duplicate) SELECT gen_random_uuid(), notification_ids, party_id, %s, channel,"
            " lane, target_id, expires_at, now() + interval '1 hour', 0, false FROM delivery LIMIT 1",
            UUID(int=number),
        )
    worker = dispatcher(office, channel)
    assert await worker.run_once() == 1
    assert await worker.run_once() == 0
    await run(office, "UPDATE delivery SET due_at = now() WHERE agency_id = %s", UUID(int=1))
    assert await worker.run_once() == 1


async def test_a_claim_is_no_larger_than_can_be_sent_in_time(office: Office) -> None:
    """After a slow call the next claim is small, and grows again when the provider is fast."""
    channel = ScriptedChannel(batch_size=50)
    await office.announce(200, "email")
    worker = dispatcher(office, channel)
    assert await worker.run_once() == 50
    channel.abreast = 8
    worker._per_second = 3.5 * SHARE / LEASE.total_seconds()
    assert await worker.run_once() == 3
    for _ in range(30):
        worker._learn(50, 0.1)
    assert await worker.run_once() == 50


async def test_a_claim_is_no_larger_than_one_turn(office: Office) -> None:
    """What is urgent waits for it at most; but as many as go side by side cost the provider no more time."""
    channel = ScriptedChannel(batch_size=50)
    await office.announce(200, "email")
    worker = dispatcher(office, channel)
    assert await worker.run_once() == 50
    worker._per_second = 30 / TURN_SECONDS
    assert await worker.run_once() == 30
    worker._per_second, channel.abreast = 5 / TURN_SECONDS, 8
    assert await worker.run_once() == 8


async def test_what_is_urgent_is_handed_over_first(office: Office, channel: ScriptedChannel) -> None:
    """Behind the connections of a channel, the messages of a claim queue."""
    await office.announce(1, "email")
    for lane in (3, 0, 1):
        await office.queue(2, lane=lane)
    lanes = {row["id"]: row["lane"] for row in await office.waiting()}
    assert await dispatcher(office, channel).run_once() == 7
    assert [lanes[one.delivery_id] for one in channel.taken] == [0, 0, 1, 1, 2, 3, 3]


async def test_outcomes_that_come_too_late_count_for_nothing(office: Office) -> None:
    """A dispatcher that was held up past its lease does not overwrite what another one did."""
    held_up, quick = ScriptedChannel(), ScriptedChannel()
    held_up.open.clear()
    held_up.answer = always(OutcomeKind.REJECTED)
    await office.announce(1, "email")
    sending = asyncio.create_task(dispatcher(office, held_up).run_once())
    await until(lambda: held_up.calls == 1)
    await run(office, "UPDATE delivery SET lease_until = now(), due_at = now()")
    assert await dispatcher(office, quick).run_once() == 1
    held_up.open.set()
    await sending
    (row,) = await office.finished()
    assert (row["outcome"], row["attempt"], row["possible_duplicate"]) == ("accepted", 2, True)
