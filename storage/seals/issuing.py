"""Making seals: a place in the lists, a signature, a row."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from storage.ids import new_id
from storage.seals import cose
from storage.seals.claims import HASH_BYTES, SealClaims
from storage.seals.keys import SealKeys
from storage.seals.link import new_code
from storage.seals.repository import Seal, UnkeptSeal, keep, next_status_index
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeal:
    """What is to be sealed; see `storage.seals.claims.SealClaims` for what is printed of it.

    Attributes:
        issuer: named on the paper.
        agency_code: whose document it is.
        document_id: where it is kept; none in a reserved seal.
        party_id: whose store it is in; none where that is not known yet.
        sha256: of the original, 32 bytes; none in a reserved seal.
        issued_at: the time; of both times the whole seconds count.
    """

    issuer: str
    agency_code: str
    issued_at: datetime
    expires_at: datetime | None = None
    document_id: UUID | None = None
    party_id: UUID | None = None
    procedure_code: str | None = None
    dossier_code: str | None = None
    holder: str | None = None
    sha256: bytes | None = None


async def sign(keys: SealKeys, new: NewSeal, *, status_index: int) -> UnkeptSeal:
    """Sign a seal, without a database: a key may be at the other end of a network.

    So the place in the lists is drawn before, by `repository.next_status_index`, and the seal is kept after,
    by `repository.keep`, with its document and before anybody is given its link.

    Raises:
        SealError: `claims` where something can not stand in a seal.
    """
    new = replace(
        new,
        issued_at=new.issued_at.replace(microsecond=0),
        expires_at=new.expires_at and new.expires_at.replace(microsecond=0),
    )
    claims = _claims(new, status_index)
    key = keys.signing(claims.issued_at)
    payload, key_id = claims.to_bytes(), key.public.key_id
    token = cose.token(key_id, payload, await key.sign(cose.to_sign(key_id, payload)))
    return UnkeptSeal(
        id=claims.seal_id,
        code=new_code(),
        document_id=new.document_id,
        party_id=new.party_id,
        agency_code=new.agency_code,
        token=token,
        key_id=key.public.kid,
        status_index=status_index,
        issued_at=new.issued_at,
        expires_at=new.expires_at,
        file_hash=new.sha256,
    )


async def issue(uow: UnitOfWork, keys: SealKeys, new: NewSeal) -> Seal:
    """Seal a document whose file is known.

    With a key that is not in this process take the three steps apart: see `sign`.

    Raises:
        ValueError: there is no file.
        SealError: as `sign`.
    """
    if new.sha256 is None:
        raise ValueError("a seal without a file is reserved, not issued")
    return await _made(uow, keys, new)


async def reserve(uow: UnitOfWork, keys: SealKeys, new: NewSeal) -> Seal:
    """Make a seal for a file that its agency has still to sign; `repository.bind` tells it of the file.

    Raises:
        ValueError: there is a file already.
        SealError: as `sign`.
    """
    if new.sha256 is not None or new.document_id is not None:
        raise ValueError("a seal is reserved before there is a file")
    return await _made(uow, keys, new)


async def _made(uow: UnitOfWork, keys: SealKeys, new: NewSeal) -> Seal:
    unkept = await sign(keys, new, status_index=await next_status_index(uow))
    await keep(uow, unkept)
    return Seal(**{name: getattr(unkept, name) for name in UnkeptSeal.__slots__})


def _claims(new: NewSeal, status_index: int) -> SealClaims:
    return SealClaims(
        issuer=new.issuer,
        issued_at=int(new.issued_at.timestamp()),
        expires_at=None if new.expires_at is None else int(new.expires_at.timestamp()),
        seal_id=new_id(),
        procedure_code=new.procedure_code,
        dossier_code=new.dossier_code,
        holder=new.holder,
        file_hash=None if new.sha256 is None else new.sha256[:HASH_BYTES],
        status_index=status_index,
    )
