"""Claims, keys and tokens for tests of seals."""

import asyncio
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from storage.seals import cose
from storage.seals.claims import LATEST, SealClaims
from storage.seals.keys import SealKeys
from storage.signing import named, new_key, read_keys

NOW = 1_795_341_600
"""22 November 2026, in seconds since 1970."""
KEY = read_keys(new_key())[0]
OTHER_KEY = read_keys(new_key())[0]
KEYS = SealKeys([KEY])
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-5)."""
FULL = SealClaims(
    issuer="dichvucong.gov.vn",
    issued_at=NOW,
    expires_at=NOW + 10 * 365 * 86_400,
    seal_id=UUID("0193f7a2-3b1c-7def-8123-456789abcdef"),
    procedure_code="1.001193",
    dossier_code="000.00.00.H26-261121-0001",
    holder="001********1",
    file_hash=bytes(range(16)),
    status_index=57_000_000,
)

unhurried = settings(deadline=None)
"""For what must hold however busy the machine is."""

_text = st.text(st.characters(categories=["L", "M", "N", "P", "Zs"], exclude_characters="\u00a0"), min_size=1)


def _printed(longest: int) -> st.SearchStrategy[str]:
    return _text.map(lambda text: text[:longest]).filter(str.isprintable)


@st.composite
def claims(draw: st.DrawFn) -> SealClaims:
    """Any claims that can be."""
    issued_at = draw(st.integers(0, LATEST - 1))
    letters = st.text(st.characters(categories=["L"]), min_size=1, max_size=40)
    return SealClaims(
        issuer=draw(_printed(64)),
        issued_at=issued_at,
        expires_at=draw(st.none() | st.integers(issued_at + 1, LATEST)),
        seal_id=draw(st.uuids()),
        procedure_code=draw(st.none() | _printed(64)),
        dossier_code=draw(st.none() | _printed(80)),
        holder=draw(st.none() | letters),
        file_hash=draw(st.none() | st.binary(min_size=16, max_size=16)),
        status_index=draw(st.integers(0, 2**63 - 1)),
    )


def sealed(given: SealClaims | bytes, keys: SealKeys = KEYS, *, at: int = NOW) -> bytes:
    """Return the token of claims, or of bytes that we would never sign."""
    payload = given if isinstance(given, bytes) else given.to_bytes()
    key = keys.signing(at)
    signature = asyncio.run(key.sign(cose.to_sign(key.public.key_id, payload)))
    return cose.token(key.public.key_id, payload, signature)


def with_members(key: ECKey, **members: Any) -> ECKey:
    """Return a key with further members in its JWK, such as a time."""
    return named(key, **members)
