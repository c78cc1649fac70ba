"""What came of asking about a session counts for whoever's turn it still is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.ids import new_id
from storage.sessions import repository, standing
from storage.sessions.repository import Admission

TOKEN, MINUTE = b"token", timedelta(minutes=1)


@pytest.fixture
def take_turn(unit_of_work):
    """Take the turn to ask, at a time; none where it is somebody else's."""

    async def take(now: datetime):
        async with unit_of_work() as uow:
            turn = await standing.claim(
                uow, TOKEN, client_id="console", now=now, due=now, unwatched=now, until=now + MINUTE
            )
            await uow.commit()
        return turn

    return take


@pytest.fixture
async def begun(unit_of_work) -> datetime:
    """When a session began of which the provider can be asked."""
    now = datetime.now(UTC)
    admission = Admission(
        client_id="console",
        officer_id=new_id(),
        assurance=0,
        signed_in_at=now,
        provider="officers",
        provider_token_sealed=b"first",
    )
    async with unit_of_work() as uow:
        await repository.start_session(
            uow, admission, TOKEN, code_digest=b"c", device_name=None, now=now, expires_at=now + 100 * MINUTE
        )
        await uow.commit()
    return now


async def test_late_answers(take_turn, begun, unit_of_work):
    """An answer that comes when somebody else asks already changes nothing: its token was overtaken."""
    late = await take_turn(begun)
    assert await take_turn(begun + MINUTE / 2) is None
    turn = await take_turn(begun + MINUTE)
    async with unit_of_work() as uow:
        assert not await standing.stands(uow, late, token_sealed=b"overtaken", now=begun)
        assert not await standing.falls(uow, late, now=begun)
        assert not await standing.stands(
            uow, replace(turn, session_id=new_id()), token_sealed=b"of another", now=begun
        )
        assert await standing.stands(uow, turn, token_sealed=b"second", now=begun + MINUTE)
        row = await (
            await (await uow.driver()).execute("SELECT provider_token_sealed, revoked_at FROM session")
        ).fetchone()
    assert row == (b"second", None)
