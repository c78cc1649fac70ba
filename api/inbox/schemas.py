"""Notices in the app. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.named import Status
from api.paging import LONGEST_MARK, Mark, PageQuery

MOST_IDS = 500
Xid = Annotated[int, Field(ge=0, lt=2**63)]
Ids = Annotated[list[UUID], Field(max_length=MOST_IDS)]


class SyncMark(Mark):
    """Up to where an app has seen every change (`storage.notifications.inbox`).

    Attributes:
        circles: in which audiences of broadcasts it was; one from before there were any says none.
    """

    era: str
    xid: Xid
    circles: str = ""


class InboxMark(Mark):
    """The notice with which a page ended, by time in the whole inbox or by change in a delta.

    `sync` was taken for the first page: what changes while pages are turned lies beyond it.
    """

    sync: SyncMark
    id: UUID
    created_at: AwareDatetime | None = None
    xid: Xid | None = None

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.created_at is None) == (self.xid is None):
            raise ValueError("a page is in one order")
        return self


class InboxQuery(PageQuery):
    """Which notices, and which page of them. A `cursor` goes on with its own list, whatever `since` says."""

    since: str | None = Field(
        default=None,
        max_length=LONGEST_MARK,
        description="`sync_token` of the last sync: only what is new or changed since",
    )


class InboxItem(BaseModel):
    """One notice, worded in the language asked for; what is told to many has the category `broadcast`.

    Attributes:
        link: opens the dossier in the app, or its page where there is no app; a document of the
            store; of a broadcast, what it tells of.
        status: the status that the notice tells, which may have been overtaken since.
        expires_at: of a broadcast alone: from then on it counts as unread no more, read or not.
    """

    id: UUID
    category: str = Field(examples=["status_change"])
    title: str = Field(examples=["Hồ sơ H26.1-261121-0001: Đang xử lý"])
    body: str
    created_at: datetime
    read_at: datetime | None
    dossier_code: str | None = Field(examples=["H26.1-261121-0001"])
    link: str | None
    status: Status | None
    expires_at: datetime | None = None


class InboxPage(BaseModel):
    """A page of the inbox, or of what changed in it.

    Attributes:
        removed: ids of notices that are no more, as broadcasts that were withdrawn: drop them.
        sync_token: for `since`, once the last page was read. It is the same on every page.
        reset: the token came from another database, or its past is gone, or the caller has come into an
            audience, or left one, that was told something before: these are the newest notices again, and
            whatever the app keeps is to be dropped.
    """

    items: list[InboxItem]
    removed: list[UUID] = Field(default_factory=list)
    unread_count: int
    next_cursor: str | None
    sync_token: str
    reset: bool = False


class ReadMarks(Body):
    """What was read: notices by id, or `all` of them up to the time `before`."""

    ids: Ids | None = None
    all: Literal[True] | None = None
    before: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_time = self.all is not None and self.before is not None
        nothing_else = self.all is None and self.before is None
        if not (by_time if self.ids is None else nothing_else):
            raise PydanticCustomError("ids-or-all", "Either ids, or all with before")
        return self


class ReceivedMarks(Body):
    """What has reached the phone."""

    ids: Ids


class Marked(BaseModel):
    """How many notices were not marked before, and how many are unread now."""

    marked: int
    unread_count: int
