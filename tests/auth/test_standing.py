"""Asking the provider whether the account behind a session is still good."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from auth import opaque, ties
from auth.apps import Audience
from auth.identity import Wish
from auth.oidc import OpenIdProvider
from auth.settings import AuthSettings
from auth.standing import Standings
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.sessions import repository
from storage.sessions.repository import Admission
from storage.settings import Environment
from tests.auth.providers import listening
from tests.faults.polling import until

APP, TOKEN = "tindan-app", "our refresh token"
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture
async def provider():
    """A provider that gives a new refresh token for each, honest unless told otherwise."""
    async with listening() as running:
        running.tokens = {"refresh_token": "second"}
        yield running


class House:
    """One session, and what asks about it, at the time of one clock."""

    def __init__(self, settings, provider, unit_of_work, cipher, clock) -> None:
        self._clock, self._cipher = clock, cipher
        self.unit_of_work = unit_of_work
        self.standings = Standings(
            settings, {Audience.CITIZENS: provider}, cipher, unit_of_work, now=self.now
        )

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    async def begin(self, provider_token: str | None = "first", provider: str = "citizens"):
        async with self.unit_of_work() as uow:
            identity = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
            (key,) = await parties.find_or_create(uow, [identity])
            session_id = await repository.start_session(
                uow,
                Admission(
                    client_id=APP,
                    party_id=key.party_id,
                    assurance=2,
                    signed_in_at=self.now(),
                    provider=provider,
                    provider_token_sealed=provider_token and ties.seal_token(self._cipher, provider_token),
                ),
                opaque.digest(TOKEN),
                code_digest=opaque.digest(opaque.draw()),
                device_name=None,
                now=self.now(),
                expires_at=self.now() + timedelta(days=60),
            )
            await uow.commit()
            return session_id

    async def check(self, token: str = TOKEN, client_id: str = APP):
        return await self.standings.check(client_id=client_id, refresh_token=token)

    async def row(self) -> tuple:
        query = "SELECT provider_token_sealed, checked_at, checking_until, revoked_at FROM session"
        async with self.unit_of_work() as uow:
            return await (await (await uow.driver()).execute(query)).fetchone()

    async def provider_token(self) -> str:
        return ties.open_token(self._cipher, (await self.row())[0])


@pytest.fixture
async def house(provider, tmp_path, unit_of_work, cipher, clock):
    settings = AuthSettings(
        env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer=provider.issuer, unwatched_session_days=7
    )
    async with OpenIdProvider(settings.citizen_provider()) as client:
        await client.begin("a state", Wish())  # so that it has the metadata
        yield House(settings, client, unit_of_work, cipher, clock)


async def test_asked_when_it_is_time(house, provider, clock):
    """The provider is asked once an hour at most, and each time with the token that it gave last."""
    await house.begin()
    clock.forward(HOUR - 1)
    assert await house.check() is None
    assert provider.forms == []
    clock.forward(1)
    assert await house.check() is None
    assert provider.forms == [{"grant_type": "refresh_token", "refresh_token": "first"}]
    assert await house.check() is None
    assert len(provider.forms) == 1
    _, checked_at, checking_until, revoked_at = await house.row()
    assert (checked_at, checking_until, revoked_at) == (house.now(), None, None)
    clock.forward(HOUR)
    await house.check()
    assert [form["refresh_token"] for form in provider.forms] == ["first", "second"]


async def test_token_that_stays(house, provider, clock):
    """A provider that keeps to one refresh token is asked with that one again."""
    provider.tokens = {}
    await house.begin()
    for _ in range(2):
        clock.forward(HOUR)
        await house.check()
    assert [form["refresh_token"] for form in provider.forms] == ["first", "first"]


async def test_refused(house, provider, clock):
    """When the provider no longer stands by it, the session ends."""
    session_id = await house.begin()
    provider.answers["/token"] = (400, {"error": "invalid_grant"})
    clock.forward(HOUR)
    assert await house.check() == session_id
    assert (await house.row())[3] == house.now()
    assert await house.check() is None


@pytest.mark.parametrize(
    "answer",
    [
        (503, {}),
        (400, {"error": "temporarily_unavailable"}),
        (401, {"error": "invalid_client"}),
        (400, {"error": ["invalid_grant"]}),
        (200, b"nonsense"),
        (200, 5),
        (200, b"[" * 100_000),
        (200, b'{"access_token": "' + b"a" * 300_000 + b'"}'),
    ],
)
async def test_unknown(house, provider, clock, answer):
    """While the provider does not say, the session goes on for a day, and then ends."""
    session_id = await house.begin()
    provider.answers["/token"] = answer
    clock.forward(DAY)
    assert await house.check() is None
    clock.forward(61)
    assert await house.check() == session_id


async def test_back_again(house, provider, clock):
    """A provider that is down is not asked again within a minute; back again, it counts what it says."""
    await house.begin()
    provider.answers["/token"] = (503, {})
    clock.forward(HOUR)
    for _ in range(3):
        assert await house.check() is None
    assert len(provider.forms) == 1
    del provider.answers["/token"]
    clock.forward(60)
    assert await house.check() is None
    assert await house.provider_token() == "second"
    assert (await house.row())[1] == house.now()


async def test_many_at_once(house, provider, clock):
    """Of ten who come at once one asks, so that no token is shown twice; nobody waits for it."""
    await house.begin()
    clock.forward(HOUR)
    provider.pause = asyncio.Event()
    checks = [asyncio.create_task(house.check()) for _ in range(10)]
    await until(lambda: sum(check.done() for check in checks) == 9, seconds=5)
    provider.pause.set()
    await asyncio.gather(*checks)
    assert [form["refresh_token"] for form in provider.forms] == ["first"]
    assert await house.provider_token() == "second"


async def test_caller_who_leaves(house, provider, clock):
    """The provider's new token is kept though the caller has gone."""
    await house.begin()
    clock.forward(HOUR)
    provider.pause = asyncio.Event()
    check = asyncio.create_task(house.check())
    await until(lambda: bool(provider.forms), seconds=5)
    check.cancel()
    await asyncio.gather(check, return_exceptions=True)
    provider.pause.set()

    async def kept() -> bool:
        return await house.provider_token() == "second"

    await until(kept, seconds=5)


async def test_late_refusal(house, provider, clock):
    """A refusal that comes after another process has had its turn ends nothing."""
    await house.begin()
    clock.forward(HOUR)
    provider.pause = asyncio.Event()
    provider.answers["/token"] = (400, {"error": "invalid_grant"})
    late = asyncio.create_task(house.check())
    await until(lambda: bool(provider.forms), seconds=5)
    async with house.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE session SET checking_until = now() + interval '1 hour'")
        await uow.commit()
    provider.pause.set()
    assert await late is None
    assert (await house.row())[3] is None


async def test_no_connection_while_asking(house, provider, clock, engine):
    """While the provider is slow no connection waits with it."""
    await house.begin()
    clock.forward(HOUR)
    provider.pause = asyncio.Event()
    check = asyncio.create_task(house.check())
    await until(lambda: bool(provider.forms), seconds=5)
    assert engine.pool.pool.checkedout() == 0
    provider.pause.set()
    await check


async def test_nothing_to_ask_with(house, provider, clock):
    """Where the provider gave no refresh token, a session lasts so many days."""
    session_id = await house.begin(None)
    clock.forward(7 * DAY - 1)
    assert await house.check() is None
    clock.forward(1)
    assert await house.check() == session_id
    assert provider.forms == []


async def test_provider_that_is_gone(house, clock):
    """A session of a provider that is no longer set goes on for a day."""
    session_id = await house.begin(provider="officers")
    clock.forward(HOUR)
    assert await house.check() is None
    clock.forward(DAY)
    assert await house.check() == session_id


@pytest.mark.parametrize(("token", "client_id"), [("another", APP), (TOKEN, "another-app"), ("", "")])
async def test_whose_token(house, provider, clock, token, client_id):
    """Who holds no token of a session has nobody asked about it."""
    await house.begin()
    clock.forward(HOUR)
    assert await house.check(token, client_id) is None
    assert provider.forms == []
