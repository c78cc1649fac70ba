"""What a seal says: a CBOR Web Token (RFC 8392) with integer keys, and claims of ours under one of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.seals.cbor import decode, encode
from storage.seals.errors import Fault, SealError

HASH_BYTES = 16
LATEST = 253_402_300_799
"""The last second of the year 9999; what is later is no date."""
MOST_INDEX = 2**63 - 1
_ISSUER, _EXPIRY, _ISSUED, _ID = 1, 4, 6, 7
_OURS = -65537
"""The first key that the registry leaves to private use."""
_PROCEDURE, _DOSSIER, _HOLDER, _HASH, _STATUS = 1, 2, 3, 4, 5
_LONGEST = {"issuer": 64, "procedure_code": 64, "dossier_code": 80, "holder": 40}
_MOST_DIGITS = 8
"""In the name of a holder: a number has nine at least, whatever stands between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealClaims:
    """What the issuer states of a document; nobody needs more to read the printed code.

    Raises SealError (`claims`) where a value can not be: so both what is signed and what is read.

    Attributes:
        issuer: who sealed it, such as dichvucong.gov.vn.
        issued_at: in seconds since 1970.
        expires_at: likewise, the first second at which it counts no more; none where it never ends.
        seal_id: names the seal, and nothing else does: of an ECDSA signature there is always a second one.
        procedure_code: of the national catalogue.
        dossier_code: of the dossier that the document came from.
        holder: initials or a masked number; never a whole one, as the code lies open to whoever sees it.
        file_hash: the first 16 bytes of the SHA-256 of the original; none where the seal was reserved
            before the agency signed.
        status_index: place in the status lists, see `storage.seals.statuses`.
    """

    issuer: str
    issued_at: int
    expires_at: int | None = None
    seal_id: UUID
    procedure_code: str | None = None
    dossier_code: str | None = None
    holder: str | None = None
    file_hash: bytes | None = None
    status_index: int

    def __post_init__(self) -> None:
        """Check every value."""
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            if text is None and name != "issuer":
                continue
            _require(type(text) is str and 0 < len(text) <= longest and text.isprintable(), name)
        _require(sum(map(str.isdigit, self.holder or "")) <= _MOST_DIGITS, "holder")
        _require(_is_within(self.issued_at, LATEST), "issued_at")
        if self.expires_at is not None:
            _require(_is_within(self.expires_at, LATEST), "expires_at")
            _require(self.expires_at > self.issued_at, "expires_at")
        _require(type(self.seal_id) is UUID, "seal_id")
        _require(
            self.file_hash is None or (type(self.file_hash) is bytes and len(self.file_hash) == HASH_BYTES),
            "file_hash",
        )
        _require(_is_within(self.status_index, MOST_INDEX), "status_index")

    def to_bytes(self) -> bytes:
        """Return the claims as deterministic CBOR."""
        ours = {
            _PROCEDURE: self.procedure_code,
            _DOSSIER: self.dossier_code,
            _HOLDER: self.holder,
            _HASH: self.file_hash,
            _STATUS: self.status_index,
        }
        claims = {
            _ISSUER: self.issuer,
            _EXPIRY: self.expires_at,
            _ISSUED: self.issued_at,
            _ID: self.seal_id.bytes,
            _OURS: _without_nothing(ours),
        }
        return encode(_without_nothing(claims))


def read_claims(payload: bytes) -> SealClaims:
    """Return the claims that `SealClaims.to_bytes` wrote.

    A claim that is not known here is refused as well: what nobody shows must not be signed for.

    Raises:
        SealError: with a reason of `storage.seals.cbor.decode`, or `claims`.
    """
    claims = _taken(decode(payload), {_ISSUER, _EXPIRY, _ISSUED, _ID, _OURS}, {_ISSUER, _ISSUED, _ID, _OURS})
    ours = _taken(claims[_OURS], {_PROCEDURE, _DOSSIER, _HOLDER, _HASH, _STATUS}, {_STATUS})
    seal_id = claims[_ID]
    _require(type(seal_id) is bytes and len(seal_id) == len(UUID(int=0).bytes), "seal_id")
    return SealClaims(
        issuer=claims[_ISSUER],
        issued_at=claims[_ISSUED],
        expires_at=claims.get(_EXPIRY),
        seal_id=UUID(bytes=seal_id),
        procedure_code=ours.get(_PROCEDURE),
        dossier_code=ours.get(_DOSSIER),
        holder=ours.get(_HOLDER),
        file_hash=ours.get(_HASH),
        status_index=ours[_STATUS],
    )


def _taken(given: Any, known: set[int], needed: set[int]) -> dict[int, Any]:
    # True is 1 to Python, and null a value to CBOR.
    _require(type(given) is dict and all(type(key) is int for key in given), "map")
    _require(needed <= given.keys() <= known and None not in given.values(), "keys")
    claims: dict[int, Any] = given
    return claims


def _without_nothing(claims: dict[int, Any]) -> dict[int, Any]:
    return {key: value for key, value in claims.items() if value is not None}


def _is_within(number: Any, most: int) -> bool:
    return type(number) is int and 0 <= number <= most


def _require(good: bool, name: str) -> None:  # noqa: FBT001 - what is required comes first
    if not good:
        raise SealError(Fault.CLAIMS, name)
