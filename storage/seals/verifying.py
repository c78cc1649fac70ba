"""Judging what was read from a paper: by the keys that are published and a clock, and nothing else.

What happened to the document since is not in the code: ask the online status, or a status list.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from storage.seals.claims import SealClaims, read_claims
from storage.seals.cose import Signed, read_token
from storage.seals.errors import Fault, SealError
from storage.seals.es256 import is_signed
from storage.seals.key_sets import KeySet, PublicKey
from storage.seals.link import Scanned, read_link


class Outcome(StrEnum):
    """What a seal proved to be. Programs may rely on the values."""

    VALID = "valid"
    EXPIRED = "expired"
    WITHDRAWN_KEY = "withdrawn_key"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of judging a seal.

    Attributes:
        outcome: `forged` is a token that names a key of ours which did not sign it.
        reason: why it is broken.
        scanned: host and code, as far as they could be read; nobody signed them.
        claims: what it says, where a key of the set signed that, be the key withdrawn or the time over.
        key: the key that signed it.
    """

    outcome: Outcome
    reason: Fault | None = None
    scanned: Scanned = field(default_factory=Scanned)
    claims: SealClaims | None = None
    key: PublicKey | None = None


def verify(given: str | bytes, keys: KeySet, now: float) -> Verdict:
    """Judge a seal. Never raises for what it is given; nothing above 1 kB is looked at.

    Args:
        given: the link or the token's Base32 as text, or the token's bytes.
        keys: those that are published.
        now: seconds since 1970.
    """
    scanned = Scanned()
    try:
        scanned = read_link(given) if isinstance(given, str) else Scanned(token=given)
        signed = read_token(scanned.require_token())
        key = _signer(signed, keys)
        if key is None:
            known = keys.hinted(signed.key_id)
            return Verdict(outcome=Outcome.FORGED if known else Outcome.UNKNOWN_KEY, scanned=scanned)
        claims = read_claims(signed.payload)
    except SealError as error:
        return Verdict(outcome=Outcome.BROKEN, reason=error.reason, scanned=scanned)
    return Verdict(outcome=_judged(claims, key, now), scanned=scanned, claims=claims, key=key)


def _signer(signed: Signed, keys: KeySet) -> PublicKey | None:
    hinted = keys.hinted(signed.key_id)
    return next((key for key in hinted if is_signed(key.key, signed.message, signed.signature)), None)


def _judged(claims: SealClaims, key: PublicKey, now: float) -> Outcome:
    if not key.counts_at(claims.issued_at):
        return Outcome.WITHDRAWN_KEY
    if claims.expires_at is not None and claims.expires_at <= now:
        return Outcome.EXPIRED
    return Outcome.VALID
