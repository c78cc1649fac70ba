"""Links by which others see documents. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.paging import Mark
from api.text import Clean
from storage.vault.kinds import FileRole

MOST_DOCUMENTS = 20
MOST_USES = 100
USUAL_USES = 5


class NewShare(Body):
    """What a link is to open.

    Attributes:
        roles: which files of the documents: the `copy`, whose print can be verified, unless said otherwise.
        purpose: shown to whoever opens the link.
        expires_at: at most 90 days ahead; in 7 days, unless said otherwise.
        uses: how many visits, each of an hour; looking at the link is none.
    """

    document_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_DOCUMENTS)] = Field(
        examples=[["019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11"]]
    )
    roles: Annotated[list[FileRole], Field(min_length=1, max_length=len(FileRole))] = Field(
        default=[FileRole.COPY]
    )
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=200), Clean] = Field(
        examples=["Nộp hồ sơ nhập học"]
    )
    expires_at: AwareDatetime | None = Field(default=None, examples=["2026-12-01T17:00:00+07:00"])
    uses: Annotated[int, Field(ge=1, le=MOST_USES)] = USUAL_USES

    @field_validator("document_ids", "roles")
    @classmethod
    def _each_once(cls, given: list[object]) -> list[object]:
        if len(set(given)) < len(given):
            raise PydanticCustomError("repeated", "An entry is given twice")
        return given


class FileOpened(BaseModel):
    """A file that was opened in a visit."""

    document_id: UUID
    role: FileRole
    at: datetime


class VisitReceipt(BaseModel):
    """One use of a link. Who it was, and from where, is not known and not kept."""

    opened_at: datetime
    files: list[FileOpened]


class Share(BaseModel):
    """A link as its owner sees it, without the link itself.

    Attributes:
        open: whether it can still be used; a visit that has begun goes on to its end, unless it was revoked.
        visits: reading receipts.
        by_representative: whether somebody who acts for the owner made it.
    """

    id: UUID
    document_ids: list[UUID]
    roles: list[FileRole]
    purpose: str
    created_at: datetime
    expires_at: datetime
    uses: int
    uses_made: int
    revoked_at: datetime | None
    open: bool
    by_representative: bool
    visits: list[VisitReceipt]


class ShareMade(Share):
    """A new link. It is told here and never again: whoever has it sees the documents."""

    link: str = Field(
        examples=["https://api.example.gov.vn/chia-se/V1StGXR8Z5jdHi6BmyT0pQ4kLw9xN2cE7uFoA3sYbKd"]
    )


class SharePage(BaseModel):
    """Links, the newest first; those that are over stay."""

    items: list[Share]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class ShareMark(Mark):
    """The link with which a page ended."""

    created_at: AwareDatetime
    id: UUID
