"""What can be wrong with a file that is kept."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Fault(StrEnum):
    """What is wrong with a file."""

    ROW = "row"
    """The row of a document's file, or the document's own, was changed by somebody else than this program."""
    KEY = "key"
    """Its key, or its party's, does not open."""
    MISSING = "missing"
    """Its blob is not there."""
    UNREADABLE = "unreadable"
    """Its blob can not be read, while those of other files can."""
    BYTES = "bytes"
    """Its blob is not as it was written."""
    CONTENT = "content"
    """What its blob holds is not what the row tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A fault, and the file that has it: of a document, or of a message."""

    file_id: UUID
    role: str
    fault: Fault
    document_id: UUID | None = None
    message_id: UUID | None = None
