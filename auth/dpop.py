"""Proofs that whoever shows a token holds the key that it is bound to (DPoP, RFC 9449).

A token that was copied from a phone is worth nothing without the key, which does not leave the phone. The
window is wide, for the clocks of phones; each proof is good once within it, so that nobody gains by that.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from auth import opaque
from auth.errors import InvalidProof
from storage.sessions import proofs
from storage.unit_of_work import UnitOfWork

ALGORITHMS = ("ES256", "Ed25519")
TYPE = "dpop+jwt"
LONGEST = 4096
LONGEST_ID = 256
WINDOW_SECONDS = 300
"""How far a proof's time may lie behind our clock, or ahead of it."""
KEPT_SECONDS = 2 * WINDOW_SECONDS
"""How long after its time a proof is known again: the clocks of our own processes differ as well."""

_KEYS: Mapping[object, type[ECKey] | type[OKPKey]] = {("EC", "P-256"): ECKey, ("OKP", "Ed25519"): OKPKey}
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof that holds, whether or not it was used before.

    Attributes:
        thumbprint: of the key that made it (RFC 7638).
        digest: by which it is known again.
        expires_at: when it is too old by any clock, and need not be known any more.
    """

    thumbprint: str
    digest: bytes
    expires_at: datetime


class Proofs:
    """Reads proofs for one installation.

    Args:
        issuer: our own public address, as callers see it, whatever stands between.
        now: seconds since 1970.
    """

    def __init__(self, issuer: str, *, now: Callable[[], float] = time.time) -> None:
        self._at = urlsplit(issuer)
        self._now = now

    def read(self, text: str, *, method: str, path: str, access_token: str | None = None) -> Proof:
        """Check a proof (section 4.3), except for whether it was used before.

        Args:
            text: the header `DPoP`.
            method: of the request that it came with.
            path: of that request, decoded, below our public address.
            access_token: what came with it, which it must name.

        Raises:
            InvalidProof: with what is wrong, in words for a developer.
        """
        if len(text) > LONGEST:
            raise InvalidProof("the proof is too long")
        key, claims = _signed(text)
        _require(claims.get("htm") == method, "htm is not the method of the request")
        _require(self._is_here(claims.get("htu"), path), "htu is not the address of the request")
        if access_token is not None:
            _require(
                claims.get("ath") == opaque.digest_text(access_token), "ath is not the digest of the token"
            )
        made_at, jti = claims.get("iat"), claims.get("jti")
        if isinstance(made_at, bool) or not isinstance(made_at, int | float):
            raise InvalidProof("iat is no time")
        _require(abs(made_at - int(self._now())) <= WINDOW_SECONDS, "iat is too far from the server's clock")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID:
            raise InvalidProof(f"jti holds 1 to {LONGEST_ID} characters")
        thumbprint = key.thumbprint()
        return Proof(
            thumbprint=thumbprint,
            digest=opaque.digest(f"{thumbprint}.{jti}"),
            expires_at=datetime.fromtimestamp(made_at + KEPT_SECONDS, UTC),
        )

    def _is_here(self, given: object, path: str) -> bool:
        """Compare addresses as RFC 3986 (6.2.2 and 6.2.3) has it, without query and fragment."""
        try:
            found = urlsplit(given if isinstance(given, str) else "")
            same_origin = _origin(found) == _origin(self._at)
        except ValueError:
            return False
        return same_origin and (unquote(found.path) or "/") == unquote(self._at.path) + path


async def spend(uow: UnitOfWork, proof: Proof) -> None:
    """Use a proof up, for all processes. Raises InvalidProof when it was used before."""
    if not await proofs.spend(uow, proof.digest, expires_at=proof.expires_at):
        raise InvalidProof("the proof was used before")


def _signed(text: str) -> tuple[ECKey | OKPKey, Mapping[str, Any]]:
    try:
        key = _key(jws.extract_compact(text.encode("ascii")).headers())
        return key, jwt.decode(text, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise InvalidProof("the proof is malformed, or not signed by its key") from error


def _key(header: Mapping[str, Any]) -> ECKey | OKPKey:
    _require(header.get("typ") == TYPE, f"typ is not {TYPE}")
    _require(header.get("alg") in ALGORITHMS, f"alg is not one of {', '.join(ALGORITHMS)}")
    given = header.get("jwk")
    if not isinstance(given, dict) or (kind := _KEYS.get((given.get("kty"), given.get("crv")))) is None:
        raise InvalidProof("jwk is no key of P-256 or Ed25519")
    key = kind.import_key(given)
    _require(not key.is_private, "jwk holds a private key")
    return key


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme)


def _require(holds: bool, complaint: str) -> None:  # noqa: FBT001 - a condition is all that it takes
    if not holds:
        raise InvalidProof(complaint)
