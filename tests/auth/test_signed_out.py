"""Signing out at the provider: which tokens are believed, and which sessions end."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import OctKey, RSAKey

from auth import opaque, signed_out, ties
from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import SignedOut
from auth.oidc import OpenIdProvider
from auth.settings import AuthSettings
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.sessions import repository
from storage.sessions.repository import Admission
from storage.settings import Environment
from tests.auth.providers import listening

ISSUER = "https://idp.example.vn"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
async def provider():
    """A provider on a socket, honest unless told otherwise."""
    async with listening() as running:
        yield running


@pytest.fixture
async def client(provider, tmp_path, clock):
    """What listens to the provider."""
    settings = AuthSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer=provider.issuer)
    async with OpenIdProvider(settings.citizen_provider(), now=clock, ticks=clock) as made:
        yield made


async def read(client, token: str) -> SignedOut:
    return await signed_out.read(token, [client])


async def test_honest(client, provider):
    """A logout token tells whose session ends, when it was told, and its own name."""
    told = await read(client, provider.logout_token(sid="a session", jti="once"))
    assert (told.issuer, told.subject, told.sid, told.jti) == (
        provider.issuer,
        "somebody",
        "a session",
        "once",
    )
    assert abs(datetime.now(UTC) - told.told_at) < timedelta(minutes=1)


@pytest.mark.parametrize("typ", [None, "JWT", "logout+jwt", "LOGOUT+JWT"])
async def test_types(client, provider, typ):
    """A token may leave out what type it is, as those of before 2022 do."""
    provider.header = {"typ": typ}
    assert (await read(client, provider.logout_token())).subject == "somebody"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nonce": "n"}, "logout_token"),
        ({"events": None}, "logout_token"),
        ({"events": {}}, "logout_token"),
        ({"events": [EVENT]}, "logout_token"),
        ({"events": {EVENT: True}}, "logout_token"),
        ({"sub": None}, "logout_token"),
        ({"sub": ""}, "logout_token"),
        ({"sub": 1}, "logout_token"),
        ({"sub": "a" * 256}, "logout_token"),
        ({"sid": ["a"]}, "logout_token"),
        ({"jti": None}, "logout_token"),
        ({"jti": 5}, "logout_token"),
        ({"jti": "a" * 256}, "logout_token"),
        ({"iat": None}, "logout_token"),
        ({"iat": "now"}, "logout_token"),
        ({"iat": int(time.time()) - 400}, "logout_token_age"),
        ({"iat": int(time.time()) + 400}, "logout_token"),
        ({"exp": int(time.time()) - 60}, "logout_token"),
        ({"aud": "another"}, "logout_token"),
        ({"aud": "another", "azp": "tindan"}, "logout_token"),
        ({"aud": None}, "logout_token"),
        ({"iss": "https://evil.example"}, "logout_token_issuer"),
        ({"iss": None}, "logout_token_issuer"),
        ({"iss": ["a"]}, "logout_token_issuer"),
    ],
)
async def test_wrong_claims(client, provider, changes, reason):
    """What is no logout token for us, or is old, signs nobody out."""
    with pytest.raises(SignInRefused) as caught:
        await read(client, provider.logout_token(**changes))
    assert caught.value.reason == reason


@pytest.mark.parametrize("typ", ["at+jwt", "secevent+jwt", ""])
async def test_other_types(client, provider, typ):
    """A token of another type is none of these."""
    provider.header = {"typ": typ}
    with pytest.raises(SignInRefused, match="logout_token"):
        await read(client, provider.logout_token())


async def test_id_token_is_no_logout_token(client, provider):
    """An ID token, which everybody has who signed in, signs nobody out."""
    with pytest.raises(SignInRefused, match="logout_token"):
        await read(client, provider.id_token())


async def test_unsigned_and_borrowed(client, provider):
    """Unsigned, signed with the client secret, or under a borrowed key name: all refused."""
    provider.header = {"alg": "none"}
    tokens = [provider.logout_token()]
    provider.header = {"alg": "HS256", "kid": "first"}
    honest, provider.signing_key = provider.signing_key, OctKey.import_key("development-only" * 4)
    tokens.append(provider.logout_token())
    provider.header, provider.signing_key = {}, RSAKey.generate_key(2048, {"kid": "first"})
    tokens.append(provider.logout_token())
    provider.signing_key = honest
    for token in tokens:
        with pytest.raises(SignInRefused, match="logout_token"):
            await read(client, token)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "[" * 9000, "a" * 20_000])
async def test_no_token(client, token):
    """What is no token is refused without asking anybody."""
    with pytest.raises(SignInRefused, match="logout_token_issuer"):
        await read(client, token)


async def test_huge_and_deep(client, provider):
    """A token beyond 16 kB, or nested beyond reason, is refused, and not an error of ours."""
    with pytest.raises(SignInRefused, match="logout_token"):
        await read(client, provider.logout_token(filling="a" * 16_000))
    deep = (
        json.dumps({"iss": provider.issuer})[:-1].encode() + b', "deep": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    )
    with pytest.raises(SignInRefused, match="logout_token"):
        await read(client, provider.sign(deep))


async def test_keys_are_not_to_be_had(client, provider):
    """Without the provider's keys nobody is believed."""
    provider.answers["/jwks"] = (500, {})
    with pytest.raises(ProviderUnavailable):
        await read(client, provider.logout_token())


async def test_one_issuer_for_two_audiences(client, provider, tmp_path):
    """Where officers and citizens share a provider, the one is found to whom it speaks."""
    settings = AuthSettings(
        env=Environment.DEVELOPMENT,
        data_dir=tmp_path,
        staff_issuer=provider.issuer,
        staff_client_id="tindan-staff",
    ).staff_provider()
    async with OpenIdProvider(settings) as staff:
        for audience in ("tindan", "tindan-staff"):
            token = provider.logout_token(aud=audience)
            assert (await signed_out.read(token, [client, staff])).subject == "somebody"
        with pytest.raises(SignInRefused, match="logout_token"):
            await signed_out.read(provider.logout_token(aud="nobody"), [client, staff])


@pytest.fixture
async def begin(unit_of_work, cipher):
    """Begin a session of an account and session at the provider; return its id."""

    async def make(subject: str, sid: str | None = None, *, at: datetime = NOW):
        async with unit_of_work() as uow:
            identity = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
            (key,) = await parties.find_or_create(uow, [identity])
            session_id = await repository.start_session(
                uow,
                Admission(
                    client_id="tindan-app",
                    party_id=key.party_id,
                    assurance=2,
                    signed_in_at=at,
                    provider="citizens",
                    provider_subject_index=ties.subject_index(cipher, ISSUER, subject),
                    provider_session_index=sid and ties.session_index(cipher, ISSUER, sid),
                ),
                opaque.digest(opaque.draw()),
                code_digest=opaque.digest(opaque.draw()),
                device_name=None,
                now=at,
                expires_at=at + timedelta(days=60),
            )
            await uow.commit()
            return session_id

    return make


def told(
    subject: str | None, sid: str | None = None, *, jti: str = "once", issuer: str = ISSUER
) -> SignedOut:
    return SignedOut(issuer=issuer, jti=jti, told_at=NOW, subject=subject, sid=sid)


@pytest.fixture
def end(unit_of_work):
    """Have told what was told, committed."""

    async def tell(what: SignedOut) -> set:
        async with unit_of_work() as uow:
            ended = await signed_out.end(uow, what, now=NOW)
            await uow.commit()
            return set(ended)

    return tell


async def test_all_sessions_of_an_account(begin, end):
    """An account's sign-out ends all its sessions and no other's, once."""
    mine = {await begin("An", "one"), await begin("An", "two"), await begin("An")}
    other = await begin("Bình", "three")
    assert await end(told("An")) == mine
    assert await end(told("An", jti="again")) == set()
    assert await end(told("Bình", jti="third")) == {other}


async def test_one_session(begin, end):
    """The end of one session at the provider ends what goes back to it, and what goes back to none."""
    one, _two, none = await begin("An", "one"), await begin("An", "two"), await begin("An")
    stranger = await begin("Bình")
    assert await end(told("An", "one")) == {one, none}
    assert await end(told(None, "two", jti="b")) == {_two}
    assert await end(told("Bình", jti="c")) == {stranger}


async def test_names_do_not_mix(begin, end):
    """A sid of somebody else's, another issuer's names, and a sid that is a subject end nothing."""
    await begin("An", "one")
    for n, what in enumerate((("Bình", "one"), (None, "An"), ("one", None))):
        assert await end(told(*what, jti=str(n))) == set()
    assert await end(told("An", "one", issuer="https://evil.example")) == set()


async def test_told_twice(begin, end):
    """What is told a second time ends nothing, not even who has signed in again meanwhile."""
    assert await end(told("An")) == set()
    await begin("An")
    assert await end(told("An")) == set()


async def test_signed_in_again(begin, end):
    """Who signed in after the provider told, however late that arrives, stays."""
    old = await begin("An", at=NOW - timedelta(hours=1))
    await begin("An", at=NOW + timedelta(minutes=2))
    assert await end(told("An")) == {old}


async def test_code_under_way(unit_of_work, begin, end, cipher):
    """A code that was given out and not yet used becomes no session."""
    async with unit_of_work() as uow:
        (key,) = await parties.find_or_create(
            uow, [PartyIdentity(kind=PartyKind.PERSON, number="001190000001")]
        )
        for number, subject in enumerate(("An", "Bình")):
            await repository.keep_code(
                uow,
                bytes([number]),
                Admission(
                    client_id="tindan-app",
                    party_id=key.party_id,
                    assurance=2,
                    signed_in_at=NOW,
                    provider_subject_index=ties.subject_index(cipher, ISSUER, subject),
                ),
                redirect_uri="https://example.vn",
                challenge="c" * 43,
                expires_at=NOW + timedelta(minutes=1),
            )
        await uow.commit()
    await end(told("An"))
    async with unit_of_work() as uow:
        left = await (
            await (await uow.driver()).execute("SELECT code_hash FROM authorization_code")
        ).fetchall()
    assert left == [(b"\x01",)]
