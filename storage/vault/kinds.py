"""The words of the store: what a document is, how it stands, and what files it has."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is to its dossier (Circular 01/2023/TT-VPCP)."""

    RESULT = "result"
    """What the procedure ended with."""
    COMPONENT = "component"
    """A paper of the dossier, digitised when it was taken in or while it was worked on."""


class DocumentState(StrEnum):
    """How a document stands by its issuer's word. That it ran out is told by its dates alone."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class FileRole(StrEnum):
    """Which of a document's files."""

    ORIGINAL = "original"
    """The bytes that the agency sent, never touched."""
    COPY = "copy"
    """The display copy with the seal stamped on it."""
