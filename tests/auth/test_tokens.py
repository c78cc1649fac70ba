"""Access tokens: what they carry, and everything that must not pass for one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import SecretStr

from auth import tokens as tokens_module
from auth.errors import InvalidToken
from auth.principals import AgencyCaller, Citizen
from auth.settings import AuthSettings
from auth.tokens import Tokens
from storage.settings import Environment
from storage.signing import new_key

CITIZEN = Citizen(
    party_id=uuid4(), session_id=uuid4(), assurance=2, signed_in_at=datetime(2026, 11, 2, 8, tzinfo=UTC)
)
AGENCY = AgencyCaller(
    client_id="so-tu-phap", agency_id=uuid4(), scopes=frozenset({"events:write", "dossiers:read"})
)


FIXED = Tokens(AuthSettings(env=Environment.DEVELOPMENT, token_key=SecretStr(new_key())))


@pytest.fixture
def tokens(auth_settings, clock) -> Tokens:
    return Tokens(auth_settings, now=clock)


@pytest.fixture
def good(tokens) -> str:
    return tokens.for_citizen(CITIZEN, client_id="tindan-app")


def parts(token: str) -> list[dict[str, object]]:
    return [json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def signing_key(tokens: Tokens) -> ECKey:
    return tokens._keys.signing(tokens._now())


def signed(tokens: Tokens, header: dict[str, object], claims: dict[str, object], key=None) -> str:
    algorithm = str(header["alg"])
    return jwt.encode(header, claims, key or signing_key(tokens), algorithms=[algorithm], default_type=None)


def test_round_trip(tokens, good):
    """What is put in comes out."""
    assert tokens.verify_citizen(good) == CITIZEN
    assert tokens.verify_agency(tokens.for_agency(AGENCY)) == AGENCY


def test_profile(tokens, good):
    """A token has the header and the claims that RFC 9068 asks for, and nothing personal."""
    header, claims = parts(good)
    assert header == {"typ": "at+jwt", "alg": "ES256", "kid": tokens.jwks()["keys"][0]["kid"]}
    assert claims.keys() == {
        "iss", "aud", "sub", "client_id", "exp", "iat", "jti", "sid", "acr", "auth_time",
    }  # fmt: skip
    assert claims["exp"] - claims["iat"] == 600


def test_audiences_are_apart(tokens, good):
    """A citizen's token opens nothing of an agency, nor the reverse, remembered or not."""
    agency = tokens.for_agency(AGENCY)
    for _ in range(2):
        with pytest.raises(InvalidToken):
            tokens.verify_agency(good)
        with pytest.raises(InvalidToken):
            tokens.verify_citizen(agency)
    tokens.verify_citizen(good)
    tokens.verify_agency(agency)
    with pytest.raises(InvalidToken):
        tokens.verify_agency(good)


def test_expiry(tokens, good, clock):
    """A token ends 30 s after its time, also when it was remembered."""
    tokens.verify_citizen(good)
    clock.forward(600 + 29)
    tokens.verify_citizen(good)
    clock.forward(1)
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(good)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({}, {"iss": "https://evil.example"}),
        ({}, {"aud": "somebody"}),
        ({}, {"aud": None}),
        ({}, {"exp": 1}),
        ({}, {"exp": None}),
        ({}, {"iat": 4_000_000_000}),
        ({"typ": "JWT"}, {}),
        ({"typ": None}, {}),
        ({"kid": "unknown"}, {}),
    ],
)
def test_wrong_statements(tokens, good, header, claims):
    """A token under our key that says something else is refused."""
    old_header, old_claims = parts(good)
    changed = {name: value for name, value in (old_claims | claims).items() if value is not None}
    head = {name: value for name, value in (old_header | header).items() if value is not None}
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(signed(tokens, head, changed))


def test_the_same_statement_unchanged(tokens, good):
    """The way in which the tests above forge tokens makes a good one when nothing is changed."""
    header, claims = parts(good)
    assert tokens.verify_citizen(signed(tokens, header, claims)) == CITIZEN


def test_unsigned(tokens, good):
    """An unsigned token is refused."""
    _, claims = parts(good)
    segments = [{"alg": "none", "typ": "at+jwt"}, claims]
    unsigned = ".".join(
        urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in segments
    )
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(f"{unsigned}.")


def test_public_key_as_shared_secret(tokens, good):
    """A token signed with our public key as an HMAC secret is refused."""
    header, claims = parts(good)
    secret = OctKey.import_key(urlsafe_b64encode(signing_key(tokens).as_pem(private=False)).decode())
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(signed(tokens, {**header, "alg": "HS256"}, claims, secret))


def test_foreign_key(tokens, good):
    """A token under another key that borrows the name of ours is refused."""
    header, claims = parts(good)
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(signed(tokens, header, claims, ECKey.generate_key("P-256")))


def test_jwks_is_public(tokens, good):
    """The published set verifies tokens and holds no private part."""
    published = tokens.jwks()["keys"][0]
    assert "d" not in published
    key = ECKey.import_key(published)
    assert jwt.decode(good, key, algorithms=["ES256"]).claims["sub"] == str(CITIZEN.party_id)


def test_rotation(auth_settings, tokens, good):
    """Tokens of a replaced key count as long as the key stays in the set."""
    old = signing_key(tokens).as_dict(private=True)
    new = ECKey.import_key(new_key()).as_dict(private=True)
    both = auth_settings.model_copy(update={"token_key": SecretStr(json.dumps({"keys": [new, old]}))})
    only = auth_settings.model_copy(update={"token_key": SecretStr(json.dumps(new))})
    assert Tokens(both).verify_citizen(good) == CITIZEN
    with pytest.raises(InvalidToken):
        Tokens(only).verify_citizen(good)


def test_memory_is_bounded(tokens, good, monkeypatch):
    """Remembered tokens never exceed the bound; a forgotten one is checked anew."""
    monkeypatch.setattr(tokens_module, "REMEMBERED", 3)
    for _ in range(5):
        tokens.verify_citizen(tokens.for_citizen(CITIZEN, client_id="tindan-app"))
    assert len(tokens._remembered) == 3
    assert tokens.verify_citizen(good) == CITIZEN


def test_memory_spares_the_signature(tokens, good, monkeypatch):
    """A token seen before is not decoded again; one that differs in a character is."""
    tokens.verify_citizen(good)

    def refuse(*_args, **_kwargs):
        raise ValueError

    monkeypatch.setattr(tokens_module.jwt, "decode", refuse)
    assert tokens.verify_citizen(good) == CITIZEN
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(good[:-1])


@given(text=st.text() | st.binary().map(lambda raw: f"{urlsafe_b64encode(raw).decode()}.e30.e30"))
def test_nonsense(text):
    """No text at all gets anything but InvalidToken out of the check."""
    with pytest.raises(InvalidToken):
        FIXED.verify_citizen(text)


@pytest.mark.parametrize(
    "head",
    [
        "{}",
        "[]",
        "1",
        '{"alg":["ES256"]}',
        '{"alg":"ES256","crit":["x"]}',
        '{"alg":"ES256","crit":5}',
        '{"alg":1}',
    ],
)
def test_odd_headers(tokens, good, head):
    """Headers that are JSON but no header are refused like anything else."""
    forged = urlsafe_b64encode(head.encode()).decode().rstrip("=")
    with pytest.raises(InvalidToken):
        tokens.verify_citizen(".".join([forged, *good.split(".")[1:]]))


def test_length(tokens):
    """What is far too long is refused unread."""
    with pytest.raises(InvalidToken, match="long"):
        tokens.verify_citizen("a" * 5000)
