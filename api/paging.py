"""Pages of a long list, by a cursor that says where the page before ended."""

import binascii
from abc import ABC, abstractmethod
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Protocol, Self, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.problems import FieldError, Problem
from storage.moments import BEFORE_ALL_IDS

T = TypeVar("T")
LONGEST_MARK = 500
Xid = Annotated[int, Field(ge=0, lt=2**63)]
"""A transaction of the database, by its number."""


class PageQuery(BaseModel):
    """Which page is asked for."""

    cursor: str | None = Field(
        default=None, max_length=LONGEST_MARK, description="`next_cursor` of the page before, as it came"
    )
    limit: int = Field(default=20, ge=1, le=100, description="Entries on a page")


class SyncQuery(PageQuery):
    """Which entries, and which page of them. A `cursor` goes on with its own list, whatever `since` says."""

    since: str | None = Field(
        default=None,
        max_length=LONGEST_MARK,
        description="`sync_token` of the last sync: only what is new or changed since",
    )


class Mark(BaseModel):
    """A place in a list, handed out as an opaque string.

    It is not signed: it says where to go on, never whose list it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def encode(self) -> str:
        """Return it as text for a query."""
        return urlsafe_b64encode(self.model_dump_json().encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, *, parameter: str) -> Self:
        """Read it back. Raises Problem naming the query parameter that it came in."""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cls.model_validate_json(raw)
        except (binascii.Error, ValidationError, ValueError) as error:
            errors = [FieldError(pointer=f"/query/{parameter}", code="invalid-cursor")]
            raise Problem("validation", 422, errors=errors) from error


class SyncMark(Mark):
    """Up to where somebody has seen every change, in a database of that era (delta sync, decision 8)."""

    era: str
    xid: Xid


class SyncedMark(Mark):
    """The entry with which a page ended, by time in a whole list or by change in a delta.

    `sync` was taken for the first page: what changes while pages are turned lies beyond it.
    """

    sync: SyncMark
    id: UUID
    at: AwareDatetime | None = None
    xid: Xid | None = None

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.at is None) == (self.xid is None):
            raise ValueError("a page is in one order")
        return self


def cut(rows: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """Return a page of rows of which one more than `limit` was asked for, and whether others follow."""
    return rows[:limit], len(rows) > limit


class Standing(Protocol):
    """Where a list stands: see `storage.moments.Moment`."""

    @property
    def era(self) -> str:
        """Names the server and its timeline."""

    @property
    def floor(self) -> int:
        """Whoever reads now has seen every change below it."""

    @property
    def ceiling(self) -> int:
        """No transaction has this number yet."""


class Changing(Protocol):
    """An entry of a list whose changes are told."""

    @property
    def id(self) -> UUID:
        """Which it is."""

    @property
    def xid(self) -> int:
        """The transaction that changed it last."""


Entry = TypeVar("Entry", bound=Changing)


def sync_of(moment: Standing) -> SyncMark:
    """Return the mark of a moment."""
    return SyncMark(era=moment.era, xid=moment.floor)


def is_known(mark: SyncMark, moment: Standing) -> bool:
    """Whether a mark was made by this server, in the past that it has."""
    return mark.era == moment.era and mark.xid <= moment.ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedPage(Generic[Entry]):
    """Entries, the newest first; or those that changed, in the order of their last change.

    Attributes:
        reset: what was asked from came from another database: this is the whole again.
    """

    entries: Sequence[Entry]
    next_cursor: str | None
    sync_token: str
    reset: bool = False


class SyncedList(ABC, Generic[Entry]):
    """A list of which pages are turned, and of which a copy is kept in step by what changed (delta sync)."""

    @abstractmethod
    async def moment(self) -> Standing:
        """Return where the list stands."""

    @abstractmethod
    async def newest(self, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Entry]:
        """Return up to so many entries, the newest first, older than one of that time and id."""

    @abstractmethod
    async def changed(self, after: tuple[int, UUID], limit: int) -> Sequence[Entry]:
        """Return up to so many entries by their last change, after that change and id."""

    @abstractmethod
    def time_of(self, entry: Entry) -> datetime:
        """Return the time by which it stands in the list."""

    async def page(self, asked: SyncQuery) -> SyncedPage[Entry]:
        """Return what is asked for. Raises Problem for a mark that is none."""
        moment = await self.moment()
        if asked.cursor:
            mark = SyncedMark.decode(asked.cursor, parameter="cursor")
            if mark.xid is None:
                return await self._newest(asked.limit, mark.sync, mark)
            return await self._changed(asked.limit, moment, (mark.xid, mark.id), mark.sync, mark.sync)
        if asked.since:
            since = SyncMark.decode(asked.since, parameter="since")
            after = (since.xid, BEFORE_ALL_IDS)
            return await self._changed(asked.limit, moment, after, since, sync_of(moment))
        return await self._newest(asked.limit, sync_of(moment))

    async def _newest(
        self, limit: int, sync: SyncMark, after: SyncedMark | None = None, *, reset: bool = False
    ) -> SyncedPage[Entry]:
        before = (after.at, after.id) if after and after.at else None
        shown, more = cut(await self.newest(before, limit + 1), limit)
        mark = SyncedMark(sync=sync, id=shown[-1].id, at=self.time_of(shown[-1])) if more else None
        return _page(shown, mark, sync, reset=reset)

    async def _changed(
        self, limit: int, moment: Standing, after: tuple[int, UUID], known: SyncMark, sync: SyncMark
    ) -> SyncedPage[Entry]:
        """Return what changed since a mark; the whole, where the mark means nothing here."""
        if not is_known(known, moment):
            return await self._newest(limit, sync_of(moment), reset=True)
        shown, more = cut(await self.changed(after, limit + 1), limit)
        mark = SyncedMark(sync=sync, id=shown[-1].id, xid=shown[-1].xid) if more else None
        return _page(shown, mark, sync)


def _page(
    shown: Sequence[Entry], mark: SyncedMark | None, sync: SyncMark, *, reset: bool = False
) -> SyncedPage[Entry]:
    return SyncedPage(
        entries=shown,
        next_cursor=mark.encode() if mark else None,
        sync_token=sync.encode(),
        reset=reset,
    )
