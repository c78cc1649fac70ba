"""Sessions on a real database: codes, rotation, reuse, sign-out."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from auth import opaque, pkce
from auth.apps import App, Audience
from auth.errors import OAuthError
from auth.identity import Vouched
from auth.sessions import Sessions, Theft, TokenPair
from auth.sign_in import SignIns
from auth.tokens import Tokens
from storage.officers import repository as officers
from storage.officers.repository import Subject
from storage.parties.models import Party
from storage.parties.repository import profile
from storage.sessions import overview, repository
from storage.sessions.models import Session
from storage.sessions.repository import PendingSignIn

APP, STAFF = "tindan-app", "staff-app"
REDIRECT = "http://127.0.0.1:8090/app/callback"
VERIFIER = "a" * 43
PENDING = PendingSignIn(
    nonce="n",
    provider_verifier="v",
    client_id=APP,
    redirect_uri=REDIRECT,
    app_state="s",
    app_challenge=pkce.challenge_of(VERIFIER),
)
CLAIMS = {
    "LoaiTaiKhoan": "1",
    "SoDinhDanh": "001190000001",
    "HoVaTen": "Nguyễn Thị Ví Dụ",
    "IAL": "2",
}
VOUCHED = Vouched(
    issuer="https://idp.example.vn",
    subject="somebody",
    claims=CLAIMS,
    signed_in_at=datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
)


class House:
    """Sign-ins and sessions whose every step is committed, at the time of one clock."""

    def __init__(self, settings, unit_of_work, clock) -> None:
        now = lambda: datetime.fromtimestamp(clock(), UTC)  # noqa: E731 - a clock of another form
        self.tokens = Tokens(settings, now=clock)
        self.sign_ins = SignIns(settings, {}, now=now)
        self.sessions = Sessions(settings, self.tokens, now=now)
        self.unit_of_work = unit_of_work

    async def committed(self, work):
        async with self.unit_of_work() as uow:
            result = await work(uow)
            await uow.commit()
            return result

    async def code(self, vouched: Vouched = VOUCHED) -> str:
        return await self.committed(lambda uow: self.sign_ins.admit(uow, PENDING, vouched))

    async def redeem(self, code: str, **changes: str) -> TokenPair | None:
        given = {"client_id": APP, "redirect_uri": REDIRECT, "verifier": VERIFIER} | changes
        return await self.committed(lambda uow: self.sessions.redeem(uow, code=code, **given))

    async def refresh(
        self, token: str, client_id: str = APP, bound_to: str | None = None
    ) -> TokenPair | Theft | None:
        return await self.committed(
            lambda uow: self.sessions.refresh(
                uow, client_id=client_id, refresh_token=token, bound_to=bound_to
            )
        )

    async def sign_out(self, token: str, client_id: str = APP) -> None:
        await self.committed(lambda uow: self.sessions.sign_out(uow, client_id=client_id, token=token))

    async def signed_in(self, **more: str) -> TokenPair:
        pair = await self.redeem(await self.code(), **more)
        assert pair is not None
        return pair


@pytest.fixture
def house(auth_settings, unit_of_work, clock) -> House:
    apps = {
        APP: App(redirect_uris=frozenset({REDIRECT, f"{REDIRECT}2"})),
        STAFF: App(redirect_uris=frozenset({REDIRECT}), audience=Audience.OFFICERS),
        "other-app": App(redirect_uris=frozenset({REDIRECT})),
    }
    return House(auth_settings.model_copy(update={"apps": apps}), unit_of_work, clock)


async def test_code_becomes_a_session(house, reading):
    """A code gives tokens that say who signed in, when and how surely."""
    pair = await house.signed_in()
    citizen = house.tokens.verify_citizen(pair.access_token)
    assert (citizen.assurance, citizen.signed_in_at, pair.expires_in) == (2, VOUCHED.signed_in_at, 600)
    async with reading() as read:
        party = (await read.session.exec(select(Party))).one()
        session = (await read.session.exec(select(Session))).one()
    assert (citizen.party_id, citizen.session_id) == (party.id, session.id)
    assert b"001190000001" not in party.number_sealed


async def test_code_works_once(house):
    """Of ten who use one code at once, one gets tokens."""
    code = await house.code()
    pairs = await asyncio.gather(*(house.redeem(code) for _ in range(10)))
    assert sum(pair is not None for pair in pairs) == 1
    assert await house.redeem(code) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"verifier": "b" * 43},
        {"verifier": "a" * 42},
        {"verifier": pkce.challenge_of(VERIFIER)},
        {"redirect_uri": f"{REDIRECT}2"},
        {"redirect_uri": "https://evil.example\x00"},
        {"client_id": "other-app"},
    ],
)
async def test_code_is_bound(house, changes):
    """A code is good only with its verifier, redirect address and app; who lacks them can not burn it."""
    code = await house.code()
    assert await house.redeem(code, **changes) is None
    assert await house.redeem(code) is not None


async def test_code_expires(house, clock):
    """A code is good for 60 seconds."""
    early, late = await house.code(), await house.code()
    clock.forward(59)
    assert await house.redeem(early) is not None
    clock.forward(1)
    assert await house.redeem(late) is None


async def test_unknown_app(house):
    """An app that is not registered is told so, before anything is looked up."""
    with pytest.raises(OAuthError, match="invalid_client"):
        await house.redeem("a code", client_id="nobody")
    with pytest.raises(OAuthError, match="invalid_client"):
        await house.refresh("a token", client_id="nobody")
    with pytest.raises(OAuthError, match="invalid_client"):
        await house.sign_out("a token", client_id="nobody")


async def test_one_party_for_one_person(house, reading, cipher):
    """Who signs in again is the same party, and a new name replaces the old one."""
    first = await house.signed_in()
    renamed = replace(VOUCHED, claims=CLAIMS | {"HoVaTen": "Nguyễn Thị Khác", "IAL": "1"})
    second = await house.redeem(await house.code(renamed))
    citizens = [house.tokens.verify_citizen(pair.access_token) for pair in (first, second)]
    assert citizens[0].party_id == citizens[1].party_id
    assert citizens[0].session_id != citizens[1].session_id
    assert citizens[1].assurance == 1
    async with reading() as read:
        assert (await profile(read, citizens[0].party_id)).name == "Nguyễn Thị Khác"


async def test_rotation(house, clock):
    """Each refresh gives another refresh token and an access token of the same session."""
    pair = await house.signed_in()
    session = house.tokens.verify_citizen(pair.access_token).session_id
    seen = {pair.refresh_token}
    for _ in range(3):
        clock.forward(300)
        pair = await house.refresh(pair.refresh_token)
        assert house.tokens.verify_citizen(pair.access_token).session_id == session
        seen.add(pair.refresh_token)
    assert len(seen) == 4


async def test_lost_answer(house, clock):
    """An app that repeats a refresh within 60 seconds gets the refresh token that it missed."""
    pair = await house.signed_in()
    lost = await house.refresh(pair.refresh_token)
    clock.forward(60)
    repeated = await house.refresh(pair.refresh_token)
    assert pair.refresh_token != lost.refresh_token == repeated.refresh_token
    assert isinstance(await house.refresh(lost.refresh_token), TokenPair)


async def test_refreshes_at_once(house):
    """An app that refreshes five times at once is told one refresh token five times."""
    pair = await house.signed_in()
    pairs = await asyncio.gather(*(house.refresh(pair.refresh_token) for _ in range(5)))
    (successor,) = {pair.refresh_token for pair in pairs}
    assert isinstance(await house.refresh(successor), TokenPair)


async def test_reuse_ends_the_session(house, clock):
    """A refresh token that turns up again after 60 seconds ends the session for everybody."""
    stolen = await house.signed_in()
    current = await house.refresh(stolen.refresh_token)
    clock.forward(61)
    theft = await house.refresh(stolen.refresh_token)
    citizen = house.tokens.verify_citizen(stolen.access_token)
    assert theft == Theft(session_id=citizen.session_id, party_id=citizen.party_id)
    assert await house.refresh(current.refresh_token) is None


async def test_reuse_after_the_successor(house):
    """A refresh token whose successor was used ends the session, however soon it turns up."""
    pair = await house.signed_in()
    current = await house.refresh((await house.refresh(pair.refresh_token)).refresh_token)
    assert isinstance(await house.refresh(pair.refresh_token), Theft)
    assert await house.refresh(current.refresh_token) is None


async def test_reuse_beside_its_successor(house, unit_of_work, reading):
    """A replay that waits for the use of the successor sees that it was used."""
    pair = await house.signed_in()
    current = await house.refresh(pair.refresh_token)
    async with unit_of_work() as uow:
        await house.sessions.refresh(uow, client_id=APP, refresh_token=current.refresh_token)
        replaying = asyncio.create_task(house.refresh(pair.refresh_token))
        await _until_somebody_waits(reading)
        await uow.commit()
    assert isinstance(await replaying, Theft)


async def test_another_device(house):
    """A refresh token without the key of its session ends the session, though it was never used before."""
    for key in ("another key", None):
        pair = await house.signed_in(bound_to="a key")
        assert pair.bound
        renewed = await house.refresh(pair.refresh_token, bound_to="a key")
        assert house.tokens.verify_citizen(renewed.access_token).bound_to == "a key"
        assert isinstance(await house.refresh(renewed.refresh_token, bound_to=key), Theft)
        assert await house.refresh(renewed.refresh_token, bound_to="a key") is None


async def test_binding_later(house):
    """An app that learns to prove a key has its session bound to it with its next refresh."""
    pair = await house.signed_in()
    renewed = await house.refresh(pair.refresh_token, bound_to="a key")
    assert (pair.bound, renewed.bound) == (False, True)
    assert isinstance(await house.refresh(renewed.refresh_token), Theft)


async def test_code_and_verifier_twice(house):
    """Who brings a used code with its verifier ends the session that it began; without it, nothing."""
    code = await house.code()
    pair = await house.redeem(code)
    assert await house.redeem(code, verifier="b" * 43) is None
    renewed = await house.refresh(pair.refresh_token)
    assert isinstance(renewed, TokenPair)
    assert await house.redeem(code) is None
    assert await house.refresh(renewed.refresh_token) is None


async def test_reuse_ends_one_session_only(house, clock):
    """Other sessions of the same person go on."""
    stolen, other = await house.signed_in(), await house.signed_in()
    await house.refresh(stolen.refresh_token)
    clock.forward(61)
    assert isinstance(await house.refresh(stolen.refresh_token), Theft)
    assert isinstance(await house.refresh(other.refresh_token), TokenPair)


async def test_another_app(house, clock):
    """A refresh token is nothing to another app, which can not end its session either."""
    pair = await house.signed_in()
    assert await house.refresh(pair.refresh_token, client_id="other-app") is None
    current = await house.refresh(pair.refresh_token)
    clock.forward(61)
    assert await house.refresh(pair.refresh_token, client_id="other-app") is None
    for token in (pair.refresh_token, pair.access_token):
        await house.sign_out(token, client_id="other-app")
    assert isinstance(await house.refresh(current.refresh_token), TokenPair)


async def test_sign_out_comes_first(house, unit_of_work, reading):
    """A refresh that meets a sign-out under way waits for it, and is refused."""
    pair = await house.signed_in()
    async with unit_of_work() as uow:
        await house.sessions.sign_out(uow, client_id=APP, token=pair.refresh_token)
        refreshing = asyncio.create_task(house.refresh(pair.refresh_token))
        await _until_somebody_waits(reading)
        await uow.commit()
    assert await refreshing is None


async def _end_all(house, pair) -> int:
    """Sign out everywhere."""
    party_id = house.tokens.verify_citizen(pair.access_token).party_id
    now = datetime.now(UTC)
    return await house.committed(lambda uow: overview.end_all(uow, party_id, kept=None, now=now))


async def test_sign_out_everywhere_takes_codes_along(house):
    """A code that was given before begins no session after it; a new one does."""
    pair, code = await house.signed_in(), await house.code()
    assert await _end_all(house, pair) == 1
    assert await house.redeem(code) is None
    assert await house.signed_in()


async def test_sign_out_everywhere_meets_a_code(house, unit_of_work, reading):
    """The session that somebody is beginning with a code meanwhile ends as well."""
    pair, code = await house.signed_in(), await house.code()
    async with unit_of_work() as uow:
        given = {"client_id": APP, "redirect_uri": REDIRECT, "verifier": VERIFIER}
        begun = await house.sessions.redeem(uow, code=code, **given)
        ending = asyncio.create_task(_end_all(house, pair))
        await _until_somebody_waits(reading)
        await uow.commit()
    assert await ending == 2
    assert await house.refresh(begun.refresh_token) is None


async def _until_somebody_waits(reading) -> None:
    async with asyncio.timeout(5):
        while not await _somebody_waits(reading):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.01)


async def _somebody_waits(reading) -> bool:
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with reading() as read:
        return (await (await read.driver()).execute(query)).rowcount > 0


async def test_idle_sessions_end(house, clock):
    """A session ends 60 days after its last use."""
    pair = await house.signed_in()
    clock.forward(timedelta(days=59).total_seconds())
    pair = await house.refresh(pair.refresh_token)
    clock.forward(timedelta(days=59).total_seconds())
    pair = await house.refresh(pair.refresh_token)
    clock.forward(timedelta(days=60).total_seconds())
    assert await house.refresh(pair.refresh_token) is None


async def test_officers_sessions_end_with_the_day(house, unit_of_work, clock):
    """Twelve hours after their last use: an officer's screen is in an office."""
    async with unit_of_work() as uow:
        subject = Subject(issuer=VOUCHED.issuer, subject=VOUCHED.subject)
        await officers.invite(uow, subject=subject, invited_by="test")
        await uow.commit()
    asked = replace(PENDING, client_id=STAFF)
    code = await house.committed(lambda uow: house.sign_ins.admit(uow, asked, VOUCHED))
    pair = await house.redeem(code, client_id=STAFF)
    for hours, goes_on in ((11, True), (11, True), (12, False)):
        clock.forward(timedelta(hours=hours).total_seconds())
        pair = await house.refresh(pair.refresh_token, client_id=STAFF)
        assert (pair is not None) == goes_on


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
async def test_sign_out(house, kind):
    """Signing out with either token ends the session, and no other; doing it twice is no error."""
    pair, other = await house.signed_in(), await house.signed_in()
    for _ in range(2):
        await house.sign_out(getattr(pair, kind))
    assert await house.refresh(pair.refresh_token) is None
    assert await house.refresh(other.refresh_token) is not None


async def test_unknown_tokens(house):
    """What is no token is refused, and signs nobody out."""
    pair = await house.signed_in()
    for text in ("", "nonsense", pair.access_token, "\x00"):
        assert await house.refresh(text) is None
    await house.sign_out("nonsense")
    assert await house.refresh(pair.refresh_token) is not None


async def test_secrets_are_not_kept(house, reading):
    """The database holds digests of codes and refresh tokens, and nothing that could be used."""
    code = await house.code()
    pair = await house.signed_in()
    async with reading() as read:
        driver = await read.driver()
        rows = []
        for table in ("authorization_code", "refresh_token"):
            rows += await (await driver.execute(f"SELECT t::text FROM {table} t")).fetchall()
    text = " ".join(row[0] for row in rows)
    assert opaque.digest(code).hex() in text
    assert opaque.digest(pair.refresh_token).hex() in text
    assert code not in text
    assert pair.refresh_token not in text


async def test_sweep(house, unit_of_work, clock):
    """What has expired is deleted, and what goes on is left."""
    await house.code()
    gone = await house.signed_in()
    clock.forward(timedelta(days=30).total_seconds())
    stays = await house.signed_in()
    stays = await house.refresh(stays.refresh_token)
    clock.forward(timedelta(days=30).total_seconds())
    now = datetime.fromtimestamp(clock(), UTC)
    assert await house.committed(lambda uow: repository.sweep(uow, now=now + timedelta(seconds=1))) == 3
    assert await house.refresh(gone.refresh_token) is None
    assert await house.refresh(stays.refresh_token) is not None


async def test_session_rows(house, reading, clock):
    """A session notes its last use and its new end."""
    pair = await house.signed_in()
    clock.forward(1000)
    await house.refresh(pair.refresh_token)
    async with reading() as read:
        session = (await read.session.exec(select(Session).where(col(Session.client_id) == APP))).one()
    assert session.last_used_at == datetime.fromtimestamp(clock(), UTC)
    assert session.expires_at - session.last_used_at == timedelta(days=60)
