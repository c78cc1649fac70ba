"""Consents as they are asked for, said, and kept."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from api.bodies import Body
from api.consent_texts import WordingShown
from api.paging import Mark
from storage.consents.kinds import ConsentPurpose


class ConsentChange(Body):
    """What the caller says, of its own accord: nothing here has a default.

    Attributes:
        version: of the wording that the caller was shown, which must be the present one; to withdraw, none
            is needed, and none is looked at.
    """

    given: bool = Field(strict=True, examples=[True])
    version: int | None = Field(default=None, strict=True, ge=1, le=32767, examples=[1])


class ConsentShown(BaseModel):
    """A purpose, its present wording, and whether the caller consents.

    Attributes:
        version: of the wording, to be sent back with a consent to it.
        stands: whether there is a consent that counts.
        since: when it was given; none where there is none.
        outdated: a consent was given to an earlier wording, and counts no more for what the present one
            allows: it is asked for again.
    """

    purpose: ConsentPurpose
    version: int = Field(examples=[1])
    wording: WordingShown
    stands: bool
    since: datetime | None
    outdated: bool


class ConsentList(BaseModel):
    """Every purpose for which the caller's consent is needed, but those asked for one by one."""

    items: list[ConsentShown]


class ConsentWord(BaseModel):
    """What was said about a purpose: given or withdrawn.

    Attributes:
        subject_id: what alone it was said of, where that is asked for one by one: for `reuse`, the request.
        version: of the wording consented to, or from which the consent was withdrawn.
        wording: that wording, where this release knows it.
        app: with which it was said.
    """

    id: UUID
    purpose: str = Field(examples=["read_receipts"])
    subject_id: UUID | None
    version: int = Field(examples=[1])
    wording: WordingShown | None
    given: bool
    at: datetime
    app: str | None = Field(examples=["tindan-app"])


class ConsentHistory(BaseModel):
    """What the caller said of all purposes, the last word first."""

    items: list[ConsentWord]
    next_cursor: str | None = Field(description="For the page after this one; none on the last")


class ConsentMark(Mark):
    """The word with which a page ended."""

    at: AwareDatetime
    id: UUID
