"""What whoever was given a link is told. Times are RFC 3339, days those of Vietnam."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.documents import DocumentFile, DocumentStanding
from storage.vault.kinds import FileRole


class Offer(BaseModel):
    """A link before it is used: of the documents no more than how many there are.

    Attributes:
        uses_left: how many more visits.
        roles: which files of each document may be opened.
    """

    expires_at: datetime
    uses_left: int = Field(examples=[4])
    roles: list[FileRole]
    documents: int = Field(examples=[2])


class SharedDocument(BaseModel):
    """A document as its owner shows it.

    Attributes:
        verify_at: the page that verifies its seal, where it has one.
    """

    id: UUID
    title: str = Field(examples=["Giấy khai sinh"])
    number: str | None = Field(examples=["123/2026/TP-KS"])
    type: str = Field(examples=["Bản chính giấy khai sinh"])
    issuer: str = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])
    issued_on: date
    expires_on: date | None = Field(description="The last day on which it counts")
    standing: DocumentStanding
    files: list[DocumentFile]
    verify_at: str | None


class Visit(BaseModel):
    """A visit: until `ends_at` the files may be opened as often as one likes.

    Attributes:
        purpose: what for, in the owner's words.
        expires_at: when the link ends.
    """

    purpose: str = Field(examples=["Nộp hồ sơ nhập học"])
    ends_at: datetime
    documents: list[SharedDocument]
