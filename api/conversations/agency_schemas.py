"""What an agency's system writes about a dossier, and reads."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import Body, SourceId
from api.conversations.schemas import MOST_ITEMS, FileName, MessageShown, Text
from api.text import Clean, Line

Name = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
FormCode = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]


class MissingItem(Body):
    """One thing that is missing; they are numbered in the order in which they are sent, from 1."""

    name: Name = Field(examples=["Giấy chứng sinh"])
    form_code: FormCode | None = Field(default=None, examples=["TP/HT-2024-KS.01"])
    note: Line | None = Field(default=None, examples=["Bản gốc, hoặc bản sao có chứng thực"])


class SupplementAsked(Body):
    """What is missing, and by which day it is needed."""

    items: Annotated[list[MissingItem], Field(min_length=1, max_length=MOST_ITEMS)]
    due_on: date | None = Field(default=None, examples=["2026-12-05"])


class AgencyMessage(Body):
    """What an agency writes. `source_id` is chosen by its system and makes it safe to send twice."""

    source_id: SourceId = Field(examples=["H26-TD-2026-000123"])
    text: Text | None = Field(default=None, examples=["Đề nghị bổ sung giấy tờ dưới đây."])
    request: SupplementAsked | None = None

    def content(self) -> str:
        """Return the content in its normal form: two spellings of one content are one."""
        return self.model_dump_json(exclude={"source_id"}, exclude_defaults=True)


class AgencyFileMessage(AgencyMessage):
    """What an agency writes with a file."""

    file_name: FileName = Field(examples=["Mẫu đơn.pdf"])


EXAMPLE_WITH_FILE = {"source_id": "H26-TD-2026-000124", "file_name": "Mẫu đơn.pdf"}


class AgencyReadUpTo(Body):
    """What an officer has read: everything up to a message."""

    up_to: UUID


class AgencyMessageShown(MessageShown):
    """A message as agencies read it.

    Attributes:
        source_id: what the agency's own system called it.
    """

    source_id: str | None


class AgencyMessagePage(BaseModel):
    """Messages about all of an agency's dossiers, in the order of their last change.

    Attributes:
        sync_token: for `since`, once the last page was read. It is the same on every page.
        reset: the token came from another database: this is everything from the beginning.
    """

    items: list[AgencyMessageShown]
    next_cursor: str | None
    sync_token: str = Field(examples=["eyJzIjoiNDIifQ"])
    reset: bool = False
