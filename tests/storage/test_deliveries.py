"""The hot table of sends: claims that never overlap, lanes, fairness, leases and the fence."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from storage.cipher import Cipher
from storage.contacts.repository import VALUE
from storage.deliveries import claiming
from storage.deliveries import repository as deliveries
from storage.deliveries.claiming import FIRST, WIDTH
from storage.deliveries.repository import Record
from storage.engine import Engine
from storage.unit_of_work import UnitOfWork
from tests.storage.queue import EMAIL, LANES, LEASE, Queue


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """An empty queue."""
    return await Queue.open(unit_of_work)


def agency(number: int) -> UUID:
    """An agency's id, in order of its number."""
    return UUID(int=number)


async def renew(queue: Queue, held: list[tuple[UUID, int]], lease: timedelta = LEASE) -> set[UUID]:
    """Prolong leases."""
    async with queue.open_unit() as uow:
        still = await deliveries.renew(uow, held, lease)
        await uow.commit()
        return still


async def record(queue: Queue, *records: Record) -> int:
    """Record outcomes."""
    async with queue.open_unit() as uow:
        counted = await deliveries.record(uow, records)
        await uow.commit()
        return counted


async def test_a_claim_has_all_that_sending_needs(queue: Queue) -> None:
    """The address in clear, the notice and the attempt; the row is held for the lease."""
    (delivery_id,) = await queue.add()
    (row,), _ = await queue.claim(10)
    assert (row.id, row.attempt, row.target, row.locale) == (delivery_id, 1, EMAIL, "vi")
    assert (row.notification_id, row.category) == (queue.notification_id, "status_change")
    assert not row.expired
    assert await queue.claim(10) == ([], dict.fromkeys(LANES, FIRST))
    ((due_in, held_for),) = await queue.rows("SELECT due_at - now(), lease_until - now() FROM delivery")
    assert due_in == held_for
    assert timedelta(seconds=25) < held_for <= LEASE


async def test_claims_at_the_same_time_never_overlap(queue: Queue) -> None:
    """Many dispatchers empty the queue together, each row once."""
    for number in range(1, 6):
        await queue.add(40, agency_id=agency(number))

    async def empty() -> list[UUID]:
        mine: list[UUID] = []
        while rows := (await queue.claim(7))[0]:
            mine += [row.id for row in rows]
        return mine

    taken = await asyncio.gather(*(empty() for _ in range(8)))
    everything = [delivery_id for mine in taken for delivery_id in mine]
    assert len(everything) == len(set(everything)) == 200
    assert sum(bool(mine) for mine in taken) > 1, "several of them took part"


async def test_lanes_leave_in_order(queue: Queue) -> None:
    """However long bulk has waited, an OTP goes first."""
    for lane in (3, 2, 1, 0):
        await queue.add(3, agency_id=agency(lane + 1), lane=lane)
    left: list[int] = []
    while rows := (await queue.claim(3))[0]:
        lanes = dict(await queue.rows("SELECT id, lane FROM delivery"))
        left += [lanes[row.id] for row in rows]
    assert left == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3


async def test_a_flood_of_one_agency_leaves_room_for_the_others(queue: Queue) -> None:
    """A claim takes an even share of each agency, and what was due first of each."""
    first = await queue.add(10, agency_id=agency(1), due_in=-60)
    flood = first + await queue.add(490, agency_id=agency(1))
    await queue.add(5, agency_id=agency(2))
    await queue.add(5, agency_id=agency(3))
    rows, _ = await queue.claim(30)
    assert Counter(await queue.agencies_of(rows)) == {agency(1): 10, agency(2): 5, agency(3): 5}
    assert {row.id for row in rows} & set(flood) == set(first)


@pytest.mark.parametrize("size", [1, 4, 10])
async def test_no_agency_is_first_for_ever(queue: Queue, size: int) -> None:
    """Where a claim is smaller than the number of agencies, each gets its turn."""
    agencies = [agency(number) for number in range(1, 21)]
    for one in agencies:
        await queue.add(30, agency_id=one)
    after = dict.fromkeys(LANES, FIRST)
    served: Counter[UUID] = Counter()
    for _ in range(3 * len(agencies) // size):
        rows, after = await queue.claim(size, after=after)
        served.update(await queue.agencies_of(rows))
    assert served.keys() == set(agencies)
    assert max(served.values()) <= 3 * min(served.values())


async def test_agencies_with_nothing_due_take_no_share(queue: Queue) -> None:
    """Rows that wait for later, or are held, do not make the claim smaller."""
    for number in range(1, 20):
        await queue.add(2, agency_id=agency(number), due_in=600)
    await queue.add(50, agency_id=agency(20))
    rows, _ = await queue.claim(40)
    assert len(rows) == 40


async def test_more_agencies_than_fit_are_walked_through(queue: Queue) -> None:
    """A walk goes on where the last one ended, past agencies that only wait for later."""
    waiting = 2 * WIDTH + 5
    for number in range(1, waiting + 1):
        await queue.add(agency_id=agency(number), due_in=600)
    (last,) = await queue.add(agency_id=agency(waiting + 1))
    after = dict.fromkeys(LANES, FIRST)
    found = []
    for _ in range(3):
        rows, after = await queue.claim(10, after=after)
        found.append([row.id for row in rows])
    assert found == [[], [], [last]]
    assert after == dict.fromkeys(LANES, FIRST)


async def test_lanes_that_were_not_reached_begin_where_they_did(queue: Queue) -> None:
    """A claim that is filled by a lane before moves no lane behind it on."""
    for number in range(1, WIDTH + 3):
        await queue.add(agency_id=agency(number), lane=3)
        await queue.add(agency_id=agency(number), lane=1)
    given = dict.fromkeys(LANES, FIRST) | {3: agency(5)}
    _, after = await queue.claim(4, after=given)
    assert after == {0: FIRST, 1: agency(4), 2: FIRST, 3: agency(5)}


async def test_a_lease_that_ran_out_is_a_possible_duplicate(queue: Queue) -> None:
    """Whoever held it may have sent it: the next attempt says so, in the finished row as well."""
    await queue.add()
    await queue.claim(1)
    await queue.let_leases_run_out()
    (row,), _ = await queue.claim(1)
    assert row.attempt == 2
    await record(queue, Record(id=row.id, attempt=2, outcome="accepted", provider_id="p-1"))
    assert await queue.rows(
        "SELECT attempt, possible_duplicate, outcome, provider_id FROM finished_delivery"
    ) == [(2, True, "accepted", "p-1")]
    assert await queue.rows("SELECT FROM delivery") == []


async def test_an_outcome_of_an_older_attempt_counts_for_nothing(queue: Queue) -> None:
    """The fence: who lost the row can neither finish it nor put it off."""
    await queue.add()
    (old,), _ = await queue.claim(1)
    await queue.let_leases_run_out()
    (new,), _ = await queue.claim(1)
    again = datetime.now(UTC) + timedelta(hours=1)
    assert await record(queue, Record(id=old.id, attempt=old.attempt, outcome="accepted")) == 0
    assert await record(queue, Record(id=old.id, attempt=old.attempt, outcome="expired", again_at=again)) == 0
    assert await renew(queue, [(old.id, old.attempt)]) == set()
    assert await record(queue, Record(id=new.id, attempt=new.attempt, outcome="rejected", code="no")) == 1
    assert await queue.rows("SELECT outcome, code FROM finished_delivery") == [("rejected", "no")]


async def test_an_outcome_counts_once(queue: Queue) -> None:
    """Recorded again, as after a lost answer of the database, it changes nothing."""
    await queue.add(2)
    rows, _ = await queue.claim(2)
    again = datetime.now(UTC) + timedelta(hours=1)
    outcomes = [
        Record(id=rows[0].id, attempt=1, outcome="accepted"),
        Record(id=rows[1].id, attempt=1, outcome="expired", code="later", again_at=again),
    ]
    assert await record(queue, *outcomes) == 2
    assert await record(queue, *outcomes) == 0
    assert await queue.rows("SELECT count(*) FROM finished_delivery") == [(1,)]
    assert await queue.rows("SELECT id, due_at, lease_until, last_code FROM delivery") == [
        (rows[1].id, again, None, "later")
    ]


async def test_a_row_given_back_is_free_at_once(queue: Queue) -> None:
    """It can be claimed again without being marked as sent perhaps."""
    await queue.add()
    (row,), _ = await queue.claim(1)
    back = Record(id=row.id, attempt=1, outcome="expired", code="unsent", again_at=datetime.now(UTC))
    assert await record(queue, back) == 1
    (again,), _ = await queue.claim(1)
    assert (again.id, again.attempt) == (row.id, 2)
    assert await queue.rows("SELECT possible_duplicate FROM delivery") == [(False,)]


async def test_a_lease_is_prolonged_while_it_is_held(queue: Queue) -> None:
    """Renewal tells which rows are still held: not those given back or finished."""
    await queue.add(3)
    rows, _ = await queue.claim(3)
    await record(
        queue,
        Record(id=rows[0].id, attempt=1, outcome="accepted"),
        Record(id=rows[1].id, attempt=1, outcome="expired", again_at=datetime.now(UTC)),
    )
    held = [(row.id, row.attempt) for row in rows]
    assert await renew(queue, held, timedelta(hours=1)) == {rows[2].id}
    ((left,),) = await queue.rows("SELECT lease_until - now() FROM delivery WHERE lease_until IS NOT NULL")
    assert left > timedelta(minutes=59)


async def test_what_expired_says_so(queue: Queue) -> None:
    """It is claimed to be ended, not to be sent."""
    await queue.add(expires_in=-1)
    (row,), _ = await queue.claim(1)
    assert row.expired


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contact SET opted_out_at = now()",
        "DELETE FROM contact",
        "DELETE FROM party_key",
    ],
)
async def test_an_address_given_up_since_planning_is_not_used(queue: Queue, change: str) -> None:
    """Opting out, removing the address or erasing the party holds for what waits already."""
    await queue.add()
    await queue.run(change)
    (row,), _ = await queue.claim(1)
    assert (row.target, row.unreadable) == (None, False)


async def test_one_unreadable_address_stops_no_other(queue: Queue) -> None:
    """A row kept under another key is claimed and says so; the rest is claimed as ever."""
    (bad,) = await queue.add()
    await queue.run("UPDATE delivery SET target_id = %s WHERE id = %s", UUID(int=7), bad)
    await queue.run(
        "INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source)"
        " SELECT %s, party_id, kind, '\\x00', '\\x0102030405060708090a0b0c0d0e0f', source FROM contact",
        UUID(int=7),
    )
    (good,) = await queue.add()
    rows, _ = await queue.claim(10)
    assert {row.id: (row.target, row.unreadable) for row in rows} == {bad: (None, True), good: (EMAIL, False)}


async def test_under_another_root_key_nothing_is_lost(queue: Queue, engine: Engine) -> None:
    """A process that was given a wrong key finds every address unreadable, and no claim fails."""
    await queue.add(3)
    stranger = Cipher(master_key=bytes(32), index_key=bytes(32))
    async with UnitOfWork(engine, stranger) as uow:
        rows, _ = await claiming.claim(
            uow, channel="email", purpose=VALUE, size=10, lease=LEASE, after=dict.fromkeys(LANES, FIRST)
        )
    assert [row.unreadable for row in rows] == [True] * 3
