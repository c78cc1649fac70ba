"""What an owner is asked, and says. Times are RFC 3339, days those of Vietnam."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.consent_texts import WordingShown
from api.documents import DocumentStanding
from api.named import Named
from api.paging import Mark, PageQuery
from storage.reuse.kinds import MOST_GRANTED, ReuseState, SubmissionChannel
from storage.vault.kinds import FileRole


class Which(StrEnum):
    """Requests that wait or are granted, or those that are over."""

    OPEN = "open"
    PAST = "past"


class RequestQuery(PageQuery):
    """Which requests, and which page of them."""

    which: Which | None = Field(default=None, description="Both, unless said otherwise")


class NewGrant(Body):
    """What the owner says, of its own accord: nothing here has a default.

    Attributes:
        document_ids: which documents, in the order in which the agency is to see them.
        version: of the wording that the owner was shown, which must be the present one.
    """

    document_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_GRANTED)] = Field(
        examples=[["019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11"]]
    )
    version: int = Field(strict=True, ge=1, le=32767, examples=[1])

    @field_validator("document_ids")
    @classmethod
    def _each_once(cls, given: list[UUID]) -> list[UUID]:
        if len(set(given)) < len(given):
            raise PydanticCustomError("repeated", "An entry is given twice")
        return given


class FileFetched(BaseModel):
    """A file that the agency opened, told once for each visit of an hour."""

    document_id: UUID
    role: FileRole
    at: datetime


class ResultRequestShown(BaseModel):
    """What an agency asks for, and how that stands.

    Attributes:
        dossier_code: for which it is needed, where there is one and it is the owner's.
        types: codes of types of paper; none asks for whatever has the `number`.
        reason: what for, in the agency's words. Text is text: whoever shows it must not read it as HTML.
        channel: how the procedure is carried out: 1 in person, 2 online, 3 by post.
        expires_at: when request and grant end.
        by_representative: somebody who acts for the owner answered.
        document_ids: what was granted.
        opened: what the agency opened, and when.
    """

    id: UUID
    agency: Named
    procedure: Named
    dossier_code: str | None
    channel: SubmissionChannel | None
    types: list[str]
    number: str | None
    reason: str
    state: ReuseState
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    by_representative: bool
    document_ids: list[UUID]
    opened: list[FileFetched]


class ResultRequestPage(BaseModel):
    """Requests, the newest first; those that are over stay."""

    items: list[ResultRequestShown]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class ResultRequestDetail(ResultRequestShown):
    """A request with the words of the consent that a grant is.

    Attributes:
        version: of these words, to be sent back with a grant.
    """

    version: int
    wording: WordingShown


class FittingDocument(BaseModel):
    """A document of the owner's that is what the agency asks for."""

    id: UUID
    title: str = Field(examples=["Giấy khai sinh"])
    number: str | None = Field(examples=["123/2026/TP-KS"])
    type: Named
    issuer: str
    issued_on: date
    expires_on: date | None
    standing: DocumentStanding


class FittingDocuments(BaseModel):
    """All of these, the one that came in last first; empty where the owner has none."""

    items: list[FittingDocument]


class RequestMark(Mark):
    """The request with which a page ended."""

    asked_at: AwareDatetime
    id: UUID
