"""Which assertions of a client are believed."""

import hmac
import time
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from auth import assertions
from auth.assertions import Assertions, claimed_client
from auth.key_sets import ClientKeys
from storage.agencies.clients import KnownClient
from storage.ids import new_id
from tests.auth.publisher import publishing

ISSUER = "https://api.example.vn"
ENDPOINT = f"{ISSUER}/oauth/token"
CURVE = ECKey.generate_key("P-256", {"kid": "curve"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER = ECKey.generate_key("P-256", {"kid": "curve"})
AGENCY: UUID = new_id()


def public(*keys) -> dict:
    return KeySet(list(keys)).as_dict(private=False)


def known(**changes) -> KnownClient:
    given = {"client_id": "portal", "agency_id": AGENCY, "scopes": frozenset({"events"})}
    return KnownClient(**given | {"key_sets": (public(CURVE, RSA),)} | changes)


def from_now(seconds: int):
    """A time that is told when it is signed: the test may run long after it was collected."""
    return lambda: int(time.time()) + seconds


def signed(key=CURVE, alg: str = "ES256", header: dict | None = None, **changes) -> str:
    """Sign an honest assertion, changed; None leaves a claim out."""
    now = int(time.time())
    honest = {"iss": "portal", "sub": "portal", "aud": ENDPOINT, "iat": now, "exp": now + 60, "jti": "1"}
    told = {name: value() if callable(value) else value for name, value in (honest | changes).items()}
    claims = {name: value for name, value in told.items() if value is not None}
    head = {"alg": alg} | ({"kid": key.kid} if key.kid else {}) | (header or {})
    return jwt.encode(head, claims, key, algorithms=[alg])


@pytest.fixture
def judge(clock) -> Assertions:
    return Assertions({ISSUER, ENDPOINT}, ClientKeys(), now=clock)


@pytest.mark.parametrize(("key", "alg"), [(CURVE, "ES256"), (RSA, "RS256"), (RSA, "PS256")])
@pytest.mark.parametrize("aud", [ISSUER, ENDPOINT, [ENDPOINT]])
async def test_honest(judge, key, alg, aud):
    """Each algorithm is taken, and either name of ours."""
    accepted = await judge.check(known(), signed(key, alg, aud=aud))
    assert accepted is not None
    assert len(accepted.digest) == 32
    assert 80 < accepted.expires_at.timestamp() - time.time() <= 90


async def test_keys_without_names(judge):
    """A key need not be named, neither in the set nor in the assertion."""
    nameless = ECKey.import_key({k: v for k, v in CURVE.as_dict(private=True).items() if k != "kid"})
    assert await judge.check(known(), signed(nameless)) is not None
    assert (
        await judge.check(
            known(key_sets=(public(RSA), {"keys": [nameless.as_dict(private=False)]})), signed()
        )
        is not None
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"sub": "another"},
        {"iss": None},
        {"sub": None},
        {"aud": None},
        {"aud": "https://api.example.vn/"},
        {"aud": "https://api.example.vn.evil.example"},
        {"aud": [ISSUER, ENDPOINT]},
        {"aud": []},
        {"aud": [5]},
        {"aud": {ISSUER: 1}},
        {"exp": None},
        {"exp": from_now(-31)},
        {"exp": from_now(400)},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"exp": "soon"},
        {"exp": True},
        {"iat": from_now(300)},
        {"nbf": from_now(300)},
        {"jti": None},
        {"jti": ""},
        {"jti": 5},
        {"jti": "x" * 257},
    ],
)
async def test_wrong_claims(judge, changes):
    """Somebody else's, for somebody else, out of time, too long, or without an id: not believed."""
    assert await judge.check(known(), signed(**changes)) is None


def unsigned() -> str:
    head = urlsafe_b64encode(b'{"alg": "none"}').decode().rstrip("=")
    return f"{head}.{signed().split('.')[1]}."


def by_public_key_as_secret() -> str:
    head = urlsafe_b64encode(b'{"alg": "HS256", "kid": "curve"}').decode().rstrip("=")
    body = f"{head}.{signed().split('.')[1]}"
    code = hmac.digest(CURVE.as_pem(private=False), body.encode(), "sha256")
    return f"{body}.{urlsafe_b64encode(code).decode().rstrip('=')}"


def tampered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{signed(exp=int(time.time()) + 200).split('.')[1]}.{signature}"


@pytest.mark.parametrize(
    "assertion",
    [
        signed(STRANGER),
        by_public_key_as_secret(),
        signed(RSA, "RS384"),
        unsigned(),
        tampered(),
        signed(header={"jwk": STRANGER.as_dict(private=False)}, key=STRANGER),
        signed(STRANGER, header={"jku": "https://keys.example.vn"}),
        "",
        "a.b",
        "a.b.c",
        "\ud800.b.c",
        "é.b.c",
        "x" * 9000,
        f"{signed().rsplit('.', 1)[0]}.",
    ],
)
async def test_forged(judge, assertion):
    """No signature, another's, one by the public key as a secret, and what is no assertion: not believed."""
    assert await judge.check(known(), assertion) is None


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
@pytest.mark.parametrize("client", [None, known(key_sets=())])
async def test_strangers_cost_a_signature(judge, monkeypatch, client, alg):
    """For a client that is not known, or has no such key, a signature is checked in vain."""
    checked = []
    honest = assertions._signed
    monkeypatch.setattr(assertions, "_signed", lambda *given: checked.append(given) or honest(*given))
    assert await judge.check(client, signed(CURVE if alg == "ES256" else RSA, alg)) is None
    assert len(checked) == 1


async def test_published_keys(tmp_path, clock):
    """Keys are taken from where the client publishes them; a new name among them has them fetched again."""
    async with publishing(tmp_path) as publisher:
        publisher.publish(public(RSA))
        keys = ClientKeys(reaches=lambda _: True, trust=publisher.trust, now=clock)
        judge = Assertions({ENDPOINT}, keys)
        client = known(key_sets=(), key_urls=(publisher.url,))
        assert await judge.check(client, signed(RSA, "RS256")) is not None
        publisher.publish(public(CURVE))
        assert await judge.check(client, signed()) is None
        clock.forward(31)
        assert await judge.check(client, signed()) is not None
        assert publisher.requests == 2


def test_whom_it_claims_to_be_from():
    """What an assertion says of its client is read before it is proven, and nothing from what is none."""
    assert claimed_client(signed(STRANGER)) == "portal"
    for broken in ("", "a.b.c", unsigned(), signed(sub=5), signed(sub=None), "x" * 9000):
        assert claimed_client(broken) == ""
