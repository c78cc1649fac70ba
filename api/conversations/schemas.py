"""Messages about a dossier, as they are written and read. Times are RFC 3339, days those of Vietnam."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.text import Clean
from storage.conversations.kinds import Author, MessageKind

MOST_DOCUMENTS = 20
MOST_ITEMS = 30
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), Clean]
ItemNumber = Annotated[int, Field(ge=1, le=MOST_ITEMS, strict=True)]


class NewMessage(Body):
    """What the party writes.

    Attributes:
        reply_to: the supplement request that it answers, with the numbers of the `items` that it answers.
        supplies: with this the party has sent all that was asked for, where the dossier awaits a supplement
            and no message lists it; where one does, `reply_to` names it.
        document_ids: documents of the party's own store, whose originals the agency may read from then on.
    """

    text: Text | None = Field(default=None, examples=["Tôi gửi bổ sung giấy khai sinh."])
    reply_to: UUID | None = None
    items: Annotated[list[ItemNumber], Field(max_length=MOST_ITEMS)] = Field(
        default_factory=list, examples=[[1]]
    )
    supplies: bool = Field(default=False, strict=True)
    document_ids: Annotated[list[UUID], Field(max_length=MOST_DOCUMENTS)] = Field(default_factory=list)

    @field_validator("items", "document_ids")
    @classmethod
    def _each_once(cls, given: list[object]) -> list[object]:
        if len(set(given)) < len(given):
            raise PydanticCustomError("repeated", "An entry is given twice")
        return given

    @model_validator(mode="after")
    def _items_of_a_request(self) -> Self:
        if (self.reply_to is None) is not (not self.items):
            raise PydanticCustomError("items-of-a-request", "items-of-a-request")
        if self.supplies and self.reply_to:
            raise PydanticCustomError("reply-or-supplies", "reply-or-supplies")
        return self


FileName = Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]


class NewFileMessage(NewMessage):
    """What the party writes with a file from its phone; the file may answer the items alone."""

    file_name: FileName = Field(examples=["Giấy chứng sinh.pdf"])


EXAMPLE_WITH_FILE = {"text": "Tôi gửi bổ sung giấy chứng sinh.", "file_name": "Giấy chứng sinh.pdf"}


class ReadUpTo(Body):
    """What was read: everything up to a message."""

    up_to: UUID


class AttachmentShown(BaseModel):
    """What comes with a message.

    Attributes:
        document_id: of a document of the party's store; none of a file.
        size: in bytes.
        sha256: of the file, in hexadecimal.
        href: where its bytes are.
    """

    id: UUID
    document_id: UUID | None
    name: str = Field(examples=["Giấy khai sinh"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(examples=[183_204])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    href: str = Field(examples=["/v1/dossiers/H26.1-261121-0001/messages/01938f2a/attachments/01938f2b"])


class RequestItemShown(BaseModel):
    """One thing that is missing, and whether something was sent for it."""

    number: int = Field(examples=[1])
    name: str = Field(examples=["Giấy chứng sinh"])
    form_code: str | None = Field(examples=["TP/HT-2024-KS.01"])
    note: str | None
    answered: bool


class RequestShown(BaseModel):
    """What is missing, and by which day."""

    due_on: date | None
    items: list[RequestItemShown]


class MessageShown(BaseModel):
    """A message. Its text is text: whoever shows it must not read it as HTML, or as anything else.

    Attributes:
        by_representative: somebody who acts for the party wrote it.
        request: of a supplement request.
        reply_to: of an answer to one, with the numbers of the `items` that it answers.
        supplies: the party sends with it all that was asked for elsewhere than in a message.
        read_by_party_at: when the party had read it; to agencies, only where it consents to that.
    """

    id: UUID
    dossier_code: str = Field(examples=["H26.1-261121-0001"])
    author: Author
    by_representative: bool
    kind: MessageKind
    text: str | None
    request: RequestShown | None
    reply_to: UUID | None
    items: list[int]
    supplies: bool
    attachments: list[AttachmentShown]
    created_at: datetime
    read_by_party_at: datetime | None
    read_by_agency_at: datetime | None


class MessagePage(BaseModel):
    """Messages, the newest first; or those that changed, in the order of their last change.

    Attributes:
        sync_token: for `since`, once the last page was read. It is the same on every page.
        reset: the token came from another database: this is the whole again, and what is kept is to be
            dropped.
    """

    items: list[MessageShown]
    next_cursor: str | None
    sync_token: str
    reset: bool = False


class MessagesMarked(BaseModel):
    """How many messages were not marked so before."""

    marked: int
