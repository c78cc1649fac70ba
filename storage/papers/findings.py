"""What an examination of a file finds. Plain values: they travel from the workshop's child as JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.papers.kinds import MediaType


class Verdict(StrEnum):
    """What is thought of a signature inside a PDF."""

    VALID = "valid"
    """Intact, and made by somebody whom a root of ours vouches for."""
    UNKNOWN_SIGNER = "unknown_signer"
    """Intact, but nobody that we trust vouches for the signer (`doubt` says why)."""
    BROKEN = "broken"
    """Does not fit the bytes that it signs, or the document was changed in a way that signatures forbid."""


class Doubt(StrEnum):
    """Why a verdict is not `valid`."""

    UNTRUSTED = "untrusted"
    """No chain of certificates leads to a root of ours."""
    EXPIRED = "expired"
    """The chain is ours, but a certificate in it was not valid at a time that is proven."""
    REVOKED = "revoked"
    """A list that came with the document says that a certificate was revoked."""
    UNFIT = "unfit"
    """The certificate is not meant for signing documents, or the algorithms are too weak."""
    CHANGED = "changed"
    """Signed bytes changed, or what was added after them is not allowed."""
    UNREADABLE = "unreadable"
    """The signature makes no sense, or covers only a part of what was there when it was made."""


class Changes(StrEnum):
    """What was added to the document after a signature, from harmless to not."""

    NONE = "none"
    VALIDATION_DATA = "validation_data"
    """Time stamps and proofs for later, as PAdES adds them."""
    FORM_FILLING = "form_filling"
    """Fields filled in, or further signatures."""
    ANNOTATIONS = "annotations"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature in a PDF, in the order in which they were made.

    Attributes:
        verdict: what is thought of it.
        doubt: why it is not valid; None when it is.
        signer: common name in the signer's certificate, as it stands there.
        organisation: organisation in that certificate.
        signed_at: the time that the signer claims, or that a trusted time stamp proves; aware.
        time_proven: whether a time stamp that we trust proves `signed_at`.
        whole_file: whether it covers the whole file; otherwise an earlier revision of it.
        changes: what was added since.
    """

    verdict: Verdict
    doubt: Doubt | None = None
    signer: str | None = None
    organisation: str | None = None
    signed_at: datetime | None = None
    time_proven: bool = False
    whole_file: bool = False
    changes: Changes = Changes.NONE

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.VALID) == (self.doubt is not None):
            raise ValueError("a verdict other than valid says why, and valid has no doubt")
        if self.signed_at is not None and self.signed_at.tzinfo is None:
            raise ValueError("the time of a signature has a time zone")


class Note(StrEnum):
    """What was seen and let pass, for whom it may concern."""

    LINKS = "links"
    """Addresses that a reader of the PDF may open."""
    FORM = "form"
    """Fields to fill in."""
    RESTRICTED = "restricted"
    """Its maker forbids printing, copying or changing it; it opens without a password."""
    FURTHER_PICTURES = "further_pictures"
    """A JPEG followed by others, as phones add them (a depth map, a brighter copy); no reader shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a file is.

    Attributes:
        media_type: by its content.
        pages: one for a picture.
        signatures: of a PDF, oldest first; empty where there is none, and for pictures.
        pixels: width and height of a picture as stored; None of a PDF.
        notes: what was seen and let pass.
    """

    media_type: MediaType
    pages: int
    signatures: tuple[Signature, ...] = ()
    pixels: tuple[int, int] | None = None
    notes: frozenset[Note] = frozenset()

    def __post_init__(self) -> None:
        if self.pages < 1:
            raise ValueError("a paper has a page")
        if (self.pixels is None) != (self.media_type is MediaType.PDF):
            raise ValueError("pictures have pixels, and a PDF has none")

    @property
    def signed(self) -> bool:
        """Whether the file carries signatures, good or bad: then its bytes must never be added to."""
        return bool(self.signatures)
