"""Sign-ins on their way are taken once, in time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.sessions import repository
from storage.sessions.repository import PendingSignIn

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
PENDING = PendingSignIn(
    nonce="n",
    provider_verifier="v",
    client_id="tindan-app",
    redirect_uri="https://example.vn/callback",
    app_state=None,
    app_challenge="c",
    browser_hash=b"browser",
)


@pytest.fixture
async def kept(unit_of_work):
    """A sign-in on its way that ends in ten minutes."""
    async with unit_of_work() as uow:
        await repository.keep_sign_in(uow, b"state", PENDING, expires_at=NOW + timedelta(minutes=10))
        await uow.commit()


async def take(
    unit_of_work, state: bytes = b"state", *, browser: bytes | None = b"browser", now: datetime = NOW
) -> PendingSignIn | None:
    async with unit_of_work() as uow:
        taken = await repository.take_sign_in(uow, state, browser_hash=browser, now=now)
        await uow.commit()
        return taken


async def test_taken_once(kept, unit_of_work):
    """Of ten who bring one state at once, one is let on, with what was noted."""
    taken = await asyncio.gather(*(take(unit_of_work) for _ in range(10)))
    assert [pending for pending in taken if pending] == [PENDING]


async def test_another_state(kept, unit_of_work):
    """An unknown state takes nothing."""
    assert await take(unit_of_work, b"other") is None
    assert await take(unit_of_work) == PENDING


async def test_another_browser(kept, unit_of_work):
    """A state in another browser, or in none, takes nothing and leaves it to the right one."""
    for browser in (b"other", None):
        assert await take(unit_of_work, browser=browser) is None
    assert await take(unit_of_work) == PENDING


async def test_too_late(kept, unit_of_work):
    """A sign-in that took ten minutes is not let on."""
    assert await take(unit_of_work, now=NOW + timedelta(minutes=10)) is None


async def test_not_committed(kept, unit_of_work):
    """A sign-in taken by somebody who fails afterwards is still there."""
    async with unit_of_work() as uow:
        assert await repository.take_sign_in(uow, b"state", browser_hash=b"browser", now=NOW) == PENDING
    assert await take(unit_of_work) == PENDING
