"""A provider, or whoever stands between, that sends too much, too deep, too early or under the wrong key."""

import gzip
import hmac
import json
import time

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth.bounded import MOST_BYTES
from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import Return, Vouched, Wish
from auth.oidc import OpenIdProvider
from auth.opaque import encode
from auth.settings import AuthSettings
from storage.settings import Environment
from tests.auth.providers import FIRST_KEY, listening

METADATA = "/.well-known/openid-configuration"


@pytest.fixture
async def provider():
    """A provider on a socket, honest unless told otherwise."""
    async with listening() as running:
        yield running


@pytest.fixture
async def client(provider, tmp_path, clock):
    """What is tested; the time of both its clocks is `clock`."""
    settings = AuthSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path, idp_issuer=provider.issuer)
    async with OpenIdProvider(settings.citizen_provider(), now=clock, ticks=clock) as made:
        yield made


async def sign_in(client, provider, **returned) -> Vouched:
    departure = await client.begin("a state", Wish())
    provider.nonce = departure.nonce
    given = {"code": "a code", "issuer": None, "nonce": departure.nonce, "verifier": departure.verifier}
    return await client.complete(Return(**given | returned))


def filled(document: dict, size: int) -> bytes:
    """Return a document as JSON of exactly `size` bytes."""
    bare = len(json.dumps(document | {"filling": ""}))
    return json.dumps(document | {"filling": "a" * (size - bare)}).encode()


@pytest.mark.parametrize("path", [METADATA, "/jwks", "/token"])
async def test_size(client, provider, path):
    """256 kB of an answer are read, and not one byte more."""
    departure = await client.begin("a state", Wish())
    provider.nonce = departure.nonce
    _, honest = await provider.answer(path)
    answers = provider.answers
    for size, good in ((MOST_BYTES, True), (MOST_BYTES + 1, False)):
        answers[path] = (200, filled(honest, size))
        async with OpenIdProvider(client._settings) as fresh:
            returned = Return(code="c", issuer=None, nonce=departure.nonce, verifier=departure.verifier)
            if good:
                assert (await fresh.complete(returned)).subject == "somebody"
            else:
                with pytest.raises(ProviderUnavailable, match="OversizedAnswer"):
                    await fresh.complete(returned)


@pytest.mark.parametrize("path", [METADATA, "/jwks", "/token"])
async def test_packed(client, provider, path):
    """A few bytes that would unpack to a gigabyte are not unpacked."""
    provider.answers[path] = (200, gzip.compress(b"[" + b" " * 10_000_000 + b"]"))
    provider.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(ProviderUnavailable, match="OversizedAnswer"):
        await sign_in(client, provider)


@pytest.mark.parametrize("path", [METADATA, "/jwks", "/token"])
async def test_depth(client, provider, path):
    """An answer that is nested beyond reason is an outage, and no error of ours."""
    provider.answers[path] = (200, b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(ProviderUnavailable):
        await sign_in(client, provider)


@pytest.mark.parametrize("document", [b"5", b"null", b'"error"', b'{"error": ["a"]}', b'{"expires_in": {}}'])
async def test_odd_token_answers(client, provider, document):
    """JSON that is no token answer signs nobody in, whatever else it is."""
    provider.answers["/token"] = (200, document)
    with pytest.raises((ProviderUnavailable, SignInRefused)):
        await sign_in(client, provider)


async def test_large_id_token(client, provider):
    """An ID token of over 16 kB is refused before anything of it is looked at."""
    provider.claims = {"filling": "a" * 16_000}
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


async def test_deep_id_token(client, provider):
    """An ID token that is nested beyond reason is refused."""
    provider.tokens = {"id_token": provider.sign(b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}")}
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"exp": -29}, True),
        ({"exp": -31}, False),
        ({"iat": 29}, True),
        ({"iat": 31}, False),
        ({"nbf": 29}, True),
        ({"nbf": 31}, False),
        ({"auth_time": 59}, True),
        ({"auth_time": 62}, False),
    ],
)
async def test_clocks_that_differ(client, provider, clock, claims, good):
    """Clocks may differ by half a minute; a token beyond that has expired, or is not good yet."""
    clock.seconds = float(int(time.time()))
    provider.claims = {name: int(clock.seconds) + offset for name, offset in claims.items()}
    if good:
        assert (await sign_in(client, provider)).subject == "somebody"
    else:
        with pytest.raises(SignInRefused, match=r"id_token|auth_time"):
            await sign_in(client, provider)


async def test_public_key_as_shared_secret(client, provider):
    """A token under HS256 with the published RSA key as its secret is refused."""
    departure = await client.begin("a state", Wish())
    provider.nonce = departure.nonce
    payload = provider.id_token().split(".")[1]
    signed = f"{encode(json.dumps({'alg': 'HS256', 'kid': 'first'}).encode())}.{payload}"
    for secret in (FIRST_KEY.as_pem(private=False), json.dumps(FIRST_KEY.as_dict(private=False)).encode()):
        # By hand, as joserfc would not do it.
        mac = hmac.digest(secret, signed.encode(), "sha256")
        provider.tokens = {"id_token": f"{signed}.{encode(mac)}"}
        with pytest.raises(SignInRefused, match="id_token"):
            await client.complete(
                Return(code="c", issuer=None, nonce=departure.nonce, verifier=departure.verifier)
            )


async def test_shared_secret_among_the_keys(client, provider):
    """Not even a key set that publishes a secret makes HS256 good."""
    secret = OctKey.generate_key(256, {"kid": "shared"})
    provider.answers["/jwks"] = (200, {"keys": [secret.as_dict(private=True)]})
    provider.header, provider.signing_key = {"alg": "HS256"}, secret
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS384", FIRST_KEY),
        ("PS512", FIRST_KEY),
        ("ES384", ECKey.generate_key("P-384", {"kid": "curve"})),
        ("ES256K", ECKey.generate_key("secp256k1", {"kid": "bitcoin"})),
    ],
)
async def test_other_algorithms(client, provider, algorithm, key):
    """What is not on our list is refused, be it good or not."""
    provider.key = provider.signing_key = key
    provider.header = {"alg": algorithm}
    provider.metadata = {"id_token_signing_alg_values_supported": [algorithm]}
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(client, provider)


async def test_probabilistic_signatures(client, provider):
    """PS256, which FAPI asks for, is good."""
    provider.header = {"alg": "PS256"}
    assert (await sign_in(client, provider)).subject == "somebody"


async def test_key_in_the_token(client, provider):
    """A key that the token brings along, or an address of keys, counts for nothing."""
    stranger = RSAKey.generate_key(2048, {"kid": "first"})
    provider.signing_key = stranger
    for header in ({"jwk": stranger.as_dict(private=False)}, {"jku": f"{provider.issuer}/evil"}):
        provider.header = header
        with pytest.raises(SignInRefused, match="id_token"):
            await sign_in(client, provider)
    assert provider.seen["/evil"] == 0


@pytest.mark.parametrize("subject", ["", "a" * 256, 5, ["somebody"]])
async def test_odd_subjects(client, provider, subject):
    """An account without a proper name of its own is nobody's."""
    provider.claims = {"sub": subject}
    with pytest.raises(SignInRefused):
        await sign_in(client, provider)


async def test_cookies_are_not_kept(client, provider):
    """What the provider sets when it is asked for one person does not go with what is asked for the next."""
    provider.headers = {"Set-Cookie": "session=of-one-person; Path=/"}
    for _ in range(2):
        await sign_in(client, provider)
    assert provider.cookies == []


async def test_nobody_is_shown(client, provider):
    """What is vouched for does not show itself where it is printed."""
    provider.tokens = {"refresh_token": "their secret"}
    vouched = await sign_in(client, provider)
    assert vouched.refresh_token == "their secret"
    assert not [text for text in ("their secret", "001190000001", "Ví Dụ") if text in repr(vouched)]
