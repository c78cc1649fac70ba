"""Seals for tests: good ones, and ones that were changed or made to mislead."""

import base64
import random
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from joserfc.jwk import ECKey

from storage.seals import cbor, cose, es256
from storage.seals.claims import SealClaims
from storage.seals.key_sets import KeySet, PublicKey, public_key
from storage.signing import new_key, read_keys

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-4, D.1.2.3)."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NOW = 1_790_000_000


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """A key and its name."""

    private: EllipticCurvePrivateKey
    public: PublicKey

    def seal(self, payload: bytes) -> bytes:
        """Sign any payload, however strange."""
        key_id = self.public.key_id
        return cose.token(key_id, payload, es256.sign(self.private, cose.to_sign(key_id, payload)))


def signatory(*, withdrawn_at: int | None = None) -> Signatory:
    """Make a key."""
    (key,) = read_keys(new_key())
    jwk = ECKey.import_key(
        key.as_dict(private=True) | ({} if withdrawn_at is None else {"withdrawn_at": withdrawn_at})
    )
    private = key.private_key
    assert isinstance(private, EllipticCurvePrivateKey)
    return Signatory(private=private, public=public_key(jwk))


def sharing_an_id(other: Signatory) -> Signatory:
    """Make another key that is called by the same 8 bytes; as no thumbprint can be chosen, it is given a false one."""
    name = base64.urlsafe_b64encode(other.public.key_id + b"another key of this name").decode().rstrip("=")
    private = generate_private_key(SECP256R1())
    public = PublicKey(kid=name, key_id=other.public.key_id, withdrawn_at=None, key=private.public_key())
    return Signatory(private=private, public=public)


def claims(draw: random.Random) -> SealClaims:
    """Draw claims, each of the optional ones there or not."""
    issued_at = draw.randrange(NOW - 10**8, NOW)

    def perhaps(value: object) -> object:
        return value if draw.random() < 0.8 else None

    return SealClaims(
        issuer=draw.choice(["xacthuc.example.gov.vn", "Sở Tư pháp", "x", "ư" * 64]),
        issued_at=issued_at,
        expires_at=perhaps(issued_at + draw.choice([1, 3600, 10**9])),  # type: ignore[arg-type]
        seal_id=UUID(int=draw.getrandbits(128)),
        procedure_code=perhaps("1.001193"),  # type: ignore[arg-type]
        dossier_code=perhaps("H26.1-261121-0001"),  # type: ignore[arg-type]
        holder=perhaps(draw.choice(["N.T.A.", "001190****12", "Ư. 12345678"])),  # type: ignore[arg-type]
        file_hash=perhaps(draw.randbytes(16)),  # type: ignore[arg-type]
        status_index=draw.choice([0, 23, 24, 255, 256, 2**17 - 1, 2**17, 2**32 + 5]),
    )


def text_of(token: bytes) -> str:
    """Return what stands behind the `#`."""
    return base64.b32encode(token).decode().rstrip("=")


def changed(token: bytes, draw: random.Random) -> str:
    """Change a token somewhere: a bit, a byte, its length, its Base32, or its signature into its twin."""
    spot = draw.randrange(len(token))
    text = text_of(token)
    letter = draw.randrange(len(text))
    return draw.choice(
        [
            lambda: text_of(_put(token, spot, token[spot] ^ 1 << draw.randrange(8))),
            lambda: text_of(_put(token, spot, draw.randrange(256))),
            lambda: text_of(token[:spot]),
            lambda: text_of(token[:spot] + token[spot + 1 :]),
            lambda: text_of(token[:spot] + draw.randbytes(1) + token[spot:]),
            lambda: text_of(token + draw.randbytes(1 + spot % 3)),
            lambda: text_of(_put(token, draw.randrange(3), draw.randrange(256))),
            lambda: text[:letter],
            lambda: text[:letter] + draw.choice("ABCZ27018=+ ſı") + text[letter + 1 :],
            text.lower,
            lambda: text_of(twin(token)),
            lambda: text_of(draw.randbytes(spot + 1)),
        ]
    )()


def twin(token: bytes) -> bytes:
    """Return the token with the other signature that is as good (r, n-s)."""
    return token[:-32] + (ORDER - int.from_bytes(token[-32:])).to_bytes(32)


def _put(token: bytes, spot: int, byte: int) -> bytes:
    return token[:spot] + bytes([byte]) + token[spot + 1 :]


def misleading(by: Signatory) -> list[bytes]:
    """Sign what is no claim set of ours: each must be refused although the signature is right."""
    ours = {5: 7}
    usual: dict[object, object] = {1: "x", 6: NOW, 7: bytes(16), -65537: ours}
    good = cbor.encode(usual)
    payloads = [
        cbor.encode(usual | change)
        for change in (
            *({2: "another claim"}, {1: ""}, {1: "x" * 65}, {1: b"x"}, {1: "a\u202eb"}, {1: "a\nb"}, {1: 1}),
            *(
                {6: -1},
                {6: 253_402_300_800},
                {6: 1.5},
                {6: True},
                {6: None},
                {4: NOW},
                {4: NOW - 1},
                {4: "x"},
            ),
            *({7: bytes(15)}, {7: "x" * 16}, {7: bytes(17)}, {-65537: []}, {-65537: {}}, {-65537: {5: -1}}),
            *(
                {-65537: ours | {3: "001190000001"}},
                {-65537: ours | {3: "001 190-000"}},
                {-65537: ours | {3: "x" * 41}},
                {-65537: ours | {4: bytes(15)}},
            ),
            *(
                {-65537: ours | {6: 1}},
                {-65537: ours | {1: {1: {1: {1: 1}}}}},
                {"1": "x"},
                {-65537: ours | {2: "x" * 81}},
            ),
        )
    ]
    payloads += [
        *(b"", b"\xa0", b"\x80", good + b"\x00", good[:-1], b"\xc1" + good, b"\xff", b"\x1c", b"\x9f\xff"),
        b"\xa5" + good[1:] + cbor.encode(1) + cbor.encode("y"),  # a claim twice
        good.replace(b"\x01ax", b"\x01\x78\x01x"),  # a length in two bytes that fits in one
        b"\xb8\x04" + good[1:],
        b"\xbf" + good[1:] + b"\xff",  # without a length
        good.replace(b"\x01ax", b"\x01\x61\xff"),  # no UTF-8
        b"\xa4" + good[4:7] + good[1:4] + good[7:],  # out of order
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x9a\xff\xff\xff\xff",
        b"\x5a\xff\xff\xff\xff",
        b"\x81" * 500 + b"\x00",
    ]
    return [by.seal(payload) for payload in payloads]


def disguised(token: bytes) -> list[str]:
    """Write a good token in every other way that says the same: its signature holds in each of them."""
    parts = cbor.decode(token[1:])
    protected, _, payload, signature = parts
    text = text_of(token)
    twins = [text[:-1] + letter for letter in LETTERS if letter != text[-1]]
    others = [
        token[1:],
        b"\xd1" + token[1:],
        b"\xd8\x12" + token[1:],
        b"\xd2" + token,
        token[:1] + b"\x98\x04" + token[2:],
        token[:1] + b"\x9f" + token[2:] + b"\xff",
        *(
            token[:1] + cbor.encode(value)
            for value in (
                [protected, {1: -7}, payload, signature],
                [protected, {4: b"another"}, payload, signature],
                [protected, [], payload, signature],
                [protected, {}, payload, signature, b""],
                [protected, {}, payload],
                [protected, {}, payload, signature + b"\x00"],
                {1: protected, 2: {}, 3: payload, 4: signature},
            )
        ),
    ]
    return [*map(text_of, others), *(one for one in twins if _bytes(one) == token)]


def _bytes(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8))


def key_set(*signatories: Signatory) -> KeySet:
    """Return the set that is published."""
    return KeySet([one.public for one in signatories])
