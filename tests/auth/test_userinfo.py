"""Who signed in, as told at the userinfo endpoint: by a strict provider, and by one like VNeID's deployments."""

from dataclasses import replace

import pytest
from joserfc.jwk import RSAKey

from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import Return, Vouched, Wish
from auth.oidc import OpenIdProvider
from auth.providers import ClaimMap, Endpoints, Userinfo
from auth.settings import AuthSettings
from auth.vneid import VneidProvider
from storage.settings import Environment
from tests.auth.providers import ACCESS_TOKEN, PERSON, listening


@pytest.fixture
async def provider():
    """A provider on a socket, honest unless told otherwise."""
    async with listening() as running:
        yield running


@pytest.fixture
async def make(provider, tmp_path, clock):
    """Make a client of either profile; closed in the end."""
    given = AuthSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer=provider.issuer)
    made = []

    def of(kind, **changes) -> OpenIdProvider:
        made.append(kind(replace(given.citizen_provider(), **changes), ticks=clock))
        return made[-1]

    yield of
    for one in made:
        await one.__aexit__()


@pytest.fixture
def endpoints(provider) -> Endpoints:
    """Where a provider is that publishes nothing."""
    return Endpoints(
        authorization_endpoint=f"{provider.issuer}/authorize",
        token_endpoint=f"{provider.issuer}/token",
        userinfo_endpoint=f"{provider.issuer}/userinfo",
        jwks_uri=f"{provider.issuer}/jwks",
    )


async def sign_in(client, provider) -> Vouched:
    departure = await client.begin("a state", Wish())
    provider.nonce = departure.nonce
    return await client.complete(
        Return(code="a code", issuer=None, nonce=departure.nonce, verifier=departure.verifier)
    )


async def test_strict_provider_is_asked(make, provider):
    """Claims that the ID token lacks come from the userinfo endpoint; what was signed counts for more."""
    client = make(OpenIdProvider, userinfo=Userinfo(ask=True))
    provider.claims = dict.fromkeys(PERSON) | {"IAL": "1"}
    vouched = await sign_in(client, provider)
    assert (vouched.claims["SoDinhDanh"], vouched.claims["IAL"]) == ("001190000001", "1")
    assert provider.authorization == f"Bearer {ACCESS_TOKEN}"


async def test_strict_provider_is_not_asked(make, provider):
    """Without the setting an ID token says all."""
    await sign_in(make(OpenIdProvider), provider)
    assert provider.seen["/userinfo"] == 0


@pytest.mark.parametrize("subject", ["somebody else", None, 5])
async def test_substituted_person(make, provider, subject):
    """Claims of another account than the ID token's are refused (OpenID Connect Core 1.0, 5.3.2)."""
    provider.told = {"sub": subject}
    with pytest.raises(SignInRefused, match="userinfo_subject"):
        await sign_in(make(OpenIdProvider, userinfo=Userinfo(ask=True)), provider)


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (401, {"error": "invalid_token"}), (200, b"<html>"), (200, b"[" * 100_000), (302, {})],
)
async def test_userinfo_is_down(make, provider, endpoints, answer):
    """An endpoint that does not answer is an outage."""
    provider.answers["/userinfo"] = answer
    for client in (
        make(OpenIdProvider, userinfo=Userinfo(ask=True)),
        make(VneidProvider, endpoints=endpoints),
    ):
        with pytest.raises(ProviderUnavailable):
            await sign_in(client, provider)


async def test_no_userinfo_endpoint(make, provider):
    """A provider that has no such endpoint can not be asked there."""
    provider.metadata = {"userinfo_endpoint": None}
    with pytest.raises(ProviderUnavailable, match="no userinfo endpoint"):
        await sign_in(make(OpenIdProvider, userinfo=Userinfo(ask=True)), provider)


@pytest.mark.parametrize("tokens", [{"id_token": None}, {}])
async def test_vneid(make, provider, endpoints, tokens):
    """Without discovery, with or without an ID token, the userinfo endpoint says who it is."""
    provider.tokens, provider.claims = tokens, dict.fromkeys(PERSON)
    vouched = await sign_in(make(VneidProvider, endpoints=endpoints), provider)
    assert (vouched.subject, vouched.claims["SoDinhDanh"]) == ("somebody", "001190000001")
    assert provider.seen["/.well-known/openid-configuration"] == 0
    assert len(provider.form["code_verifier"]) == 43


async def test_vneid_without_nonce(make, provider, endpoints):
    """An ID token without nonce is good here; one with another nonce is not."""
    client = make(VneidProvider, endpoints=endpoints)
    provider.claims = {"nonce": None}
    assert (await sign_in(client, provider)).subject == "somebody"
    provider.claims = {"nonce": "another"}
    with pytest.raises(SignInRefused, match="nonce"):
        await sign_in(client, provider)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"header": {"alg": "none"}}, "id_token"),
        ({"signing_key": RSAKey.generate_key(2048, {"kid": "first"})}, "id_token"),
        ({"claims": {"aud": "another"}}, "id_token"),
        ({"claims": {"sub": "somebody else"}}, "userinfo_subject"),
        ({"tokens": {"access_token": None}}, "access_token"),
    ],
)
async def test_vneid_verifies_what_is_there(make, provider, endpoints, changes, reason):
    """Where there is an ID token it must be good, and speak of the same account."""
    for name, value in changes.items():
        setattr(provider, name, value)
    with pytest.raises(SignInRefused, match=reason):
        await sign_in(make(VneidProvider, endpoints=endpoints), provider)


async def test_other_name_of_the_account(make, provider, endpoints):
    """The account may be named by another claim than `sub`."""
    provider.tokens, provider.told = {"id_token": None}, {"sub": None, "TechID": "T-1"}
    client = make(VneidProvider, endpoints=endpoints, claims=ClaimMap(subject="TechID"))
    assert (await sign_in(client, provider)).subject == "T-1"
    with pytest.raises(SignInRefused, match="subject"):
        await sign_in(make(VneidProvider, endpoints=endpoints), provider)


async def test_envelope(make, provider, endpoints):
    """The claims may lie in an envelope; without it, or with nothing in it, nobody is signed in."""
    provider.tokens = {"id_token": None}
    client = make(VneidProvider, endpoints=endpoints, userinfo=Userinfo(envelope=("data", "profile")))
    provider.answers["/userinfo"] = (200, {"code": 0, "data": {"profile": PERSON | {"sub": "somebody"}}})
    assert (await sign_in(client, provider)).subject == "somebody"
    for document in (PERSON, {"data": None}, {"data": []}, {"data": {"profile": "text"}}, []):
        provider.answers["/userinfo"] = (200, document)
        with pytest.raises(SignInRefused, match="userinfo"):
            await sign_in(client, provider)


async def test_signed(make, provider, endpoints):
    """Claims may be signed, bare or in an envelope; then nothing else is believed."""
    provider.tokens = {"id_token": None}
    told = PERSON | {"sub": "somebody", "iss": provider.issuer, "aud": "tindan"}
    bare = make(VneidProvider, endpoints=endpoints, userinfo=Userinfo(signed=True))
    enveloped = make(VneidProvider, endpoints=endpoints, userinfo=Userinfo(signed=True, envelope=("data",)))
    signed = provider.sign(told)
    provider.answers["/userinfo"] = (200, signed.encode())
    assert (await sign_in(bare, provider)).subject == "somebody"
    provider.answers["/userinfo"] = (200, {"data": signed})
    assert (await sign_in(enveloped, provider)).subject == "somebody"
    for document in (
        {"data": told},
        {"data": provider.sign(told | {"aud": "another"})},
        {"data": provider.sign(told | {"iss": "https://evil.example"})},
        {"data": provider.sign({name: told[name] for name in told if name != "aud"})},
        {"data": f"{signed[:-2]}AA"},
        {"data": provider.logout_token()},
    ):
        provider.answers["/userinfo"] = (200, document)
        with pytest.raises(SignInRefused, match="userinfo"):
            await sign_in(enveloped, provider)


async def test_scope(make, provider, endpoints):
    """What to be able to ask later is asked for where the provider has it, or the settings name it."""
    provider.metadata = {"scopes_supported": ["openid", "profile", "offline_access"]}
    for client, scope in (
        (make(OpenIdProvider), "openid+profile+offline_access"),
        (make(VneidProvider, endpoints=endpoints), "openid+profile"),
        (make(VneidProvider, endpoints=endpoints, scope="openid extra"), "openid+extra"),
    ):
        assert f"scope={scope}&" in (await client.begin("a", Wish())).url
