"""Documents in words, as their owner and those who were given a link see them."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from storage.papers.findings import Signature as FoundSignature
from storage.papers.findings import Verdict
from storage.vault.entries import KeptDocument, KeptFile
from storage.vault.kinds import DocumentState, FileRole


class Force(StrEnum):
    """Whether a document counts: its issuer's word, and what its dates say of a valid one."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"

    @classmethod
    def of(cls, document: KeptDocument, now: datetime) -> "Force":
        """Judge a document."""
        if document.state is DocumentState.VALID and document.has_expired(now):
            return cls.EXPIRED
        return cls(document.state.value)


_FORCES = {
    Force.VALID: ("Còn hiệu lực", "Valid"),
    Force.EXPIRED: ("Hết hạn", "Expired"),
    Force.SUPERSEDED: ("Đã được thay thế", "Superseded"),
    Force.REVOKED: ("Đã thu hồi", "Revoked"),
}
_VERDICTS = {
    Verdict.VALID: ("Chữ ký số hợp lệ", "Valid signature"),
    Verdict.UNKNOWN_SIGNER: ("Chưa xác định được người ký", "Signer not known"),
    Verdict.BROKEN: ("Chữ ký số không còn nguyên vẹn", "Broken signature"),
}


def _worded(words: tuple[str, str], locale: str) -> str:
    return words[locale == "en"]


class DocumentStanding(BaseModel):
    """Whether a document counts, in a word and in the language asked for."""

    code: Force
    name: str = Field(examples=["Còn hiệu lực"])
    since: datetime | None = Field(description="Of one that was superseded or revoked")

    @classmethod
    def of(cls, document: KeptDocument, *, now: datetime, locale: str) -> "DocumentStanding":
        """Word it in `vi` or `en`."""
        force = Force.of(document, now)
        told = document.state is not DocumentState.VALID
        return cls(
            code=force, name=_worded(_FORCES[force], locale), since=document.state_at if told else None
        )


class SignatureFound(BaseModel):
    """A digital signature in the original, as it was found when the document came in.

    Attributes:
        doubt: why it is not valid: `untrusted`, `expired`, `revoked`, `unfit`, `changed`, `unreadable`.
        signer: the name in its certificate.
        time_proven: whether a time stamp proves `signed_at`; else it is the signer's own word.
        whole_file: whether it covers the whole file, or an earlier state of it.
    """

    verdict: Verdict
    name: str = Field(examples=["Chữ ký số hợp lệ"])
    doubt: str | None
    signer: str | None = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    organisation: str | None
    signed_at: datetime | None
    time_proven: bool
    whole_file: bool

    @classmethod
    def of(cls, found: FoundSignature, locale: str) -> "SignatureFound":
        """Word it in `vi` or `en`."""
        return cls(
            verdict=found.verdict,
            name=_worded(_VERDICTS[found.verdict], locale),
            doubt=found.doubt,
            signer=found.signer,
            organisation=found.organisation,
            signed_at=found.signed_at,
            time_proven=found.time_proven,
            whole_file=found.whole_file,
        )


class DocumentFile(BaseModel):
    """A file of a document: the `original` as its agency sent it, or the `copy` with the QR code on it.

    Attributes:
        size: in bytes.
        sha256: of the file, in hexadecimal.
        signatures: none where it was not looked for any, as in the copy.
        href: where it is.
    """

    role: FileRole
    media_type: Literal["application/pdf", "image/jpeg", "image/png"] = Field(examples=["application/pdf"])
    size: int = Field(examples=[183_204])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    pages: int | None
    signatures: list[SignatureFound] | None
    href: str = Field(examples=["/v1/vault/documents/019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11/copy"])

    @classmethod
    def of(cls, file: KeptFile, *, below: str, locale: str) -> "DocumentFile":
        """Word it in `vi` or `en`; `below` is the address of its document."""
        found = file.signatures
        return cls(
            role=file.role,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256.hex(),
            pages=file.pages,
            signatures=None if found is None else [SignatureFound.of(one, locale) for one in found],
            href=f"{below}/{file.role.value}",
        )
