"""The pair of tokens that all workers share."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from storage.cipher import Cipher, UndecipherableError
from storage.engine import Engine
from storage.provider_tokens import repository
from storage.provider_tokens.repository import TokenPair
from storage.unit_of_work import Reading, UnitOfWork

OpenUnit = Callable[[], UnitOfWork]
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def pair(number: int = 1) -> TokenPair:
    """Return a pair by its number."""
    return TokenPair(
        access=f"access-{number}",
        refresh=f"refresh-{number}",
        expires_at=NOW + timedelta(hours=25),
        renewed_at=NOW,
    )


async def keep(unit_of_work: OpenUnit, provider: str, kept: TokenPair) -> None:
    """Keep a pair."""
    async with unit_of_work() as uow:
        await repository.keep(uow, provider, kept)
        await uow.commit()


async def test_a_pair_takes_the_place_of_the_one_before(unit_of_work: OpenUnit) -> None:
    """Each provider has one pair, the last that was kept."""
    await keep(unit_of_work, "zalo", pair(1))
    await keep(unit_of_work, "zalo", pair(2))
    await keep(unit_of_work, "other", pair(3))
    async with unit_of_work() as uow:
        assert await repository.read(uow, "zalo") == pair(2)
        assert await repository.read(uow, "other") == pair(3)
        assert await repository.read(uow, "nobody") is None


async def test_no_token_lies_open(unit_of_work: OpenUnit, reading: Callable[[], Reading]) -> None:
    """What the table holds shows neither token, and neither does a printed pair."""
    await keep(unit_of_work, "zalo", pair())
    async with reading() as look:
        cursor = await (await look.driver()).execute(
            "SELECT access_sealed, refresh_sealed FROM provider_token"
        )
        rows = await cursor.fetchall()
    assert b"access-1" not in rows[0][0]
    assert b"refresh-1" not in rows[0][1]
    assert "access-1" not in repr(pair())
    assert "refresh-1" not in repr(pair())


async def test_a_token_is_bound_to_its_provider_and_place(unit_of_work: OpenUnit) -> None:
    """A row that was moved to another provider, or whose tokens changed places, is not read."""
    for change in (
        "UPDATE provider_token SET provider = 'zalo'",
        "UPDATE provider_token SET provider = 'zalo', access_sealed = refresh_sealed",
    ):
        await keep(unit_of_work, "other", pair())
        async with unit_of_work() as uow:
            await (await uow.driver()).execute(change)
            with pytest.raises(UndecipherableError):
                await repository.read(uow, "zalo")


async def test_another_master_key_opens_nothing(unit_of_work: OpenUnit, engine: Engine) -> None:
    """A pair that was kept under another key is told apart from none."""
    await keep(unit_of_work, "zalo", pair())
    async with UnitOfWork(engine, Cipher(master_key=b"x" * 32, index_key=b"y" * 32)) as uow:
        with pytest.raises(UndecipherableError):
            await repository.read(uow, "zalo")


async def test_renewals_of_one_provider_take_turns(unit_of_work: OpenUnit) -> None:
    """Even before there is a row, the second waits for the first and finds what that one kept."""
    async with unit_of_work() as first, unit_of_work() as second, unit_of_work() as stranger:
        await repository.lock(first, "zalo")
        waiting = asyncio.create_task(repository.lock(second, "zalo"))
        await repository.lock(stranger, "other")
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        await repository.keep(first, "zalo", pair())
        await first.commit()
        await waiting
        assert await repository.read(second, "zalo") == pair()


@pytest.mark.parametrize("change", [{"access": ""}, {"refresh": ""}, {"expires_at": NOW}])
def test_half_a_pair_is_none(change: dict[str, object]) -> None:
    """A pair without one of its tokens, or without a life, can not be made."""
    given = {"access": "a", "refresh": "r", "expires_at": NOW + timedelta(hours=1), "renewed_at": NOW}
    with pytest.raises(ValueError, match="two tokens"):
        TokenPair(**given | change)
