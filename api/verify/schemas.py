"""What anybody may learn of a sealed document by its code: how it stands, and nothing of whom it is about."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from storage.seals.claims import HASH_BYTES, read_claims
from storage.seals.cose import read_token
from storage.seals.repository import Seal
from storage.seals.statuses import SealState

_CODE = {"examples": ["7K3M0QXV92TE"]}


class SealStatus(StrEnum):
    """How a document stands. That it ran out is said only where nothing worse is."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @classmethod
    def of(cls, seal: Seal, now: datetime) -> Self:
        """Return how a seal stands."""
        if seal.state is SealState.VALID and seal.has_expired(now):
            return cls("expired")
        return cls(seal.state.value)


class Successor(BaseModel):
    """The document that stands in the place of another."""

    code: Annotated[str, Field(**_CODE)]
    issued_at: datetime


class Verification(BaseModel):
    """How a sealed document stands.

    Attributes:
        seal_id: the claim `cti` of the token that belongs to this code; another one means that code and token
            were put together by somebody else.
        as_of: when this was so. An answer with the same ETag says the same as of its own time.
        issuer: as the seal names it.
        since: when it was superseded or revoked.
        reason: why, in its issuer's words.
        file_hash: the first 16 bytes of the SHA-256 of the original in hexadecimal digits; none while a
            reserved seal waits for its file.
    """

    model_config = ConfigDict(frozen=True)

    code: Annotated[str, Field(**_CODE)]
    seal_id: UUID
    status: SealStatus
    as_of: datetime
    issuer: Annotated[str, Field(examples=["xacthuc.example.gov.vn"])]
    issued_at: datetime
    expires_at: datetime | None
    since: datetime | None
    reason: str | None
    superseded_by: Successor | None
    file_hash: Annotated[str | None, Field(examples=["9f86d081884c7d659a2feaa0c55ad015"])]

    @classmethod
    def of(cls, seal: Seal, now: datetime) -> Self:
        """Say how a seal stands at a time."""
        successor = None
        if seal.successor_code and seal.successor_issued_at:
            successor = Successor(code=seal.successor_code, issued_at=seal.successor_issued_at)
        return cls(
            code=seal.code,
            seal_id=seal.id,
            status=SealStatus.of(seal, now),
            as_of=now,
            issuer=read_claims(read_token(seal.token).payload).issuer,
            issued_at=seal.issued_at,
            expires_at=seal.expires_at,
            since=seal.state_at,
            reason=seal.reason,
            superseded_by=successor,
            file_hash=seal.file_hash and seal.file_hash[:HASH_BYTES].hex(),
        )


class SealKey(BaseModel):
    """A public key (RFC 7517) under which seals and status lists are good.

    Attributes:
        kid: its thumbprint (RFC 7638). A token has the first 8 bytes of it.
        withdrawn_at: from when on what it signs counts no more, in seconds since 1970.
    """

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]
    withdrawn_at: int | None = None


class SealKeySet(BaseModel):
    """All keys that ever sealed: retired ones stay, as their seals do."""

    keys: list[SealKey]

    @classmethod
    def of(cls, published: dict[str, Any]) -> Self:
        """Describe what is published."""
        return cls.model_validate(published)
