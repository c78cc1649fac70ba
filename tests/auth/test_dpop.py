"""Proofs of a key: what counts as one, and everything that must not."""

import asyncio
import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth import dpop
from auth.dpop import Proofs
from auth.errors import InvalidProof
from tests.auth.device import LEAVE_OUT, Device

ISSUER = "https://api.example.vn"
PATH = "/v1/dossiers/H26 1"
URL = f"{ISSUER}/v1/dossiers/H26%201"
TOKEN = "a.b.c"


@pytest.fixture
def proofs(clock) -> Proofs:
    return Proofs(ISSUER, now=clock)


@pytest.fixture
def device() -> Device:
    return Device()


def read(proofs: Proofs, text: str, **changes: str):
    return proofs.read(text, **{"method": "GET", "path": PATH, "access_token": TOKEN} | changes)


@pytest.mark.parametrize(
    "device",
    [Device(), Device(OKPKey.generate_key("Ed25519"), algorithm="Ed25519")],
    ids=["ES256", "Ed25519"],
)
def test_good_proof(proofs, device, clock):
    """A proof names its key, and until when it is to be known again."""
    proof = read(proofs, device.proof("GET", URL, token=TOKEN, iat=int(clock())))
    assert proof.thumbprint == device.key.thumbprint()
    assert proof.expires_at.timestamp() == int(clock()) + 600


def test_without_a_token(proofs, device):
    """At the token endpoint there is no token to be named yet."""
    text = device.proof("POST", f"{ISSUER}/oauth/token")
    assert proofs.read(text, method="POST", path="/oauth/token").thumbprint == device.thumbprint


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}?page=2#top",
        "HTTPS://API.Example.VN/v1/dossiers/H26%201",
        "https://api.example.vn:443/v1/dossiers/H26%201",
        "https://api.example.vn/v1/dossiers/%48%32%36%201",
    ],
)
def test_spellings_of_one_address(proofs, device, url):
    """An address is compared by what it means, without query and fragment."""
    assert read(proofs, device.proof("GET", url, token=TOKEN))


def test_behind_a_prefix(device):
    """An installation below a path is addressed with that path."""
    proofs = Proofs(f"{ISSUER}/tindan")
    assert read(proofs, device.proof("GET", f"{ISSUER}/tindan/v1/dossiers/H26%201", token=TOKEN))
    with pytest.raises(InvalidProof, match="htu"):
        read(proofs, device.proof("GET", URL, token=TOKEN))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"htm": "POST"}, "htm"),
        ({"htm": "get"}, "htm"),
        ({"htm": LEAVE_OUT}, "htm"),
        ({"htu": LEAVE_OUT}, "htu"),
        ({"htu": 1}, "htu"),
        ({"htu": "https://evil.example/v1/dossiers/H26%201"}, "htu"),
        ({"htu": "http://api.example.vn/v1/dossiers/H26%201"}, "htu"),
        ({"htu": "https://api.example.vn:8443/v1/dossiers/H26%201"}, "htu"),
        ({"htu": "https://api.example.vn:port/"}, "htu"),
        ({"htu": "https://[api/"}, "htu"),
        ({"htu": f"{ISSUER}/v1/dossiers/another"}, "htu"),
        ({"htu": f"{URL}/"}, "htu"),
        ({"ath": LEAVE_OUT}, "ath"),
        ({"ath": "another"}, "ath"),
        ({"jti": LEAVE_OUT}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "j" * 257}, "jti"),
        ({"iat": LEAVE_OUT}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": float("nan")}, "iat"),
        ({"iat": 10**400}, "iat"),
    ],
)
def test_other_claims(proofs, device, changes, complaint):
    """A proof for another request, or one that does not say all it must, is none."""
    with pytest.raises(InvalidProof, match=complaint):
        read(proofs, device.proof("GET", URL, token=TOKEN, **changes))


def test_clocks(proofs, device, clock):
    """A phone's clock may be five minutes off, and no more, either way."""
    now = int(clock())
    clock.seconds = float(now)
    for offset in (-300, 300):
        assert read(proofs, device.proof("GET", URL, token=TOKEN, iat=now + offset))
    for offset in (-301, 301):
        with pytest.raises(InvalidProof, match="clock"):
            read(proofs, device.proof("GET", URL, token=TOKEN, iat=now + offset))


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ({"typ": "JWT"}, "typ"),
        ({"typ": LEAVE_OUT}, "typ"),
        ({"jwk": LEAVE_OUT}, "jwk"),
        ({"jwk": "a key"}, "jwk"),
        ({"jwk": {"kty": "EC"}}, "jwk"),
        ({"jwk": {"kty": "EC", "crv": "P-256"}}, "malformed"),
        ({"jwk": {"kty": ["EC"], "crv": "P-256"}}, "malformed"),
        ({"crit": ["b64"], "b64": True}, "malformed"),
    ],
)
def test_other_headers(proofs, device, header, complaint):
    """A token of another type, or one without its key, is no proof."""
    with pytest.raises(InvalidProof, match=complaint):
        read(proofs, forged(device, header))


def forged(device: Device, header: dict[str, object]) -> str:
    """Put another header before what a device signed."""
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": device.key.as_dict(private=False)} | header
    head = {name: value for name, value in head.items() if value is not LEAVE_OUT}
    encoded = urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
    return ".".join([encoded, *device.proof("GET", URL, token=TOKEN).split(".")[1:]])


def test_private_key(proofs, device):
    """A proof that gives its private key away is refused: somebody else has read it."""
    with pytest.raises(InvalidProof, match="private"):
        read(proofs, device.proof("GET", URL, token=TOKEN, header={"jwk": device.key.as_dict(private=True)}))


def test_foreign_signature(proofs, device):
    """A proof that names one key and is signed with another is refused."""
    with pytest.raises(InvalidProof, match="not signed"):
        read(proofs, device.proof("GET", URL, token=TOKEN, signed_with=ECKey.generate_key("P-256")))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "ES384", None, 1])
def test_other_algorithms(proofs, device, algorithm):
    """Only signatures of the two curves count: none at all, shared secrets and other keys do not."""
    with pytest.raises(InvalidProof, match=r"alg|malformed"):
        read(proofs, forged(device, {"alg": algorithm}))


def test_shared_secret(proofs):
    """A proof under a key that whoever reads it has as well is refused, truly signed as it is."""
    secret = OctKey.generate_key(256)
    device = Device(algorithm="HS256")
    text = device.proof("GET", URL, token=TOKEN, header={"jwk": secret.as_dict()}, signed_with=secret)
    with pytest.raises(InvalidProof, match="alg"):
        read(proofs, text)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-384"), "ES256"),
        (RSAKey.generate_key(2048), "ES256"),
        (OctKey.generate_key(256), "ES256"),
        (OKPKey.generate_key("X25519"), "Ed25519"),
    ],
    ids=["P-384", "RSA", "oct", "X25519"],
)
def test_other_keys(proofs, device, key, algorithm):
    """A key of another kind is refused, whatever algorithm is named with it."""
    with pytest.raises(InvalidProof, match=r"jwk|malformed"):
        read(proofs, forged(device, {"alg": algorithm, "jwk": key.as_dict(private=False)}))


def test_oversized(proofs, device):
    """What is far too long is refused unread."""
    with pytest.raises(InvalidProof, match="too long"):
        read(proofs, device.proof("GET", URL, token=TOKEN, more="m" * 4096))


@pytest.mark.parametrize("said", [b"[" * 2500, b'{"htm": ' + b"[" * 1200 + b"]" * 1200 + b"}"])
def test_nested_without_end(proofs, device, said):
    """What is truly signed, and nested deeper than anybody can read, is refused like other nonsense."""
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": device.key.as_dict(private=False)}
    with pytest.raises(InvalidProof):
        read(proofs, jws.serialize_compact(head, said, device.key))


@given(text=st.text() | st.binary().map(lambda raw: f"{urlsafe_b64encode(raw).decode()}.e30.e30"))
def test_nonsense(text):
    """No text at all gets anything but InvalidProof out of the check."""
    with pytest.raises(InvalidProof):
        read(Proofs(ISSUER), text)


async def test_spent_once(proofs, device, unit_of_work):
    """Of ten who bring one proof at once one is let on; another key may use the same id."""
    given = device.proof("GET", URL, token=TOKEN, jti="same")
    proof = read(proofs, given)

    async def spend(one: dpop.Proof) -> bool:
        async with unit_of_work() as uow:
            try:
                await dpop.spend(uow, one)
            except InvalidProof:
                return False
            await uow.commit()
            return True

    assert sum(await asyncio.gather(*(spend(proof) for _ in range(10)))) == 1
    assert await spend(read(proofs, Device().proof("GET", URL, token=TOKEN, jti="same")))
