"""Sends that failed for good are found, counted and queued again, each at most once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.cipher import Cipher
from storage.deliveries import dead_letters, repository
from storage.deliveries.dead_letters import DeadFilter, DeadKey
from storage.deliveries.repository import Record
from storage.engine import Engine
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork
from tests.faults.polling import until
from tests.storage.plans import walked
from tests.storage.queue import Queue

OpenReading = Callable[[], Reading]
DAY = timedelta(days=1)
LIFE = timedelta(hours=6)

NOTICE = """
INSERT INTO notification (id, party_id, agency_id, category, expires_at, step)
SELECT %s, party_id, agency_id, 'result_ready', now(), 0 FROM notification WHERE id = %s
"""
# Sends of others: what they are looked up by must not be all of them.
FILL = """
INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, created_at,
  finished_at, attempt, possible_duplicate, outcome)
SELECT gen_random_uuid(), ARRAY[gen_random_uuid()], gen_random_uuid(), gen_random_uuid(), 'email', 2,
  gen_random_uuid(), now(), now() - n * interval '1 minute', 1, false, 'rejected' FROM generate_series(1, 20000) n;
INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, expires_at, due_at,
  attempt, possible_duplicate)
SELECT gen_random_uuid(), ARRAY[gen_random_uuid()], gen_random_uuid(), gen_random_uuid(), 'email', 2,
  gen_random_uuid(), now(), now(), 0, false FROM generate_series(1, 20000) n;
INSERT INTO notification (id, party_id, agency_id, category, expires_at, step, delivery_ids)
SELECT notification_ids[1], party_id, agency_id, 'status_change', now(), 0, ARRAY[id] FROM finished_delivery;
ANALYZE finished_delivery, delivery, notification;
"""


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


async def die(
    queue: Queue, outcome: str = "rejected", code: str | None = "no", *, lane: int = 2, **changes: object
) -> UUID:
    """Let one send of the notice come to such an end."""
    (delivery_id,) = await queue.add(lane=lane)
    note = "UPDATE notification SET delivery_ids = coalesce(delivery_ids, '{}') || %s::uuid WHERE id = %s"
    await queue.run(note, delivery_id, queue.notification_id)
    await end(queue, outcome, code)
    for column, value in changes.items():
        await queue.run(f"UPDATE finished_delivery SET {column} = %s WHERE id = %s", value, delivery_id)
    return delivery_id


async def end(queue: Queue, outcome: str = "rejected", code: str | None = "no") -> None:
    """Let what is due come to such an end."""
    rows, _ = await queue.claim(100)
    records = [Record(id=row.id, attempt=row.attempt, outcome=outcome, code=code) for row in rows]
    async with queue.open_unit() as uow:
        await repository.record(uow, records)
        await uow.commit()


def chosen(**given: Any) -> DeadFilter:
    """Return a filter of yesterday and today."""
    now = datetime.now(UTC)
    return DeadFilter(**{"since": now - DAY, "until": now + DAY, **given})


async def keys(reading: OpenReading, **given: Any) -> list[DeadKey]:
    """Find dead letters."""
    async with reading() as read:
        return await dead_letters.keys(read, chosen(**given))


async def replay(queue: Queue, dead: list[DeadKey]) -> Counter[str]:
    """Queue sends again."""
    async with queue.open_unit() as uow:
        verdicts = await dead_letters.replay(uow, dead, life=LIFE)
        await uow.commit()
        return verdicts


async def test_what_failed_is_found_by_what_it_is(queue: Queue, reading: OpenReading) -> None:
    """Each filter finds its own; what arrived is never among them, and what a receipt denied is."""
    await die(queue, "accepted", None)
    await die(queue, "accepted", None, receipt="delivered")
    await die(queue, "received", None)
    await die(queue, "turned_off", None)
    await die(queue, "expired", "busy", receipt="delivered")
    rejected = await die(queue, "rejected", "550")
    unreachable = await die(queue, "unreachable", "410", channel="push")
    undelivered = await die(queue, "accepted", None, channel="sms", receipt="failed", receipt_code="30003")
    old = await die(queue, "expired", None, finished_at=datetime.now(UTC) - 2 * DAY)
    other = new_id()
    await queue.run(NOTICE, other, queue.notification_id)
    named = await die(queue, "no_address", None, notification_ids=[other])
    expected: dict[str, tuple[dict[str, Any], set[UUID]]] = {
        "all": ({}, {rejected, unreachable, undelivered, named}),
        "channel": ({"channel": "push"}, {unreachable}),
        "code": ({"code": "550"}, {rejected}),
        "code of a receipt": ({"code": "30003"}, {undelivered}),
        "outcome": ({"outcome": "unreachable"}, {unreachable}),
        "outcome of a receipt": ({"outcome": "undelivered"}, {undelivered}),
        "accepted": ({"outcome": "accepted"}, set()),
        "category": ({"category": "result_ready"}, {named}),
        "since": (
            {"since": datetime.now(UTC) - 3 * DAY},
            {rejected, unreachable, undelivered, named, old},
        ),
        "until": ({"since": datetime.now(UTC) - 3 * DAY, "until": datetime.now(UTC) - DAY}, {old}),
        "two": ({"channel": "push", "outcome": "rejected"}, set()),
    }
    for name, (given, ids) in expected.items():
        found = await keys(reading, **given)
        assert {key for key, _ in found} == ids, name
        assert [at for _, at in found] == sorted(at for _, at in found), name


async def test_they_are_counted_and_listed(queue: Queue, reading: OpenReading) -> None:
    """The most frequent cause first, the newest letter first, and each with its reason."""
    first = await die(queue, "rejected", "550")
    second = await die(queue, "rejected", "550")
    last = await die(queue, "expired", None, possible_duplicate=True)
    async with reading() as read:
        counts = await dead_letters.counts(read, chosen())
        letters = await dead_letters.newest(read, chosen(), limit=2)
    assert [(one.channel, one.outcome, one.code, one.count) for one in counts] == [
        ("email", "rejected", "550", 2),
        ("email", "expired", None, 1),
    ]
    assert [letter.id for letter in letters] == [last, second]
    assert counts[0].last_at == letters[1].finished_at
    assert (letters[0].outcome, letters[0].code, letters[0].possible_duplicate) == ("expired", None, True)
    assert (letters[1].category, letters[1].notification_id) == ("status_change", queue.notification_id)
    await replay(queue, await keys(reading, code="550"))
    ((repeat,),) = await queue.rows("SELECT id FROM delivery WHERE replay_of = %s", first)
    async with reading() as read:
        listed = {letter.id: letter for letter in await dead_letters.newest(read, chosen(), limit=9)}
    assert listed[first].replayed_by == repeat
    assert listed[last].replayed_by is None


async def test_a_replay_is_a_send_of_its_own(queue: Queue, reading: OpenReading) -> None:
    """It is due at once, to the same address, lives as long as was said, and its notice knows of it."""
    dead = await die(queue, step=1, possible_duplicate=True)
    assert await replay(queue, await keys(reading)) == {"queued": 1}
    ((new, lives),) = await queue.rows(
        "SELECT id, expires_at - now() FROM delivery WHERE replay_of = %s", dead
    )
    assert LIFE - timedelta(minutes=1) < lives <= LIFE
    assert await queue.rows(
        "SELECT d.attempt, d.possible_duplicate, d.step, d.due_at <= now(), d.lease_until, d.notification_ids = f.notification_ids"
        " AND d.party_id = f.party_id AND d.agency_id = f.agency_id AND d.channel = f.channel AND d.lane = f.lane"
        " AND d.target_id = f.target_id FROM delivery d JOIN finished_delivery f ON f.id = d.replay_of"
    ) == [(0, True, 1, True, None, True)]
    assert await queue.rows("SELECT delivery_ids FROM notification") == [([dead, new],)]
    (row,), _ = await queue.claim(1)
    assert (row.id, row.expired) == (new, False)


async def test_nothing_is_replayed_twice(queue: Queue, reading: OpenReading) -> None:
    """Neither while the repeat waits nor after its end; a repeat that failed may be repeated itself."""
    await die(queue)
    first = await keys(reading)
    assert await replay(queue, first) == {"queued": 1}
    assert await replay(queue, first) == {"replayed_before": 1}
    await end(queue)
    assert await replay(queue, first) == {"replayed_before": 1}
    assert await replay(queue, await keys(reading)) == {"replayed_before": 1, "queued": 1}


async def somebody_waits(queue: Queue) -> bool:
    """Whether a transaction waits for another."""
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await queue.rows(query))


async def test_operators_at_the_same_time_replay_once(queue: Queue, reading: OpenReading) -> None:
    """The second waits for what the first does, and then sees it."""
    for _ in range(5):
        await die(queue)
    dead = await keys(reading)
    async with queue.open_unit() as uow:
        assert await dead_letters.replay(uow, dead, life=LIFE) == {"queued": 5}
        second = asyncio.create_task(replay(queue, dead))
        await until(lambda: somebody_waits(queue))
        await uow.commit()
    assert await second == {"replayed_before": 5}
    assert await queue.rows("SELECT count(*), count(DISTINCT replay_of) FROM delivery") == [(5, 5)]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ("UPDATE notification SET received_at = now()", "received_meanwhile"),
        ("UPDATE notification SET read_at = now()", "received_meanwhile"),
        ("DELETE FROM notification", "notice_gone"),
        ("UPDATE finished_delivery SET lane = 0", "one_time_code"),
    ],
)
async def test_what_is_of_no_use_is_left_out(
    queue: Queue, reading: OpenReading, change: str, verdict: str
) -> None:
    """It is counted with the reason, and nothing is queued."""
    await die(queue)
    dead = await keys(reading)
    await queue.run(change)
    async with reading() as read:
        assert await dead_letters.judge(read, dead) == {verdict: 1}
    assert await replay(queue, dead) == {verdict: 1}
    assert await queue.rows("SELECT FROM delivery") == []


async def test_a_merged_one_is_sent_while_part_of_it_is_news(queue: Queue, reading: OpenReading) -> None:
    """One of its notices was read, the other not: it is queued, and noted at both."""
    other = new_id()
    await queue.run(NOTICE, other, queue.notification_id)
    await die(queue, notification_ids=[queue.notification_id, other])
    await queue.run("UPDATE notification SET read_at = now() WHERE id = %s", other)
    assert await replay(queue, await keys(reading)) == {"queued": 1}
    ((new,),) = await queue.rows("SELECT id FROM delivery")
    noted = await queue.rows("SELECT id FROM notification WHERE %s = ANY(delivery_ids) ORDER BY id", new)
    assert noted == sorted([(queue.notification_id,), (other,)])


async def test_to_judge_is_to_change_nothing(queue: Queue, reading: OpenReading) -> None:
    """A read-only transaction says what a replay would do."""
    await die(queue)
    dead = await keys(reading)
    async with reading() as read:
        assert await dead_letters.judge(read, dead) == {"queued": 1}
    assert await queue.rows("SELECT FROM delivery") == []


@pytest.mark.usefixtures("new_files")
async def test_a_replay_scans_no_table(queue: Queue, engine: Engine, cipher: Cipher) -> None:
    """A slice of a thousand is held, judged and queued by keys alone, however much else there is."""
    async with UnitOfWork(engine, cipher) as uow:
        driver = await uow.driver()
        await driver.execute(FILL)
        dead: Any = await (
            await driver.execute("SELECT id, finished_at FROM finished_delivery LIMIT 1000")
        ).fetchall()
        given = {**dead_letters._given(dead), "life": LIFE}
        for query in (dead_letters._HOLD, dead_letters._JUDGE, dead_letters._REPLAY):
            cursor = await driver.execute(b"EXPLAIN " + query.encode(), given)
            plan = "\n".join(str(line) for (line,) in await cursor.fetchall())
            large = ("delivery", "finished_delivery", "notification")
            assert not [name for name in await walked(driver, plan) if name.startswith(large)], plan


def test_a_filter_checks_itself() -> None:
    """Times need a zone and an order."""
    now = datetime.now(UTC)
    for begin, end in ((now, now), (now, now - DAY), (now.replace(tzinfo=None), now + DAY)):
        with pytest.raises(ValueError, match="since < until"):
            DeadFilter(since=begin, until=end)
