"""Whether a client's assertion may be believed: `private_key_jwt` (RFC 7523, section 3)."""

import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from secrets import randbits
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import CompactSignature
from joserfc.util import int_to_base64

from auth.key_sets import ALGORITHMS, ClientKeys, Key, read_key_set
from storage.agencies import clients
from storage.agencies.clients import KnownClient
from storage.unit_of_work import UnitOfWork

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 8192
LONGEST_LIFE_SECONDS = 300
LEEWAY_SECONDS = 30
LONGEST_ID = 256
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An assertion that is good, unless it was used before.

    Attributes:
        digest: of the client's id and the assertion's.
        expires_at: when nobody would take it any more.
    """

    digest: bytes
    expires_at: datetime


def claimed_client(assertion: str) -> str:
    """Return whom an assertion says to be from, unproven; nothing where it says nothing."""
    parts = _parts(assertion)
    subject = parts[1].get("sub") if parts else None
    return subject if isinstance(subject, str) else ""


class Assertions:
    """Checks the assertions of clients.

    An assertion must be signed with ES256, RS256 or PS256 under a key of its client, be for us and nobody
    else, bear an id, and end within five minutes.

    Args:
        audiences: the names by which we may be meant: our issuer, and the token endpoint.
        keys: fetches what clients publish.
        now: seconds since 1970.
    """

    def __init__(
        self, audiences: Collection[str], keys: ClientKeys, *, now: Callable[[], float] = time.time
    ) -> None:
        self._audiences = frozenset(audiences)
        self._keys = keys
        self._now = now

    async def check(self, client: KnownClient | None, assertion: str) -> Accepted | None:
        """Return what is to be spent where the assertion proves the client.

        Hold no database connection meanwhile: keys may be fetched. For a client that is not known, or has no
        such key, a signature is checked all the same, in vain: time does not tell who exists.
        """
        parts = _parts(assertion)
        if parts is None:
            return None
        signature, claims = parts
        registered = [key for one in client.key_sets for key in read_key_set(one)] if client else []
        fitting = _fitting(signature, registered)
        if client and client.key_urls:
            fitting += _fitting(signature, await self._keys.of(client.key_urls))
            fitting = fitting or _fitting(signature, await self._keys.of(client.key_urls, anew=True))
        proven = any([_signed(signature, key) for key in fitting or [_nobodys(signature)]])  # noqa: C419 - as above
        return self._accepted(client.client_id, claims) if client and proven else None

    def _accepted(self, client_id: str, claims: dict[str, Any]) -> Accepted | None:
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": client_id},
            sub={"essential": True, "value": client_id},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            registry.validate(claims)
        except _MALFORMED:
            return None
        audience, end, name = claims.get("aud"), claims["exp"], claims["jti"]
        if isinstance(audience, list) and len(audience) == 1:
            audience = audience[0]
        # Told so that it is false for what is no number, such as NaN, too.
        short = end <= self._now() + LONGEST_LIFE_SECONDS + LEEWAY_SECONDS
        if not isinstance(audience, str) or audience not in self._audiences or not short:
            return None
        if not 0 < len(name) <= LONGEST_ID:
            return None
        digest = sha256(f"{client_id}\x00{name}".encode(errors="replace")).digest()
        return Accepted(digest=digest, expires_at=datetime.fromtimestamp(end + LEEWAY_SECONDS, UTC))


async def spend(uow: UnitOfWork, accepted: Accepted) -> bool:
    """Use an assertion up; return whether it was still good (RFC 7523, section 3, 7)."""
    return await clients.spend_assertion(uow, accepted.digest, expires_at=accepted.expires_at)


def _parts(assertion: str) -> tuple[CompactSignature, dict[str, Any]] | None:
    """Take an assertion apart; None where it is none, or is signed in a way that we do not take."""
    if len(assertion) > LONGEST:
        return None
    try:
        signature = jws.extract_compact(assertion.encode("ascii"))
        claims = json.loads(signature.payload)
    except _MALFORMED:
        return None
    if signature.headers().get("alg") not in ALGORITHMS or not isinstance(claims, dict):
        return None
    return signature, claims


def _fitting(signature: CompactSignature, keys: Iterable[Key]) -> list[Key]:
    """Return the keys under which it may be signed: those that it names, or that have no name."""
    header = signature.headers()
    kind = ECKey if header["alg"] == "ES256" else RSAKey
    named = header.get("kid")
    return [
        key
        for key in keys
        if isinstance(key, kind)
        and (named is None or key.kid in {None, named})
        and key.get("alg") in {None, header["alg"]}
    ]


def _signed(signature: CompactSignature, key: Key) -> bool:
    try:
        return jws.validate_compact(signature, key, ALGORITHMS)
    except _MALFORMED:
        return False


def _nobodys(signature: CompactSignature) -> Key:
    return _nobodys_curve() if signature.headers()["alg"] == "ES256" else _nobodys_rsa()


@cache
def _nobodys_curve() -> Key:
    return ECKey.generate_key("P-256", private=False)


@cache
def _nobodys_rsa() -> Key:
    # Any odd number of the length makes the same work; whether anybody could know its factors is no matter.
    modulus = randbits(2048) | 1 << 2047 | 1
    return RSAKey.import_key({"kty": "RSA", "n": int_to_base64(modulus), "e": "AQAB"})
