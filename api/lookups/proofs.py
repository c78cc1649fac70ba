"""What shows that somebody holds a dossier: the secret on its slip, or its applicant's number. Pure."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from storage.cipher import Cipher
from storage.dossiers import slips
from storage.dossiers.lookup import Claim
from storage.dossiers.slips import SlipKeys
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number
from storage.parties.repository import PartyIdentity, number_index

# Stands for a dossier that does not exist: no secret is made for it, and no number has this hash.
NOBODYS = Claim(dossier_id=UUID(int=0), number_index=bytes(32))
_NO_NUMBER = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof as it was read: each field is none where it can not be that.

    Twelve digits may be both a citizen number and a secret.
    """

    secret: str | None
    numbers: dict[PartyKind, str | None]

    @classmethod
    def read(cls, text: str) -> "Proof":
        """Read what was typed."""
        return cls(secret=slips.read(text), numbers={kind: _number(kind, text) for kind in PartyKind})

    @property
    def number(self) -> str | None:
        """The number that it may be."""
        return next((number for number in self.numbers.values() if number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which of the two a proof is."""

    by_secret: bool
    by_number: bool


def judge(claim: Claim, proof: Proof, *, keys: SlipKeys, cipher: Cipher) -> Verdict:
    """Hold a proof against a claim, with the same work whatever either is."""
    indexes = [
        number_index(cipher, PartyIdentity(kind=kind, number=number or _NO_NUMBER))
        for kind, number in proof.numbers.items()
    ]
    compared = [hmac.compare_digest(index, claim.number_index) for index in indexes]
    by_secret = keys.fits(claim.dossier_id, proof.secret)
    return Verdict(by_secret=by_secret and claim is not NOBODYS, by_number=any(compared))


def _number(kind: PartyKind, text: str) -> str | None:
    try:
        return parse_number(kind, text)
    except InvalidNumber:
        return None
