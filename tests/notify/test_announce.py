"""The one door: a notice exists exactly when what it tells does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notify.announce import Notice, announce
from notify.categories import Category
from notify.routes import DEFAULTS
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

NOW = datetime.now(UTC).replace(microsecond=0)
OpenUnit = Callable[[], UnitOfWork]


async def kept(open_unit: OpenUnit) -> list[Any]:
    """Return the notices that are kept."""
    query = (
        "SELECT category, params, expires_at, step, plan_at <= now(), event_id FROM notification ORDER BY id"
    )
    async with open_unit() as uow:
        return list(await (await (await uow.driver()).execute(query)).fetchall())


@pytest.mark.parametrize("category", list(Category))
async def test_a_notice_is_due_at_the_commit(unit_of_work: OpenUnit, category: Category) -> None:
    """With its parameters, and as long as its category is worth sending."""
    notice = Notice(
        party_id=new_id(), agency_id=new_id(), category=category, event_id=new_id(), params={"status": 2}
    )
    async with unit_of_work() as uow:
        await announce(uow, [notice], NOW)
        assert await kept(unit_of_work) == [], "nobody else sees it before the commit"
        await uow.commit()
    expires_at = NOW + DEFAULTS.routes[category].expiry
    assert await kept(unit_of_work) == [(category.value, {"status": 2}, expires_at, 0, True, notice.event_id)]


async def test_what_is_undone_tells_nobody(unit_of_work: OpenUnit) -> None:
    """With the transaction of the caller the notice goes, too."""
    async with unit_of_work() as uow:
        notice = Notice(party_id=new_id(), agency_id=new_id(), category=Category.REFUSED)
        await announce(uow, [notice], NOW)
    assert await kept(unit_of_work) == []


async def test_nothing_to_tell_wakes_nobody(unit_of_work: OpenUnit) -> None:
    """No statement, no hint; a notice brings its hint."""
    async with unit_of_work() as uow:
        await announce(uow, [], NOW)
        assert not uow._hint
        await announce(uow, [Notice(party_id=new_id(), agency_id=new_id(), category=Category.REFUSED)], NOW)
        assert uow._hint


async def test_order_and_number_are_kept(unit_of_work: OpenUnit) -> None:
    """Of many at once the first told has the lowest id."""
    notices = [
        Notice(party_id=new_id(), agency_id=new_id(), category=Category.STATUS_CHANGE, params={"status": n})
        for n in range(100)
    ]
    async with unit_of_work() as uow:
        await announce(uow, notices, NOW - timedelta(hours=1))
        await uow.commit()
    assert [row[1]["status"] for row in await kept(unit_of_work)] == list(range(100))
