"""Measures kept by workers: whatever comes in whatever order, none is missed, and taking them anew changes none."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from storage.dossiers.working_days import WorkingCalendar
from storage.ids import new_id
from storage.scores import marking
from storage.scores.keeping import Keeper
from storage.scores.measuring import measure
from storage.scores.recomputing import Progress, recompute
from storage.unit_of_work import UnitOfWork
from tests.storage.scores.telling import Told, draw, keep_results, tell
from tests.storage.vault.keeping import make_party

CALENDAR = WorkingCalendar()
AT_ONCE = timedelta(0)
BATCH = 1000
Open = Callable[[], UnitOfWork]
Row = tuple[Any, ...]


@pytest.fixture
async def party_id(unit_of_work: Open) -> UUID:
    """Whose dossiers they are."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        await uow.commit()
    return key.party_id


@pytest.fixture
def put(unit_of_work: Open, party_id: UUID) -> Callable[..., Awaitable[None]]:
    """Tell all that is to be told of some dossiers, and commit."""

    async def run(*dossiers: Told) -> None:
        async with unit_of_work() as uow:
            await tell(uow, party_id, dossiers, lambda: 99)
            await uow.commit()

    return run


def keeper(unit_of_work: Open, limit: int = 7) -> Keeper:
    return Keeper(unit_of_work, CALENDAR, settled=AT_ONCE, limit=limit)


async def caught_up(one: Keeper) -> None:
    """Measure until there is nothing left."""
    while await one.run_once():
        pass


async def rows(unit_of_work: Open) -> dict[UUID, Row]:
    """Return all measures that are kept."""
    query = "SELECT dossier_id, agency_id, month, ended_at, on_time, online, digitised FROM dossier_measure"
    async with unit_of_work() as uow:
        found: list[Any] = await (await (await uow.driver()).execute(query)).fetchall()
    return {row[0]: tuple(row[1:]) for row in found}


async def anew(unit_of_work: Open, **wanted: Any) -> Progress:
    """Take measures anew; return the last progress, which must be of the whole."""
    told = [one async for one in recompute(unit_of_work, CALENDAR, **wanted)]
    parts = [one.part for one in told]
    assert parts == sorted(parts)
    assert parts[-1] == 1
    return told[-1]


def expected(dossiers: list[Told]) -> dict[UUID, Row]:
    """Return what dossiers count for by all that was told of them."""
    found = {}
    for one in dossiers:
        told = measure(one.facts, channel=one.channel, electronic=one.electronic, calendar=CALENDAR)
        if told:
            verdicts = (told.on_time, told.online, told.digitised)
            found[one.id] = (one.agency_id, told.month, told.ended_at, *verdicts)
    return found


async def live_through(unit_of_work: Open, party_id: UUID, count: int, limit: int) -> None:
    """Have dossiers told in parts, results come in between, and measure now and then; then take all anew."""
    random = Random(766)
    agencies = [new_id() for _ in range(7)]
    dossiers = [draw(random, random.choice(agencies)) for _ in range(count)]
    one = keeper(unit_of_work, limit)
    for turn in range(4):
        waiting = [dossier.id for dossier in dossiers if dossier.electronic]
        for start in range(0, count, BATCH):
            async with unit_of_work() as uow:
                some = dossiers[start : start + BATCH]
                await tell(uow, party_id, some, lambda: 99 if turn == 3 else random.randrange(3))  # noqa: B023 - called at once
                await uow.commit()
        for start in range(turn, len(waiting), 4 * BATCH):
            async with unit_of_work() as uow:
                await keep_results(uow, party_id, waiting[start : start + 4 * BATCH : 4])
                await uow.commit()
        await caught_up(one)
    kept = await rows(unit_of_work)
    assert kept == expected(dossiers)
    assert len({row[1] for row in kept.values()}) > 2
    again = await anew(unit_of_work, limit=limit)
    assert (again.measured, again.changed) == (len(kept), 0)
    assert await rows(unit_of_work) == kept


async def test_whatever_comes(unit_of_work: Open, party_id: UUID) -> None:
    """Told in parts and measured in between, dossiers count for what they do when measured at the end."""
    await live_through(unit_of_work, party_id, 600, 37)


@pytest.mark.verify
@pytest.mark.timeout(1200)
async def test_whatever_comes_to_many(unit_of_work: Open, party_id: UUID) -> None:
    """The same of very many: 100,000 of them by `make soak`."""
    await live_through(unit_of_work, party_id, int(os.environ.get("TINDAN_SCORED_DOSSIERS", "20000")), 1000)


async def test_what_is_committed_late(unit_of_work: Open, party_id: UUID, put) -> None:
    """A dossier and a result whose transactions began before the mark moved, and ended after, are measured."""
    late, early, digital = (draw(Random(seed), new_id(), (2, 9)) for seed in range(3))
    digital.electronic = True
    await put(digital)
    async with unit_of_work() as slow:
        await tell(slow, party_id, [late], lambda: 99)
        await keep_results(slow, party_id, [digital.id])
        await put(early)
        async with unit_of_work() as uow:
            await keep_results(uow, party_id, [early.id])
            await uow.commit()
        await caught_up(keeper(unit_of_work))
        await slow.commit()
    await caught_up(keeper(unit_of_work))
    early.electronic, late.electronic = True, False
    assert await rows(unit_of_work) == expected([late, early, digital])


async def test_nothing_is_measured_before_it_is_settled(unit_of_work: Open, put) -> None:
    """What changed within the last minutes waits: others may have begun before it unseen."""
    await put(draw(Random(1), new_id(), (2, 9)))
    await caught_up(Keeper(unit_of_work, CALENDAR))
    assert not await rows(unit_of_work)
    await caught_up(keeper(unit_of_work))
    assert len(await rows(unit_of_work)) == 1


async def test_a_dossier_that_is_opened_again(unit_of_work: Open, party_id: UUID) -> None:
    """It counts for nothing any more, and for its new end once it has one."""
    one = draw(Random(5), new_id(), (2, 9, 4, 10))
    one.electronic = False
    for count, kept in ((2, 1), (1, 0), (1, 1)):
        async with unit_of_work() as uow:
            await tell(uow, party_id, [one], lambda count=count: count)
            await uow.commit()
        await caught_up(keeper(unit_of_work))
        found = await rows(unit_of_work)
        assert (len(found), found) == (kept, expected([one]))


async def test_it_stays_with_whom_it_ended(unit_of_work: Open, put) -> None:
    """A dossier that changes hands after its end counts for the agency that ended it, also when taken anew."""
    one = draw(Random(6), new_id(), (2, 9, 10))
    before, (last,) = one.agency_id, one.to_tell[2:]
    one.to_tell, one.electronic = one.to_tell[:2], False
    await put(one)
    await caught_up(keeper(unit_of_work))
    one.agency_id, one.to_tell = new_id(), [last]
    await put(one)
    await caught_up(keeper(unit_of_work))
    assert (await anew(unit_of_work)).changed == 0
    assert (await rows(unit_of_work))[one.id][0] == before


@pytest.mark.parametrize(
    "gone", ["true", "occurred_at = (SELECT first_at FROM dossier d WHERE d.id = dossier_id)"]
)
async def test_a_timeline_that_is_not_whole(unit_of_work: Open, put, gone: str) -> None:
    """Where old events were dropped, what a dossier counts for stays."""
    await put(*(draw(Random(seed), new_id(), (5, 4, 5, 4, 8)) for seed in range(5)))
    await caught_up(keeper(unit_of_work))
    kept = await rows(unit_of_work)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(f"DELETE FROM dossier_event WHERE {gone}".encode())
        await uow.commit()
    assert (await anew(unit_of_work)).changed == 0
    assert await rows(unit_of_work) == kept


async def test_a_component_is_no_result(unit_of_work: Open, party_id: UUID, put) -> None:
    """A paper of the dossier that was scanned makes no result electronic."""
    one = draw(Random(7), new_id(), (2, 9))
    one.electronic = False
    await put(one)
    async with unit_of_work() as uow:
        await keep_results(uow, party_id, [one.id], "component")
        await uow.commit()
    await caught_up(keeper(unit_of_work))
    assert await rows(unit_of_work) == expected([one])


async def test_another_server_counts_from_another_number(unit_of_work: Open, party_id: UUID, put) -> None:
    """After the database was restored elsewhere, a result is found though its transaction's number is low."""
    one = draw(Random(8), new_id(), (2, 9))
    one.electronic = True
    await put(one)
    await caught_up(keeper(unit_of_work))
    async with unit_of_work() as uow:
        moved = "UPDATE score_mark SET document_era = 'another', document_xid = 1000000000"
        await (await uow.driver()).execute(moved)
        await keep_results(uow, party_id, [one.id])
        await uow.commit()
    await caught_up(keeper(unit_of_work))
    assert await rows(unit_of_work) == expected([one])


async def test_one_measures_at_a_time(unit_of_work: Open, put) -> None:
    """While somebody measures, another waits, and then goes on from where the first one came to."""
    await put(draw(Random(11), new_id(), (2, 9)))
    waiting = b"SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    await caught_up(keeper(unit_of_work))
    async with unit_of_work() as uow:
        await marking.hold(uow)
        other = asyncio.create_task(keeper(unit_of_work).run_once())
        async with asyncio.timeout(10):
            while not await (await (await uow.driver()).execute(waiting)).fetchall():
                assert not other.done()
                await asyncio.sleep(0.01)
        await uow.commit()
    assert await other is False


async def test_many_workers_at_once(unit_of_work: Open, put) -> None:
    """They take turns, beside somebody who takes all anew, and come to the same."""
    random, agency = Random(9), new_id()
    dossiers = [draw(random, agency) for _ in range(60)]
    for one in dossiers:
        one.electronic = False
    await put(*dossiers)
    workers = [caught_up(keeper(unit_of_work, 3)) for _ in range(4)]
    await asyncio.gather(*workers, anew(unit_of_work, limit=5))
    assert await rows(unit_of_work) == expected(dossiers)


async def test_a_month_is_put_right(unit_of_work: Open, put) -> None:
    """Measures that were tampered with are told and put right in the month that is asked for, and there alone."""
    random, agency = Random(10), new_id()
    await put(*(draw(random, agency, (2, 9)) for _ in range(40)))
    await caught_up(keeper(unit_of_work))
    kept = await rows(unit_of_work)
    month = date(2026, 9, 1)
    wrong = sum(row[1] == month for row in kept.values())
    assert 0 < wrong < len(kept)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE dossier_measure SET online = NOT coalesce(online, false)")
        await uow.commit()
    told = await anew(unit_of_work, month=month)
    assert (told.measured, told.changed) == (wrong, wrong)
    after = await rows(unit_of_work)
    assert {one for one in kept if after[one] == kept[one]} == {o for o in kept if kept[o][1] == month}
    assert (await anew(unit_of_work)).changed == len(kept) - wrong
    assert await rows(unit_of_work) == kept


async def test_no_slice_fits_exactly(unit_of_work: Open, put) -> None:
    """As many dossiers as a slice holds, and none: the end is found all the same."""
    assert (await anew(unit_of_work, limit=5)) == Progress(measured=0, changed=0, part=1.0)
    await put(*(draw(Random(seed), new_id(), (2, 9)) for seed in range(10)))
    assert (await anew(unit_of_work, limit=5)) == Progress(measured=10, changed=10, part=1.0)
