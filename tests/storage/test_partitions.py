"""Partitions are there before they are needed, and where they are not, nothing is lost."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import partitions
from storage.ids import new_id
from storage.partitions import AHEAD, PARTITIONED, months_from
from storage.unit_of_work import UnitOfWork

OpenUnit = Callable[[], UnitOfWork]
FAR = date(2071, 11, 15)
"""A day that no other test lives in."""
NAMES = [f"{table}_p{month}" for table in PARTITIONED for month in ("207111", "207112", "207201")]


@pytest.fixture(autouse=True)
def _taken_away_again(database_url: str) -> Iterator[None]:
    """The partitions that a test made are no business of the others."""
    yield
    with psycopg.connect(database_url, autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}".encode())


async def keep(open_unit: OpenUnit, today: date = FAR) -> list[str]:
    """Do the upkeep of one day."""
    async with open_unit() as uow:
        made = await partitions.keep(uow, today)
        await uow.commit()
        return made


async def finish(open_unit: OpenUnit, at: str) -> str:
    """Finish a delivery at some time; return the partition in which it came to lie."""
    query = (
        "INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id,"
        " created_at, finished_at, attempt, possible_duplicate, outcome)"
        " VALUES (%(id)s, '{}', %(id)s, %(id)s, 'email', 0, %(id)s, now(), %(at)s, 1, false, 'accepted')"
        " RETURNING tableoid::regclass::text"
    )
    async with open_unit() as uow:
        found = await (await (await uow.driver()).execute(query, {"id": new_id(), "at": at})).fetchone()
        await uow.commit()
        assert found is not None
        return str(found[0])


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.integers(1, 40))
def test_months_follow_each_other(today: date, count: int) -> None:
    """From today's month on, without a gap, over the ends of years."""
    months = months_from(today, count)
    assert len(months) == count
    assert months[0][0] <= today < months[0][1]
    assert all(end == start for (_, end), (start, _) in pairwise(months))
    assert all(start.day == 1 and 28 <= (end - start).days <= 31 for start, end in months)


async def test_this_month_and_the_next_ones_have_partitions(unit_of_work: OpenUnit) -> None:
    """They are made once, take the rows of their month, by UTC, and leave others to the default."""
    assert sorted(await keep(unit_of_work)) == sorted(NAMES)
    assert len(NAMES) == len(PARTITIONED) * AHEAD
    assert await keep(unit_of_work) == []
    assert await finish(unit_of_work, "2071-11-01T00:00:00Z") == "finished_delivery_p207111"
    assert await finish(unit_of_work, "2071-11-30T23:59:59.999999Z") == "finished_delivery_p207111"
    assert await finish(unit_of_work, "2071-12-01T06:59:00+07:00") == "finished_delivery_p207111"
    assert await finish(unit_of_work, "2072-01-31T23:00:00Z") == "finished_delivery_p207201"
    assert await finish(unit_of_work, "2099-01-01T00:00:00Z") == "finished_delivery_p_default"


async def test_rows_in_the_default_partition_stop_no_upkeep(unit_of_work: OpenUnit) -> None:
    """The month that came without a partition stays there, and all others are made."""
    await finish(unit_of_work, "2071-12-05T00:00:00Z")
    assert "finished_delivery_p207112" not in await keep(unit_of_work)
    assert await finish(unit_of_work, "2071-12-06T00:00:00Z") == "finished_delivery_p_default"
    assert await finish(unit_of_work, "2072-01-06T00:00:00Z") == "finished_delivery_p207201"


async def test_workers_may_do_upkeep_at_the_same_time(unit_of_work: OpenUnit) -> None:
    """They take turns, and each partition is made by one of them."""
    made = await asyncio.gather(*(keep(unit_of_work) for _ in range(4)))
    assert sorted(name for names in made for name in names) == sorted(NAMES)
