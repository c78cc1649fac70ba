"""Groups are written anew: nothing is lost, no order is left, and nobody misses a row meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from storage.ratings import casting, mixing, tokens
from storage.ratings.casting import Opinion
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import TODAY, make_agency, make_invited, take_token

Open = Callable[[], UnitOfWork]
GOOD = Opinion(level=Satisfaction.SATISFIED)


async def rows(uow: UnitOfWork, query: str, *given: object) -> list[Any]:
    """Return what a query finds."""
    return await (await (await uow.driver()).execute(query.encode(), given)).fetchall()


async def filled(open_unit: Open, people: int) -> Group:
    """Let so many people rate the dossiers of one group, one after the other."""
    async with open_unit() as uow:
        agency = await make_agency(uow)
        await uow.commit()
    for n in range(people):
        async with open_unit() as uow:
            token = await take_token(uow, await make_invited(uow, agency, n))
            # Some too long for a row, which PostgreSQL keeps elsewhere.
            text = "đ" * 1000 if n % 5 == 0 else f"người thứ {n}"
            await casting.cast(uow, token, replace(GOOD, text=text), today=TODAY)
            await uow.commit()
    return Group(agency_id=agency, month=TODAY.replace(day=1))


@pytest.mark.usefixtures("new_files")
async def test_a_mixed_group_says_the_same_in_another_order(unit_of_work: Open) -> None:
    """All rows bear one transaction, which wrote nothing else; nothing is due then, until something comes."""
    group = await filled(unit_of_work, 30)
    async with unit_of_work() as uow:
        assert await mixing.due(uow) == [group]
    for table, columns in mixing._COLUMNS.items():
        async with unit_of_work() as uow:
            before = await rows(uow, f"SELECT {columns} FROM {table} ORDER BY ctid")
            assert await mixing.mix(uow, group, table) == 30
            await uow.commit()
        async with unit_of_work() as uow:
            after = await rows(uow, f"SELECT {columns} FROM {table} ORDER BY ctid")
            assert sorted(after, key=repr) == sorted(before, key=repr)
            assert after != before
            written = await rows(uow, f"SELECT DISTINCT xmin::text, xmax::text, cmin::text FROM {table}")
            assert len(written) == 1
    async with unit_of_work() as uow:
        xmins = await rows(
            uow, "SELECT xmin::text FROM rating UNION SELECT xmin::text FROM rating_invitation"
        )
        assert len(xmins) == 2
        assert await mixing.due(uow) == []


async def test_who_is_issued_a_token_while_rows_are_mixed_is_not_turned_away(unit_of_work: Open) -> None:
    """Nor whoever rates: they wait until the rows are there again."""
    async with unit_of_work() as uow:
        mine = await make_invited(uow, await make_agency(uow))
        await uow.commit()

    async def rate() -> None:
        async with unit_of_work() as uow:
            token = await take_token(uow, mine)
            await uow.commit()
        for _ in range(3):
            async with unit_of_work() as uow:
                await casting.cast(uow, token, GOOD, today=TODAY)
                await uow.commit()

    async with unit_of_work() as mixer:
        await mixing.mix(mixer, mine.group, "rating_invitation")
        await mixing.mix(mixer, mine.group, "rating")
        rating = asyncio.create_task(rate())
        await _waiting(unit_of_work)
        await mixer.commit()
    await rating
    async with unit_of_work() as uow:
        assert (await tokens.invitation(uow, mine.party_id, mine.code)).issued
        assert await rows(uow, "SELECT count(*) FROM rating") == [(1,)]


async def _waiting(open_unit: Open) -> None:
    """Return once somebody waits for a lock."""
    async with asyncio.timeout(10), open_unit() as uow:
        while not await rows(uow, "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


async def test_groups_are_mixed_by_themselves(unit_of_work: Open) -> None:
    """Another agency's rows stay where they are."""
    async with unit_of_work() as uow:
        agencies = [await make_agency(uow, code) for code in ("H26.1", "H26.2")]
        for n, agency in enumerate(agencies):
            token = await take_token(uow, await make_invited(uow, agency, n))
            await casting.cast(uow, token, GOOD, today=TODAY)
        await uow.commit()
    month = TODAY.replace(day=1)
    async with unit_of_work() as uow:
        assert {group.agency_id for group in await mixing.due(uow)} == set(agencies)
        assert await mixing.mix(uow, Group(agency_id=agencies[0], month=month), "rating") == 1
        assert await mixing.mix(uow, Group(agency_id=agencies[0], month=month), "rating_invitation") == 1
        assert await mixing.due(uow) == [Group(agency_id=agencies[1], month=month)]
        assert await mixing.mix(uow, Group(agency_id=UUID(int=5), month=month), "rating") == 0
