"""Sign-in by an OpenID provider: one that is honest, and many that are not."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth import provider_client
from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import Return, Vouched, Wish
from auth.oidc import OpenIdProvider
from auth.pkce import challenge_of
from auth.settings import AuthSettings
from storage.settings import Environment
from tests.auth.providers import listening


@pytest.fixture
async def provider():
    """A provider on a socket, honest unless told otherwise."""
    async with listening() as running:
        yield running


@pytest.fixture
async def client(provider, tmp_path, clock):
    """What is tested, pointed at the provider; its cache ages by `clock`."""
    settings = AuthSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer=provider.issuer)
    async with OpenIdProvider(settings.citizen_provider(), ticks=clock) as made:
        yield made


async def sign_in(client, provider, *, issuer: str | None = None) -> Vouched:
    departure = await client.begin("a state", Wish())
    provider.nonce = departure.nonce
    return await client.complete(
        Return(code="a code", issuer=issuer, nonce=departure.nonce, verifier=departure.verifier)
    )


async def test_departure(client, provider):
    """People are sent to the provider's page with state, nonce and an S256 challenge."""
    departure = await client.begin("a state", Wish())
    url = urlsplit(departure.url)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}/authorize"
    assert query == {
        "response_type": "code",
        "client_id": "tindan",
        "redirect_uri": "http://127.0.0.1:8080/oauth/callback",
        "scope": "openid profile",
        "state": "a state",
        "nonce": departure.nonce,
        "code_challenge": challenge_of(departure.verifier),
        "code_challenge_method": "S256",
    }


async def test_two_departures_differ(client):
    """Nonce and verifier are drawn anew for everybody."""
    first, second = await client.begin("a", Wish()), await client.begin("b", Wish())
    assert first.nonce != second.nonce
    assert first.verifier != second.verifier


async def test_honest(client, provider):
    """An honest provider is believed, and gets the verifier and our secret."""
    vouched = await sign_in(client, provider)
    assert (vouched.issuer, vouched.subject) == (provider.issuer, "somebody")
    assert vouched.claims["SoDinhDanh"] == "001190000001"
    assert abs(datetime.now(UTC) - vouched.signed_in_at) < timedelta(minutes=1)
    assert (vouched.sid, vouched.refresh_token) == (None, None)
    assert provider.form["redirect_uri"] == "http://127.0.0.1:8080/oauth/callback"
    assert len(provider.form["code_verifier"]) == 43
    assert provider.authorization.startswith("Basic ")


async def test_secret_in_the_form(client, provider):
    """A provider that takes our secret in the form only gets it there."""
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await sign_in(client, provider)
    assert provider.form["client_secret"] == "development-only"
    assert provider.authorization == ""


async def test_elliptic_key(client, provider):
    """A provider may sign with ES256 as well."""
    provider.key = provider.signing_key = ECKey.generate_key("P-256", {"kid": "curve"})
    provider.header = {"alg": "ES256"}
    assert (await sign_in(client, provider)).subject == "somebody"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 1}, "nonce"),
        ({"nonce": "\ud800"}, "nonce"),
        ({"aud": "another"}, "id_token"),
        ({"aud": "another", "azp": "tindan"}, "id_token"),
        ({"aud": ["another"]}, "id_token"),
        ({"aud": ["tindan", "another"]}, "azp"),
        ({"aud": ["tindan", "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"aud": None}, "id_token"),
        ({"iss": "http://127.0.0.1:1"}, "id_token"),
        ({"iss": None}, "id_token"),
        ({"exp": 1}, "id_token"),
        ({"exp": None}, "id_token"),
        ({"iat": None}, "id_token"),
        ({"iat": 4_000_000_000}, "id_token"),
        ({"sub": None}, "id_token"),
        ({"at_hash": "of another token"}, "at_hash"),
    ],
)
async def test_wrong_claims(client, provider, claims, reason):
    """An ID token that is somebody else's, old, or an answer to something else is refused."""
    provider.claims = claims
    with pytest.raises(SignInRefused) as caught:
        await sign_in(client, provider)
    assert caught.value.reason == reason


async def test_several_audiences(client, provider):
    """Among several audiences ours counts when the token was issued to us."""
    provider.claims = {"aud": ["tindan", "another"], "azp": "tindan"}
    assert (await sign_in(client, provider)).subject == "somebody"


async def test_unsigned(client, provider):
    """An unsigned ID token is refused even where the metadata allows it."""
    provider.metadata = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    provider.header = {"alg": "none"}
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


async def test_shared_secret(client, provider):
    """An ID token signed with the client secret is refused: whoever holds it could make one."""
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256"]}
    provider.header = {"alg": "HS256", "kid": "first"}
    provider.signing_key = OctKey.import_key("development-only" * 4)
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


async def test_borrowed_key_name(client, provider):
    """An ID token under another key that borrows the name of the right one is refused."""
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "first"})
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


@pytest.mark.parametrize(
    "tokens", [{}, {"access_token": "a"}, {"id_token": "a"}, {"access_token": "a", "id_token": "…"}]
)
async def test_no_id_token(client, provider, tokens):
    """Nobody is signed in without both tokens."""
    provider.answers["/token"] = (200, tokens)
    with pytest.raises(SignInRefused, match=r"id_token|access_token"):
        await sign_in(client, provider)


async def test_unknown_keys_do_not_hammer(client, provider, clock):
    """However many tokens name unknown keys, the keys are fetched again once in 30 seconds at most."""
    await sign_in(client, provider)
    provider.header = {"kid": "forged"}
    clock.forward(31)
    for _ in range(2):
        outcomes = await asyncio.gather(
            *(sign_in(client, provider) for _ in range(10)), return_exceptions=True
        )
        assert {getattr(outcome, "reason", None) for outcome in outcomes} == {"id_token_key"}
        assert provider.seen["/jwks"] == 2
    clock.forward(31)
    with pytest.raises(SignInRefused):
        await sign_in(client, provider)
    assert provider.seen["/jwks"] == 3


async def test_rotated_key(client, provider, clock):
    """A key that the provider has just begun to use is found."""
    await sign_in(client, provider)
    provider.key = provider.signing_key = RSAKey.generate_key(2048, {"kid": "second"})
    clock.forward(31)
    await sign_in(client, provider)
    assert provider.seen["/jwks"] == 2


async def test_cache(client, provider, clock):
    """Metadata and keys are fetched once in ten minutes."""
    for _ in range(3):
        await sign_in(client, provider)
    assert (provider.seen["/.well-known/openid-configuration"], provider.seen["/jwks"]) == (1, 1)
    clock.forward(601)
    await sign_in(client, provider)
    assert (provider.seen["/.well-known/openid-configuration"], provider.seen["/jwks"]) == (2, 2)


async def test_withdrawn_key(client, provider, clock):
    """A key that the provider withdrew is believed for ten minutes at most."""
    await sign_in(client, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    clock.forward(601)
    with pytest.raises(SignInRefused, match="id_token_key"):
        await sign_in(client, provider)


@pytest.mark.parametrize(
    ("announced", "said", "good"),
    [
        (True, "ours", True),
        (True, None, False),
        (True, "http://127.0.0.1:1", False),
        (False, None, True),
        (False, "ours", True),
        (False, "http://127.0.0.1:1", False),
    ],
)
async def test_issuer_of_the_answer(client, provider, announced, said, good):
    """An answer that names another issuer, or none where one was promised, is refused before its code is used."""
    provider.metadata = {"authorization_response_iss_parameter_supported": announced}
    issuer = provider.issuer if said == "ours" else said
    if good:
        await sign_in(client, provider, issuer=issuer)
    else:
        with pytest.raises(SignInRefused, match="issuer"):
            await sign_in(client, provider, issuer=issuer)
        assert provider.seen["/token"] == 0


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        (400, {"error": "invalid_grant"}, SignInRefused),
        (401, {"error": "invalid_client"}, ProviderUnavailable),
        (500, {}, ProviderUnavailable),
        (502, b"<html>", ProviderUnavailable),
        (200, b"nonsense", ProviderUnavailable),
        (200, [], ProviderUnavailable),
    ],
)
async def test_token_endpoint_fails(client, provider, status, document, error):
    """A bad code is the citizen's to try again; the rest is an outage."""
    provider.answers["/token"] = (status, document)
    with pytest.raises(error):
        await sign_in(client, provider)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [(500, {}), (302, {}), (200, b"nonsense"), (200, []), (200, {}), (200, {"keys": []}), (200, {"keys": 1})],
)
async def test_documents_fail(client, provider, path, answer):
    """Metadata or keys that can not be had are an outage, and are asked for again next time."""
    provider.answers[path] = answer
    with pytest.raises(ProviderUnavailable):
        await sign_in(client, provider)
    del provider.answers[path]
    await sign_in(client, provider)


@pytest.mark.parametrize(
    "metadata", [{"issuer": "http://127.0.0.1:1"}, {"jwks_uri": "::"}, {"jwks_uri": None}]
)
async def test_bad_metadata(client, provider, metadata):
    """Metadata of another issuer or without what we need is no metadata."""
    provider.metadata = metadata
    with pytest.raises(ProviderUnavailable):
        await sign_in(client, provider)


async def test_slow_provider(client, provider, monkeypatch):
    """A provider that does not answer in time is an outage; those who wait meanwhile share one try."""
    monkeypatch.setattr(provider_client, "TIMEOUT_SECONDS", 0.1)
    provider.pause = asyncio.Event()
    outcomes = await asyncio.gather(*(client.begin("a", Wish()) for _ in range(5)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ProviderUnavailable}
    assert provider.seen["/.well-known/openid-configuration"] == 1


async def test_nobody_there(client, provider, tmp_path):
    """A provider that is down is an outage."""
    settings = AuthSettings(
        env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer="http://127.0.0.1:1/idp"
    )
    async with OpenIdProvider(settings.citizen_provider()) as nobody:
        with pytest.raises(ProviderUnavailable):
            await nobody.begin("a state", Wish())
