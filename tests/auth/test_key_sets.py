"""What may be a client's key, and what is fetched from where a client publishes it."""

import gzip
import ipaddress

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from joserfc.util import int_to_base64

from auth.key_sets import ClientKeys, callable_one, checked_url, is_public, read_key_set
from tests.auth.publisher import publishing

CURVE = ECKey.generate_key("P-256", {"kid": "curve"})
OTHER = ECKey.generate_key("P-256", {"kid": "other"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


def public(*keys) -> dict:
    return KeySet(list(keys)).as_dict(private=False)


@pytest.fixture
async def publisher(tmp_path):
    async with publishing(tmp_path) as one:
        one.publish(public(CURVE))
        yield one


@pytest.fixture
def client_keys(publisher, clock) -> ClientKeys:
    """Reaches loopback, as the tests' server is there."""
    return ClientKeys(reaches=lambda _: True, trust=publisher.trust, now=clock)


def test_usable_keys():
    """Of a set that holds other keys as well, those for signatures are taken."""
    document = public(CURVE, RSA, ECKey.generate_key("P-384"))
    document["keys"] += [
        public(OTHER)["keys"][0] | {"use": "enc"},
        public(OTHER)["keys"][0] | {"alg": "HS256"},
        public(OTHER)["keys"][0] | {"key_ops": ["encrypt"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": 5},
        {"kty": 5},
        {"kty": "RSA", "n": int_to_base64(2**1023 + 1), "e": "AQAB"},
        {"kty": "RSA", "n": int_to_base64(2**8191 + 1), "e": "AQAB"},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
    ]
    assert [key.kid for key in read_key_set(document)] == ["curve", "rsa"]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "no JWK set"),
        ([], "no JWK set"),
        ({"keys": {}}, "no JWK set"),
        ({"keys": ["a"]}, "no JWK set"),
        ({"keys": []}, "holds no P-256"),
        ({"keys": public(CURVE)["keys"] * 17}, "over 16 keys"),
        ({"keys": [CURVE.as_dict(private=True)]}, "secret key"),
        ({"keys": [OctKey.generate_key(256).as_dict(private=True)]}, "secret key"),
        (public(ECKey.generate_key("P-384")), "holds no P-256"),
    ],
)
def test_bad_sets(document, why):
    """What is no set, is too large, or holds a secret is refused with its reason."""
    with pytest.raises(ValueError, match=why):
        read_key_set(document)


@pytest.mark.parametrize(
    "text",
    [
        "http://keys.example.vn/",
        "keys.example.vn",
        "https://user@keys.example.vn/",
        "https://keys.example.vn/#a",
        "https://",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_bad_addresses(text):
    """Keys are published under an https address and nothing else."""
    with pytest.raises(ValueError, match="it "):
        checked_url(text)


@pytest.mark.parametrize(
    ("address", "public_one"),
    [
        ("203.113.131.1", True),
        ("2405:4800::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:203.113.131.1", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_public_addresses(address, public_one):
    """Neither our own network nor a way around into it is public."""
    assert is_public(ipaddress.ip_address(address)) is public_one


def test_names_of_several_addresses():
    """One address within our network, anywhere among them, is enough for a name not to be called."""
    outer, other, ours = (ipaddress.ip_address(one) for one in ("203.113.131.1", "2405:4800::1", "10.0.0.1"))
    assert callable_one([outer, other]) == outer
    for addresses in ([], [ours], [outer, ours], [ours, outer], [outer, ours, other]):
        with pytest.raises(ValueError, match="not public"):
            callable_one(addresses)


async def test_fetching(publisher, client_keys, clock):
    """Keys are fetched by their name, kept for ten minutes, and fetched anew at most twice a minute."""
    for _ in range(2):
        (key,) = await client_keys.of([publisher.url])
        assert key.kid == "curve"
    assert publisher.requests == 1
    request = publisher.last.decode().lower()
    port = publisher.url.split(":")[2].split("/")[0]
    assert request.startswith("get /keys?of=portal http/1.1\r\n")
    assert f"host: localhost:{port}\r\n" in request
    publisher.publish(public(OTHER))
    assert (await client_keys.of([publisher.url], anew=True))[0].kid == "curve"
    clock.forward(31)
    assert (await client_keys.of([publisher.url], anew=True))[0].kid == "other"
    assert publisher.requests == 2
    clock.forward(601)
    await client_keys.of([publisher.url])
    assert publisher.requests == 3


@pytest.mark.parametrize(
    "fault",
    [
        {"status": "500 Internal Server Error"},
        {"status": "302 Found", "header": "location: https://localhost/\r\n"},
        {"body": b"no json"},
        {"body": b"[" * 50_000},
        {"body": b'{"keys": []' + b" " * 66_000 + b"}"},
    ],
)
async def test_what_can_not_be_read_has_no_keys(publisher, client_keys, fault):
    """A broken, huge or wandering answer counts as no keys, and is not asked for again at once."""
    for name, value in fault.items():
        setattr(publisher, name, value)
    for _ in range(2):
        assert await client_keys.of([publisher.url]) == ()
    assert publisher.requests == 1


async def test_nothing_comes_packed(publisher, client_keys):
    """A few kilobytes can be unpacked to gigabytes: a packed answer is not asked for, and not unpacked."""
    publisher.body, publisher.header = gzip.compress(publisher.body), "content-encoding: gzip\r\n"
    assert await client_keys.of([publisher.url]) == ()
    assert b"accept-encoding: identity\r\n" in publisher.last.lower()


async def test_only_public_addresses_are_called(publisher):
    """A name that leads to loopback is not called, however it is spelt."""
    keys = ClientKeys(trust=publisher.trust)
    address = publisher.url.replace("localhost", "127.0.0.1")
    short = publisher.url.replace("localhost", "127.1")
    assert await keys.of([publisher.url, address, short]) == ()
    assert publisher.requests == 0


async def test_certificates_count(publisher):
    """A server that the system does not trust is not believed, nor is another name's certificate."""
    strict = ClientKeys(reaches=lambda _: True)
    assert await strict.of([publisher.url]) == ()
    trusting = ClientKeys(reaches=lambda _: True, trust=publisher.trust)
    assert await trusting.of([publisher.url.replace("localhost", "127.0.0.1")]) == ()
    assert publisher.requests == 0
