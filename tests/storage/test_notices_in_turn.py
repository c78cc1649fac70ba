"""Which notices are planned next: no agency keeps another's waiting, however much of its own waits."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.deliveries.claiming import FIRST, Place
from storage.notifications import claiming, planning
from storage.notifications.claiming import claim_due
from storage.notifications.planning import Advance, DueNotification
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import walked
from tests.storage.queue import LANES, Queue
from tests.storage.test_deliveries import agency

BEGIN = dict.fromkeys(LANES, FIRST)
_ADD = """
INSERT INTO notification (id, party_id, agency_id, category, expires_at, step, lane, created_at, plan_at)
SELECT gen_random_uuid(), gen_random_uuid(), coalesce(%(agency_id)s, md5('agency ' || n)::uuid), 'status_change',
  now() + interval '1 day', 0, %(lane)s, now(), now() + %(due_in)s + n * interval '1 microsecond'
FROM generate_series(1, %(count)s) n
"""


class Notices:
    """Notices to be planned, each to a party of its own."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    async def add(
        self,
        count: int,
        agency_id: UUID | None,
        *,
        lane: int = 2,
        due_in: timedelta = timedelta(minutes=-1),
    ) -> None:
        """Add so many of one agency, or each of another."""
        async with self.queue.open_unit() as uow:
            given = {"count": count, "agency_id": agency_id, "lane": lane, "due_in": due_in}
            await (await uow.driver()).execute(_ADD, given)
            await uow.commit()

    async def plan(
        self, size: int, after: Mapping[int, UUID], since: Mapping[Place, datetime] | None = None
    ) -> tuple[list[DueNotification], dict[int, UUID]]:
        """Claim, and have nothing left to plan for what was found."""
        async with self.queue.open_unit() as uow:
            due, after = await claim_due(uow, size, after=after, since=since)
            await planning.advance(uow, [Advance(id=one.id, step=1, plan_at=None) for one in due])
            await uow.commit()
        return due, after


@pytest.fixture
async def notices(unit_of_work: Callable[[], UnitOfWork]) -> Notices:
    """None, at first."""
    queue = await Queue.open(unit_of_work)
    await queue.run("DELETE FROM notification")
    return Notices(queue)


def by_agency(due: list[DueNotification]) -> Counter[UUID]:
    """Return how many are of each agency."""
    return Counter(one.agency_id for one in due)


async def test_a_flood_of_one_agency_keeps_no_other_waiting(notices: Notices) -> None:
    """What another agency tells last is planned with the next claim, and the flood has the rest of it."""
    await notices.add(20_000, agency(1), due_in=timedelta(minutes=-10))
    await notices.add(1, agency(2), due_in=timedelta(0))
    due, _ = await notices.plan(500, BEGIN)
    assert by_agency(due) == {agency(1): 250, agency(2): 1}
    due, _ = await notices.plan(500, BEGIN)
    assert by_agency(due) == {agency(1): 500}


async def test_of_each_agency_the_oldest_come_first(notices: Notices) -> None:
    """An even share is that which has waited longest."""
    await notices.add(50, agency(1), due_in=timedelta(minutes=-1))
    await notices.add(20, agency(1), due_in=timedelta(minutes=-9))
    await notices.add(50, agency(2), due_in=timedelta(minutes=-5))
    due, _ = await notices.plan(40, BEGIN)
    newest = min(one.due_at for one in due if one.agency_id == agency(1)) + timedelta(minutes=1)
    assert by_agency(due) == {agency(1): 20, agency(2): 20}
    assert all(one.due_at < newest for one in due if one.agency_id == agency(1))


async def test_codes_are_planned_before_all(notices: Notices) -> None:
    """Lanes stay in order, whoever floods those behind."""
    await notices.add(1000, agency(1), lane=3)
    await notices.add(1000, agency(2), lane=1)
    await notices.add(5, agency(3), lane=0)
    due, after = await notices.plan(100, BEGIN)
    assert Counter(one.lane for one in due) == {0: 5, 1: 95}
    due, _ = await notices.plan(100, after)
    assert Counter(one.lane for one in due) == {1: 100}


@pytest.mark.parametrize("size", [1, 4, 10, 33])
async def test_no_agency_starves(notices: Notices, size: int) -> None:
    """Where a claim is smaller than the number of agencies, each gets its turn, and in the end all is planned."""
    for number in range(1, 21):
        await notices.add(30 * number, agency(number))
    after = BEGIN
    served: Counter[UUID] = Counter()
    for _ in range(3 * 20 // size + 1):
        due, after = await notices.plan(size, after)
        served += by_agency(due)
    assert len(served) == 20
    assert max(served.values()) <= 3 * min(served.values())
    while due:
        due, after = await notices.plan(500, after)
        served += by_agency(due)
    assert served == {agency(number): 30 * number for number in range(1, 21)}


async def test_a_walk_goes_on_where_the_last_one_ended(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agencies whose notices all wait for a later step take no share, and are passed over some at a time."""
    monkeypatch.setattr(claiming, "WIDTH", 4)
    for number in range(1, 10):
        await notices.add(2, agency(number), due_in=timedelta(hours=1))
    await notices.add(7, agency(10))
    after, found = BEGIN, []
    for _ in range(3):
        due, after = await notices.plan(100, after)
        found.append(len(due))
    assert found == [0, 0, 7]
    assert after == BEGIN


async def test_what_lies_before_the_horizon_is_not_looked_at(notices: Notices) -> None:
    """From a time on, for that lane and agency alone."""
    await notices.add(3, agency(1), due_in=timedelta(minutes=-10))
    await notices.add(3, agency(1), due_in=timedelta(minutes=-1))
    await notices.add(3, agency(2), due_in=timedelta(minutes=-10))
    ((bound,),) = await notices.queue.rows("SELECT now() - interval '5 minutes'")
    due, _ = await notices.plan(100, BEGIN, {(2, agency(1)): bound})
    assert by_agency(due) == {agency(1): 3, agency(2): 3}
    assert all(one.due_at >= bound for one in due if one.agency_id == agency(1))
    due, _ = await notices.plan(100, BEGIN)
    assert by_agency(due) == {agency(1): 3}


async def _explained(uow: UnitOfWork) -> tuple[str, int]:
    """Return the plan of a claim, and how many pages it took in hand."""
    driver = await uow.driver()
    given = {"lanes": list(BEGIN), "after": list(BEGIN.values()), "width": claiming.WIDTH, "size": 500}
    given |= {"since_lanes": [], "since_agencies": [], "since": []}
    query = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + claiming._CLAIM
    ((plan,),) = await (await driver.execute(query.encode(), given)).fetchall()
    top: Any = plan[0]["Plan"]
    return json.dumps(plan), top["Shared Hit Blocks"] + top["Shared Read Blocks"]


@pytest.mark.usefixtures("new_files")
async def test_a_claim_costs_the_same_whatever_waits(notices: Notices) -> None:
    """Five times as many notices, due or not, make it read no more pages, and none by walking the table."""
    pages = []
    for _ in range(2):
        more = 4000 if not pages else 16_000
        for lane in (1, 2, 3):
            await notices.add(more, agency(1), lane=lane)
            await notices.add(more, agency(2), lane=lane, due_in=timedelta(hours=9))
        await notices.queue.run("ANALYZE notification")
        async with notices.queue.open_unit() as uow:
            plan, _ = await _explained(uow)
            assert not await walked(await uow.driver(), plan), plan
        async with notices.queue.open_unit() as uow:  # the first one leaves hints behind
            pages.append((await _explained(uow))[1])
    assert pages[1] <= 1.3 * pages[0], pages


async def test_deciding_for_many_parties_fills_no_table_of_locks(notices: Notices) -> None:
    """Thousands at once, by one planner; another decides for none of them meanwhile, and for all the others."""
    await notices.queue.run(
        "INSERT INTO party (id, kind, number_index, number_sealed, locale)"
        " SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 5000) n"
    )
    everybody = {party_id for (party_id,) in await notices.queue.rows("SELECT id FROM party")}
    mine = set(list(everybody)[:4000])
    async with notices.queue.open_unit() as one, notices.queue.open_unit() as other:
        assert await planning.alone_with(one, mine) == mine
        assert await planning.alone_with(other, everybody) == everybody - mine
        locks = await notices.queue.rows("SELECT FROM pg_locks WHERE locktype IN ('advisory', 'tuple')")
        assert locks == []
    async with notices.queue.open_unit() as uow:
        assert await planning.alone_with(uow, {*mine, agency(7)}) == {*mine, agency(7)}
