"""Time limits that pass are told once each, and counted, by what the clocks of a complaint say."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.complaints import watching
from storage.complaints.deadlines import clocks
from storage.complaints.kinds import ComplaintState, Stage
from storage.complaints.watching import Passed
from tests.storage.complaints.bureau import Bureau, ago


async def alarms(bureau: Bureau, now: datetime | None = None, limit: int = 99) -> list[Passed]:
    """Tell of what has passed."""
    async with bureau.open_unit() as uow:
        found = await watching.raise_alarms(uow, now=now or datetime.now(UTC), limit=limit)
        await uow.commit()
    return list(found)


async def overdue(bureau: Bureau) -> dict[str, int]:
    """Return of how many complaints each time limit has passed."""
    async with bureau.open_unit() as uow:
        return dict(await watching.overdue(uow))


async def test_each_limit_is_told_once(bureau: Bureau):
    """One that nobody took on is late for both; told again, nothing is."""
    complaint_id = await bureau.file(at=ago(days=60))
    await bureau.file()
    found = await alarms(bureau)
    assert {(one.id, one.stage) for one in found} == {
        (complaint_id, Stage.ACCEPT),
        (complaint_id, Stage.PROCESS),
    }
    assert all(one.first and one.agency_name == "Ủy ban nhân dân H26" for one in found)
    assert await alarms(bureau) == []
    assert await overdue(bureau) == {"accept": 1, "process": 1, "publish": 0}


async def test_of_many_workers_one_tells(bureau: Bureau):
    """However many look at the same moment, each limit is told by one of them."""
    for _ in range(5):
        await bureau.file(at=ago(days=60))
    found = [one for part in await asyncio.gather(*(alarms(bureau) for _ in range(4))) for one in part]
    assert len(found) == len({(one.id, one.stage) for one in found}) == 10


async def test_slices_leave_nothing_out(bureau: Bureau):
    """Three at a time, all are told."""
    for _ in range(4):
        await bureau.file(at=ago(days=60))
    counts = [len(await alarms(bureau, limit=3)) for _ in range(4)]
    assert counts == [3, 3, 2, 0]


async def test_nobody_is_late_while_the_citizen_is_awaited(bureau: Bureau):
    """Afterwards the limit has moved; when that passes as well, it is told, and not as the first."""
    complaint_id = await bureau.file(at=ago(days=60))
    await bureau.accept(complaint_id, now=ago(days=59))
    (one,) = await alarms(bureau)
    assert (one.stage, one.first) == (Stage.PROCESS, True)
    await bureau.ask_more(complaint_id, now=ago(days=15))
    assert await overdue(bureau) == {"accept": 0, "process": 0, "publish": 0}
    await bureau.supply(complaint_id)
    (again,) = await alarms(bureau)
    assert (again.stage, again.first) == (Stage.PROCESS, False)
    assert again.due_at > one.due_at


async def test_another_agency_is_late_for_itself(bureau: Bureau):
    """Sent on, it is not overdue to be looked at; two days later it is, and that is told of the new agency."""
    complaint_id = await bureau.file(at=ago(days=10))
    await alarms(bureau)
    await bureau.forward(complaint_id)
    assert await alarms(bureau) == []
    later = [one for one in await alarms(bureau, ago(days=-7)) if one.stage is Stage.ACCEPT]
    assert [one.agency_id for one in later] == [bureau.other_agency_id]


async def test_a_moderator_may_be_late_as_well(bureau: Bureau):
    """An answer that waits to be published for longer than two working days is told of."""
    complaint_id = await bureau.answered()
    assert await alarms(bureau) == []
    (found,) = await alarms(bureau, ago(days=-14))
    assert (found.id, found.stage) == (complaint_id, Stage.PUBLISH)


@pytest.mark.parametrize("state", ["received", "accepted", "more_asked", "answered", "declined", "withdrawn"])
async def test_the_database_reads_the_clocks_as_we_do(bureau: Bureau, state: str):
    """For each state and either way to be published, what is told is what the clocks say."""
    for public in (True, False):
        complaint_id = await bureau.file(public=public)
        if state in {"accepted", "answered"}:
            await bureau.accept(complaint_id)
        step = {
            "more_asked": bureau.ask_more,
            "answered": bureau.answer,
            "declined": bureau.decline,
            "withdrawn": bureau.withdraw,
        }.get(state)
        if step:
            await step(complaint_id)
        held = await bureau.held(complaint_id)
        assert held.state is ComplaintState(state)
        expected = clocks(held.state, held.terms, held.publish_by)
        told = await alarms(bureau, datetime.now(UTC) + timedelta(days=90))
        assert {one.stage: one.due_at for one in told} == expected
